// What was learned in tasks, found by words.
import { get } from "./api.js";
import { tellTrouble } from "./dialog.js";
import { field, fill, h } from "./dom.js";
import { ago } from "./text.js";

const entryOf = (one, withTask) =>
  h("li", { class: "memory" },
    h("p", { class: "prose" }, one.text),
    h("p", { class: "facts" }, h("span", { class: "tag" }, one.kind.replaceAll("_", " ")), one.tags.map((tag) => h("span", { class: "tag" }, tag)), h("span", {}, ago(one.at)),
      withTask ? h("a", { href: `#/task/${encodeURIComponent(one.task_id)}` }, "its task") : h("span", {}, one.subtask_id)));

/** A panel that searches memory below a path; `withTask` links the tasks. */
export const memoryPanel = (path, withTask = false) => {
  const text = h("input", { type: "search", maxlength: "1000", autocomplete: "off" });
  const found = h("ul", { class: "plain", "aria-live": "polite" });
  const update = async () => {
    try {
      const { entries } = await get(`${path}?${new URLSearchParams({ q: text.value, limit: "50" })}`);
      fill(found, entries.length ? entries.map((one) => entryOf(one, withTask)) : h("li", { class: "quiet" }, text.value ? "Nothing was found." : "Nothing was learned yet."));
    } catch (error) {
      tellTrouble(error);
    }
  };
  const form = h("form", { role: "search", class: "search", on: { submit: (event) => { event.preventDefault(); update(); } } }, field("Look for", text), h("button", {}, "Search"));
  return { node: h("div", {}, form, found), update };
};

/** Show memory over all tasks. */
export const showMemory = (place) => {
  const panel = memoryPanel("/memory/search", true);
  document.title = "Memory · Loom";
  fill(place, h("article", { class: "page" }, h("h1", { tabindex: "-1" }, "Memory"), h("p", { class: "quiet" }, "What Loom learned in its tasks, and reads again where it fits."), panel.node));
  panel.update();
};
