// The list of tasks, live: what needs the user comes first.
import { follow, get } from "./api.js";
import { tellTrouble } from "./dialog.js";
import { announce, badge, change, fill, h, keyed, living, stateOf } from "./dom.js";
import { ago, count } from "./text.js";

const PAGE = 50;
const FILTERS = {
  all: ["All", []],
  open: ["Under way", ["pending", "planning", "executing", "waiting_approval", "paused"]],
  waiting: ["Needs you", ["waiting_approval"]],
  over: ["Ended", ["completed", "failed", "cancelled"]],
};

const progressOf = (task) => {
  if (!task.planned) return null;
  const full = h("span", { class: "meter-full" });
  full.style.width = `${(100 * task.done) / task.planned}%`;
  return [h("span", { class: "meter", "aria-hidden": "true" }, full), h("span", {}, `${task.done} of ${task.planned}`)];
};

const row = () => {
  const link = h("a", { class: "card" });
  const node = h("li", {}, link);
  const content = living(link, (task) => [
    h("span", { class: "card-head" }, badge(stateOf(task)), h("span", { class: "quiet" }, ago(task.updated_at))),
    h("span", { class: "card-goal" }, task.goal),
    h("span", { class: "card-foot" }, progressOf(task)),
  ]);
  const update = (task) => {
    change(link, { href: `#/task/${encodeURIComponent(task.id)}`, "aria-current": location.hash === `#/task/${encodeURIComponent(task.id)}` ? "page" : null });
    content.update({ ...task, ago: ago(task.updated_at) });
  };
  return { node, update };
};

/** The list in the side of the page, which follows all tasks until the page is left. */
export const listTasks = (place, tellConnection) => {
  let filter = "all";
  let limit = PAGE;
  let waiting = -1;
  let isDirty = false;
  let isLoading = false;
  const list = h("ul", { class: "plain cards", "aria-label": "Tasks" });
  const put = keyed(list, row);
  const empty = h("p", { class: "quiet", hidden: true }, "No task here. Give Loom a goal: it plans, works, checks, and shows you what it did.");
  const more = h("button", { type: "button", class: "plain-button", hidden: true, on: { click: () => { limit += PAGE; load(); } } }, "Show more");
  const choice = h("select", { id: "filter", on: { change: (event) => { filter = event.target.value; limit = PAGE; load(); } } }, Object.entries(FILTERS).map(([name, [label]]) => h("option", { value: name }, label)));
  const total = h("span", { class: "quiet" });

  const query = () => {
    const search = new URLSearchParams({ limit: String(Math.min(limit, 500)) });
    FILTERS[filter][1].forEach((state) => search.append("state", state));
    return `/tasks?${search}`;
  };
  const order = (tasks) => [...tasks.filter((one) => one.state === "waiting_approval"), ...tasks.filter((one) => one.state !== "waiting_approval")];
  const show = (page, needing) => {
    put(order(page.tasks), (one) => one.id);
    empty.hidden = page.tasks.length > 0;
    more.hidden = page.total <= page.tasks.length;
    fill(total, `${count(page.total)}`);
    if (needing > waiting && waiting >= 0) announce(`${needing} tasks need you`);
    waiting = needing;
    document.dispatchEvent(new CustomEvent("waiting", { detail: needing }));
  };
  const load = async () => {
    isDirty = true;
    if (isLoading) return;
    isLoading = true;
    while (isDirty) {
      isDirty = false;
      try {
        const [page, needing] = await Promise.all([get(query()), get("/tasks?state=waiting_approval&limit=1")]);
        show(page, needing.total);
      } catch (error) {
        tellTrouble(error);
      }
    }
    isLoading = false;
  };

  fill(place, h("div", { class: "list-head" }, h("label", { for: "filter" }, "Tasks"), choice, total), list, empty, more);
  addEventListener("hashchange", load);
  setInterval(load, 60_000);  // the times that are shown grow old
  follow("/stream", { signal: new AbortController().signal, take: load, tell: tellConnection }).catch(tellTrouble);
};
