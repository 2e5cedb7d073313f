// Calls of models with tokens and cache share, and calls of tools with what they gave.
import { badge, fill, h, keyed, living } from "./dom.js";
import { subjectOf } from "./story.js";
import { between, clock, count, plural, seconds, share } from "./text.js";

const SHOWN = 400;
const LONGEST_TEXT = 20_000;

const clip = (text) => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}\n… (${count(text.length - LONGEST_TEXT)} characters more)` : text);

const block = (title, text) => (text ? [h("h2", { class: "label" }, title), h("pre", { tabindex: "0", "aria-label": title }, clip(text))] : []);

const meter = (part, whole) => {
  const full = h("span", { class: "meter-full" });
  full.style.width = `${whole ? (100 * part) / whole : 0}%`;
  return h("span", { class: "meter-box" }, h("span", { class: "meter", "aria-hidden": "true" }, full), ` ${share(part, whole)} from cache`);
};

const numbersOf = (call) => {
  if (!call.usage) return [call.problem || "being asked…"];
  const { prompt_tokens: prompt, cached_tokens: cached, completion_tokens: completion } = call.usage;
  const pace = call.total - call.first > 0.05 ? completion / (call.total - call.first) : 0;
  return [
    h("span", {}, `${count(prompt)} read`), meter(cached, prompt), h("span", {}, `${count(completion)} written`),
    h("span", {}, `${seconds(call.total)}, first token after ${seconds(call.first)}`),
    pace ? h("span", {}, `${pace.toFixed(0)} tokens/s`) : null,
  ];
};

const entry = (node, head, numbers, details, at) => {
  const body = h("div", { class: "call-body" });
  const show = () => opened.open && fill(body, details());
  const opened = h("details", { on: { toggle: show } }, h("summary", {}, head, h("time", { class: "call-time" }, clock(at))), body);
  opened.open = Boolean(node.querySelector("details")?.open);
  return [opened, h("p", { class: "numbers" }, numbers)];
};

const callRow = (render) => () => living(h("div", { class: "call", role: "listitem" }), render);

const modelCall = callRow((call, node) => {
  const head = [badge(call.state), h("b", {}, call.model), h("span", { class: "quiet" }, `${call.role} · ${call.subtask || "task"} · step ${call.step}`)];
  const details = () => [
    block("Answer", call.text), block("Calls", (call.calls ?? []).join("\n")), block("Reasoning", call.reasoning), block("Problem", call.problem),
    h("p", { class: "quiet" }, call.finish ? `It ended by ${call.finish.replaceAll("_", " ")}.` : "There is no answer yet."),
  ];
  return entry(node, head, numbersOf(call), details, call.from);
});

const toolCall = callRow((call, node) => {
  const head = [badge(call.state), h("b", {}, call.tool), h("code", { class: "subject" }, subjectOf(call))];
  const numbers = [h("span", {}, `${call.subtask || "task"} · attempt ${call.attempt}`), h("span", {}, call.to ? seconds(between(call.from, call.to)) : "running…")];
  const details = () => [block("Arguments", JSON.stringify(call.arguments, null, 2)), block("Result", call.text)];
  return entry(node, head, numbers, details, call.from);
});

const listPanel = (make, callsOf, summarize, empty) => {
  const summary = living(h("p", { class: "totals" }), (item) => item);
  const list = h("div", { role: "list", class: "calls" });
  const more = h("p", { class: "quiet" });
  const put = keyed(list, make);
  const update = (story) => {
    const calls = callsOf(story);
    summary.update(calls.length ? summarize(story) : empty);
    put(calls.slice(-SHOWN).reverse(), (one) => one.key);
    list.hidden = calls.length === 0;
    fill(more, calls.length > SHOWN ? `The ${SHOWN} newest of ${count(calls.length)} are shown.` : "");
  };
  return { node: h("div", {}, summary.node, list, more), update };
};

const sayTotals = (story) => {
  const sums = story.totals();
  return `${plural(sums.calls, "answer")}: ${count(sums.prompt)} tokens read, ${share(sums.cached, sums.prompt)} of them from cache, ${count(sums.completion)} written, in ${seconds(sums.seconds)}.`;
};

/** A panel with the calls of models, the newest first. */
export const modelPanel = () => listPanel(modelCall, (story) => story.modelCalls, sayTotals, "No model was asked yet.");

/** A panel with the calls of tools, the newest first. */
export const toolPanel = () => listPanel(toolCall, (story) => story.toolCalls, (story) => `${plural(story.toolCalls.length, "call")}.`, "No tool was called yet.");
