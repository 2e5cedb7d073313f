// One task, live.
import { activityPanel } from "./activity.js";
import { follow, get, pathOf } from "./api.js";
import { asksPanel } from "./asks.js";
import { modelPanel, toolPanel } from "./calls.js";
import { changesPanel } from "./changes.js";
import { tellTrouble } from "./dialog.js";
import { announce, badge, fill, h, living, nameOfState, stateOf } from "./dom.js";
import { graphPanel } from "./graph.js";
import { memoryPanel } from "./memory.js";
import { stepPanel } from "./step.js";
import { controls, steerForm } from "./steering.js";
import { Story } from "./story.js";
import { tabsOf } from "./tabs.js";
import { timelinePanel } from "./timeline.js";
import { between, brief, count, seconds, share } from "./text.js";

const REFRESH_MILLISECONDS = 250;

const inForce = (task) => {
  const planned = task.subtasks.filter((one) => one.is_in_plan);
  return planned.length ? planned : task.subtasks;
};

const factsOf = (task) => {
  const { usage, progress } = task;
  return [
    ["Steps", progress.subtasks ? `${progress.completed} of ${progress.subtasks}` : "–"],
    ["Time", task.started_at ? seconds(between(task.started_at, task.finished_at)) : "–"],
    ["Tokens read", count(usage.prompt_tokens)],
    ["From cache", share(usage.cached_tokens, usage.prompt_tokens)],
    ["Written", count(usage.completion_tokens)],
    ["Calls", count(usage.calls)],
    ["Confidence", task.confidence === null ? "–" : `${Math.round(100 * task.confidence)} %`],
  ];
};

const headOf = () => {
  const title = living(h("h1", { class: "goal", tabindex: "-1" }), (goal) => goal);
  const state = living(h("p", { class: "row state-line" }), ({ state: name, queued, workspace, mode }) => [badge(name), queued ? h("span", {}, "in the queue") : null, h("span", { class: "quiet" }, `in ${workspace} · approval: ${mode.replaceAll("_", " ")}`)]);
  const words = living(h("div", {}), ({ summary, reason, advice }) => [summary ? h("p", { class: "summary prose" }, summary) : null, reason ? h("p", { class: "notice" }, reason) : null, advice ? h("p", { class: "quiet" }, advice) : null]);
  const facts = living(h("dl", { class: "facts-row" }), (pairs) => pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  const update = (task) => {
    title.update(task.goal);
    state.update({ state: stateOf(task), queued: task.is_queued, workspace: task.workspace, mode: task.approval_mode });
    words.update({ summary: task.summary, reason: task.reason, advice: task.advice });
    facts.update(factsOf(task));
  };
  return { nodes: [state.node, title.node, words.node, facts.node], update };
};

/** Show a task in a place until the signal ends it. */
export const showTask = async (place, id, signal, tellConnection) => {
  const story = new Story();
  let task;
  let chosen = null;
  let isDirty = false;
  let isLoading = false;
  let following = null;

  const refresh = async () => {
    isDirty = true;
    if (isLoading) return;
    isLoading = true;
    while (isDirty && !signal.aborted) {
      isDirty = false;
      try {
        const before = task?.state;
        task = await get(pathOf(id), { signal });
        if (before && before !== task.state) announce(`The task: ${nameOfState(task.state)}`);
        draw();
      } catch (error) {
        if (!signal.aborted) tellTrouble(error);
      }
      await new Promise((resolve) => setTimeout(resolve, REFRESH_MILLISECONDS));
    }
    isLoading = false;
  };
  const acted = () => { refresh(); listen(); };

  const head = headOf();
  const asks = asksPanel(id, acted);
  const buttons = controls(id, acted);
  const steer = steerForm(id, acted);
  const step = stepPanel();
  const graph = graphPanel((one) => { chosen = chosen === one ? null : one; draw(); });
  const timeline = timelinePanel();
  const models = modelPanel();
  const tools = toolPanel();
  const changes = changesPanel(id, acted);
  const memory = memoryPanel(pathOf(id, "/memory"));
  const activity = activityPanel();
  const updates = {
    Plan: () => { graph.update(inForce(task), chosen); step.update(task.subtasks.find((one) => one.id === chosen)); },
    Timeline: () => timeline.update(inForce(task), story),
    Models: () => models.update(story),
    Tools: () => tools.update(story),
    Changes: () => changes.update(),
    Memory: () => memory.update(),
    Events: () => activity.update(story),
  };
  const panels = {
    Plan: [graph.node, step.node], Timeline: timeline.node, Models: models.node, Tools: tools.node, Changes: changes.node, Memory: memory.node, Events: activity.node,
  };
  const tabs = tabsOf("About this task", panels, (name) => task && updates[name]());

  const draw = () => {
    head.update(task);
    document.title = `${brief(task.goal, 60)} · Loom`;
    for (const one of [asks, buttons, steer]) one.update(task);
    updates[tabs.current()]();
  };
  const listen = () => {
    if (following) return;
    const take = (events) => { story.take(events); refresh(); };
    following = follow(pathOf(id, "/stream"), { last: story.last ? String(story.last) : "", signal, take, tell: tellConnection })
      .catch(tellTrouble)
      .finally(() => { following = null; });
  };
  const tick = setInterval(() => task && !task.finished_at && !document.hidden && (head.update(task), tabs.current() === "Timeline" && updates.Timeline()), 1000);
  signal.addEventListener("abort", () => clearInterval(tick), { once: true });

  try {
    task = await get(pathOf(id), { signal });
  } catch (error) {
    if (!signal.aborted) fill(place, h("p", { class: "notice" }, error.message));
    return;
  }
  fill(place, h("article", { class: "task" }, h("header", { class: "task-head" }, head.nodes, buttons.node), asks.node, steer.node, tabs.node));
  tabs.show("Plan");
  draw();
  listen();
};
