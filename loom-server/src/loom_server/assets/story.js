// What the events of a task tell: attempts, calls of models and tools, and a sentence for each event.
import { brief, count, seconds } from "./text.js";

const ENDS_ATTEMPT = new Set(["SubtaskCompleted", "AttemptFailed", "SubtaskFailed", "SubtaskBlocked", "SubtaskStalled", "SubtaskParked", "SubtaskSkipped"]);
const ENDS_TASK = new Set(["TaskCompleted", "TaskFailed", "TaskCancelled"]);
const STOPS_WORK = new Set(["TaskPaused", "TaskWaiting", "TaskClaimed", ...ENDS_TASK]);
const WORKS = new Set(["SubtaskStarted", "PromptAssembled", "ModelCallStarted", "ToolCallStarted"]);
const ASKS = new Set(["ApprovalRequested", "QuestionAsked"]);
const ANSWERS = new Set(["ApprovalDecided", "QuestionAnswered"]);

/** The events of one task, put together as they come. */
export class Story {
  constructor() {
    this.events = [];
    this.spans = [];
    this.modelCalls = [];
    this.toolCalls = [];
    this.last = 0;
    this.isOver = false;
  }

  /** Take events in order; those that are known already are left out. */
  take(events) {
    for (const event of events) {
      if (event.sequence <= this.last) continue;
      this.last = event.sequence;
      this.events.push(event);
      this.see(event);
    }
  }

  see(event) {
    const { type, data } = event;
    this.seeSpan(event, type);
    if (ENDS_TASK.has(type)) this.isOver = true;
    if (type.startsWith("ModelCall")) this.seeModelCall(event, type, data);
    if (type.startsWith("ToolCall") || type === "StepInDoubt") this.seeToolCall(event, type, data);
  }

  /** Spans of time in which a step is worked on, or waits for the user; a wait goes on over a pause. */
  seeSpan(event, type) {
    const { subtask_id: subtask, attempt } = event;
    const open = this.spans.findLast((one) => !one.to && one.subtask === subtask);
    const begin = (kind) => this.spans.push({ subtask, attempt, kind, from: event.at, to: null, ended: kind === "wait" ? "waiting_approval" : "running" });
    if (STOPS_WORK.has(type)) this.close(event.at, (one) => one.kind === "work" || ENDS_TASK.has(type));
    if (!subtask) return;
    if (WORKS.has(type) && open?.kind !== "work") {
      this.close(event.at, (one) => one === open);
      begin("work");
    } else if (ASKS.has(type) && open?.kind !== "wait") {
      this.close(event.at, (one) => one === open);
      begin("wait");
    } else if (ANSWERS.has(type)) this.close(event.at, (one) => one === open && one.kind === "wait");
    if (ENDS_ATTEMPT.has(type)) this.endAttempt(event);
  }

  close(at, isMeant) {
    for (const one of this.spans) if (!one.to && isMeant(one)) one.to = at;
  }

  endAttempt({ type, at, subtask_id: subtask, attempt }) {
    const ended = { SubtaskCompleted: "completed", SubtaskParked: "waiting_approval" }[type] ?? "failed";
    this.close(at, (one) => one.subtask === subtask);
    for (const one of this.spans) {
      if (one.subtask === subtask && one.attempt === attempt && one.kind === "work") one.ended = ended;
    }
  }

  seeModelCall(event, type, data) {
    const isSame = (one) => !one.to && one.subtask === event.subtask_id && one.step === data.step && one.role === data.role;
    if (type === "ModelCallStarted") {
      this.modelCalls.push({ key: event.sequence, subtask: event.subtask_id, attempt: event.attempt, step: data.step, model: data.model, role: data.role, from: event.at, to: null, state: "running" });
      return;
    }
    const call = this.modelCalls.findLast(isSame);
    if (!call) return;
    call.to = event.at;
    call.state = type === "ModelCallFinished" ? "completed" : "failed";
    if (data.response) Object.assign(call, answerOf(data.response));
    else call.problem = `${data.error}: ${data.message}`;
  }

  seeToolCall(event, type, data) {
    let call = this.toolCalls.findLast((one) => !one.to && one.id === data.call_id && one.subtask === event.subtask_id);
    if (!call) {
      call = { key: event.sequence, id: data.call_id, subtask: event.subtask_id, attempt: event.attempt, tool: data.tool, arguments: data.arguments ?? {}, from: event.at, to: null, state: "running", text: "" };
      this.toolCalls.push(call);
    }
    if (type === "ToolCallStarted") return;
    call.to = event.at;
    call.state = { ToolCallDenied: "denied", StepInDoubt: "in doubt" }[type] ?? (data.result.is_error ? "failed" : "completed");
    call.text = data.result?.text ?? data.reason ?? "";
  }

  /** Sums over the calls of models that were answered. */
  totals() {
    const sums = { calls: 0, prompt: 0, cached: 0, completion: 0, seconds: 0 };
    for (const call of this.modelCalls) {
      if (!call.usage) continue;
      sums.calls += 1;
      sums.prompt += call.usage.prompt_tokens;
      sums.cached += call.usage.cached_tokens;
      sums.completion += call.usage.completion_tokens;
      sums.seconds += call.total;
    }
    return sums;
  }
}

const answerOf = (response) => ({
  usage: response.usage,
  first: response.timings.first_token_seconds,
  total: response.timings.total_seconds,
  text: response.text,
  reasoning: response.reasoning,
  calls: response.tool_calls.map((one) => `${one.name} ${one.arguments}`),
  finish: response.finish_reason,
});

/** What a call of a tool is about, on one line. */
export const subjectOf = (call) => {
  const { command, path, url, query, pattern, question } = call.arguments;
  const subject = command ?? path ?? url ?? query ?? pattern ?? question;
  return brief(subject ?? JSON.stringify(call.arguments), 120);
};

const SENTENCES = {
  TaskCreated: () => "The goal was accepted",
  TaskClaimed: (d) => (d.is_resumed ? "An engine took it up again" : "An engine took it"),
  PlanningStarted: () => "Planning",
  PlanCreated: (d) => `A plan of ${d.plan.subtasks.length} (${d.source})`,
  PlanReplaced: (d) => `A new plan of ${d.plan.subtasks.length}: ${d.reason}`,
  PlanRejected: (d) => `A plan was rejected: ${d.problems.join("; ")}`,
  TaskExecutionStarted: () => "The plan is carried out",
  SubtaskStarted: (d) => `Began, with a model of tier ${d.tier}`,
  PromptAssembled: (d) => `A prompt for ${d.model}, by ${d.dialect}`,
  ModelCallStarted: (d) => `${d.model} is asked (${d.role})`,
  ModelCallFinished: (d) => `${d.model} answered: ${count(d.response.usage.prompt_tokens)} tokens read, ${count(d.response.usage.completion_tokens)} written in ${seconds(d.response.timings.total_seconds)}`,
  ModelCallFailed: (d) => `${d.model} gave no answer: ${d.message}`,
  ToolCallStarted: (d) => `${d.tool} ${subjectOf(d)}`,
  ToolCallFinished: (d) => `${d.tool} ${d.result.is_error ? "failed" : "is done"}: ${d.result.text}`,
  ToolCallDenied: (d) => `${d.tool} was refused by ${d.by}: ${d.reason}`,
  ApprovalRequested: (d) => `Waits for a yes: ${d.what}`,
  ApprovalDecided: (d) => `${d.approved ? "Approved" : "Denied"} by ${d.by}${d.reason ? `: ${d.reason}` : ""}`,
  QuestionAsked: (d) => `Asks: ${d.question}`,
  QuestionAnswered: (d) => `Answered by ${d.by}: ${d.answer}`,
  OutcomeReached: (d) => `Reached an outcome: ${d.outcome.status}`,
  VerdictReached: (d) => `Verdict: ${d.verdict.status}`,
  SubtaskCompleted: (d) => `Completed: ${d.summary}`,
  InstructionGiven: (d) => `${d.by} said: ${d.text}`,
  MemoryExtracted: (d) => `${d.entries.length} entries were put into memory`,
  TaskCompleted: (d) => `Completed: ${d.summary}`,
  TaskCancelled: (d) => `Cancelled by ${d.by}`,
  ChangesUndone: (d) => `${d.changes.length} changes were taken back`,
  ChangesRedone: (d) => `${d.changes.length} changes are in force again`,
};

const inWords = (type) => type.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().replace(/^./, (first) => first.toUpperCase());

/** An event in a sentence; its name and reason where it has no sentence of its own. */
export const sentenceOf = (event) => {
  const { data } = event;
  const words = SENTENCES[event.type]?.(data) ?? `${inWords(event.type)}${data.reason || data.text || data.message ? `: ${data.reason || data.text || data.message}` : ""}`;
  return brief(words, 240);
};
