// One step of a plan with what it rests on.
import { badge, fill, h, living } from "./dom.js";
import { secondsOf } from "./paths.js";
import { count, plural, seconds, share } from "./text.js";

const evidence = (items) =>
  items.length
    ? [h("h3", { class: "label" }, "What was checked"), h("ul", { class: "evidence" }, items.map((one) => h("li", {}, badge(one.status), h("span", {}, one.check), one.detail ? h("span", { class: "quiet" }, one.detail) : null)))]
    : null;

const factsOf = (step) => [
  step.attempt ? `attempt ${step.attempt}` : "not begun",
  step.model ? `${step.model}, tier ${step.tier}` : null,
  step.started_at ? seconds(secondsOf(step)) : null,
  step.usage.calls ? `${plural(step.usage.calls, "call")}, ${count(step.usage.prompt_tokens)} tokens read (${share(step.usage.cached_tokens, step.usage.prompt_tokens)} from cache), ${count(step.usage.completion_tokens)} written` : null,
  step.confidence === null ? null : `confidence ${Math.round(100 * step.confidence)} %`,
  step.depends_on.length ? `after ${step.depends_on.join(", ")}` : null,
].filter(Boolean);

/** A panel with the step that was chosen in the graph. */
export const stepPanel = () => {
  const body = living(h("section", { class: "step-details", "aria-live": "off" }), (step) => [
    h("h2", {}, badge(step.state), " ", step.id),
    h("p", { class: "prose" }, step.description),
    h("p", { class: "facts" }, factsOf(step).map((fact) => h("span", {}, fact))),
    step.summary ? h("p", { class: "prose" }, step.summary) : null,
    step.reason ? h("p", { class: "notice" }, step.reason) : null,
    evidence(step.evidence),
  ]);
  const update = (step) => {
    if (step) body.update(step);
    else fill(body.node);
    body.node.hidden = !step;
  };
  return { node: body.node, update };
};
