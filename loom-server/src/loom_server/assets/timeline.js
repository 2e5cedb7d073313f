// Work, waits and calls of models against the time that passed, with the chain that decides how long it takes.
import { fill, h } from "./dom.js";
import { criticalPath } from "./paths.js";
import { brief, clock, seconds } from "./text.js";

const time = (moment) => new Date(moment).getTime();

const bar = (kind, from, to, span, props) => {
  const one = h("span", { class: kind, ...props });
  one.style.left = `${(100 * (from - span.from)) / span.length}%`;
  one.style.width = `${Math.max(0.25, (100 * (to - from)) / span.length)}%`;
  return one;
};

const spanOf = (story, now) => {
  const from = Math.min(...story.spans.map((one) => time(one.from)));
  const to = Math.max(...story.spans.map((one) => (one.to ? time(one.to) : now)));
  return { from, length: Math.max(1, to - from) };
};

const wordsOf = (spans, now, isCritical) => {
  const parts = spans.map((one) => `attempt ${one.attempt} ${one.kind === "wait" ? "waited" : "worked"} ${seconds((time(one.to ?? now) - time(one.from)) / 1000)}, from ${clock(one.from)}`);
  return `${parts.join("; ") || "not begun"}${isCritical ? "; on the critical path" : ""}`;
};

const rowOf = (step, story, span, now, isCritical) => {
  const spans = story.spans.filter((one) => one.subtask === step.id);
  const calls = story.modelCalls.filter((one) => one.subtask === step.id);
  const worked = spans.filter((one) => one.kind === "work").reduce((sum, one) => sum + time(one.to ?? now) - time(one.from), 0) / 1000;
  return h("li", { class: "lane", "data-critical": String(isCritical) },
    h("span", { class: "lane-name" }, h("b", {}, step.id), " ", brief(step.description, 60)),
    h("span", { class: "track", "aria-hidden": "true" },
      spans.map((one) => bar("bar", time(one.from), time(one.to ?? now), span, { "data-state": one.ended, title: `attempt ${one.attempt}${one.kind === "wait" ? ", waiting for you" : ""}` })),
      calls.map((one) => bar("tick", time(one.from), time(one.to ?? now), span, { "data-state": one.state, title: `${one.model}, ${one.role}` }))),
    h("span", { class: "lane-time" }, spans.length ? seconds(worked) : "–"),
    h("span", { class: "unseen" }, wordsOf(spans, now, isCritical)));
};

const scale = (span) => {
  const marks = [0, 0.25, 0.5, 0.75, 1];
  return h("div", { class: "scale", "aria-hidden": "true" }, h("span", { class: "scale-marks" }, marks.map((part) => {
    const mark = h("span", {}, seconds((part * span.length) / 1000));
    mark.style.left = `${100 * part}%`;
    return mark;
  })));
};

/** A panel with the timeline. */
export const timelinePanel = () => {
  const node = h("div", { class: "timeline" });
  const update = (steps, story) => {
    if (!story.spans.length) {
      fill(node, h("p", { class: "quiet" }, "Nothing has run yet."));
      return;
    }
    const now = Date.now();
    const span = spanOf(story, now);
    const critical = criticalPath(steps);
    const chain = steps.filter((one) => critical.has(one.id)).map((one) => one.id);
    fill(node,
      h("p", { class: "legend" }, h("span", { class: "key key-bar" }), "at work ", h("span", { class: "key key-wait" }), "waits for you ", h("span", { class: "key key-tick" }), "a model answers ", h("span", { class: "key key-critical" }), `critical path: ${chain.join(" → ")}`),
      h("ul", { class: "lanes" }, steps.map((one) => rowOf(one, story, span, now, critical.has(one.id)))),
      scale(span));
  };
  return { node, update };
};
