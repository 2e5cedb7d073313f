// Every event of a task in a sentence.
import { fill, h } from "./dom.js";
import { sentenceOf } from "./story.js";
import { clock, count } from "./text.js";

const SHOWN = 500;

const row = (event) =>
  h("li", {}, h("time", {}, clock(event.at)), h("span", { class: "event-step" }, event.subtask_id), h("span", { class: "event-text", title: event.type }, sentenceOf(event)));

/** A panel with the events, the newest last. */
export const activityPanel = () => {
  const list = h("ol", { class: "events", tabindex: "0", "aria-label": "Events" });
  const note = h("p", { class: "quiet" });
  let shown = 0;
  const update = (story) => {
    const fresh = story.events.filter((one) => one.sequence > shown).slice(-SHOWN);
    if (!fresh.length) return;
    shown = fresh.at(-1).sequence;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(...fresh.map(row));
    while (list.children.length > SHOWN) list.firstChild.remove();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
    fill(note, story.events.length > SHOWN ? `The ${SHOWN} newest of ${count(story.events.length)}.` : `${count(story.events.length)} events.`);
  };
  return { node: h("div", {}, note, list), update };
};
