// What a task changed: diffs, undo and redo, each shown before it is done.
import { ask, get, pathOf } from "./api.js";
import { confirm, tellTrouble } from "./dialog.js";
import { diffOf } from "./diff.js";
import { announce, fill, h } from "./dom.js";
import { plural } from "./text.js";

const encoded = (path) => path.split("/").map(encodeURIComponent).join("/");

const diffNode = (diff) => {
  if (diff.is_binary) return h("p", { class: "quiet" }, "It is no text, too large, or not kept: there are no lines to compare.");
  const newer = diff.is_newer ? h("p", { class: "notice" }, "This shows what is there now: what the task left is not kept.") : null;
  return [newer, diffOf(diff.lines, `Diff of ${diff.path}`)];
};

const planOf = (report) => [
  report.steps.length ? h("ul", { class: "plain" }, report.steps.map((one) => h("li", {}, h("b", {}, one.action), " ", h("code", {}, one.path)))) : h("p", {}, "There is nothing to do."),
  report.conflicts.length ? h("p", { class: "notice" }, "Changed by somebody else since, and left alone unless you overwrite it:") : null,
  report.conflicts.map((one) => h("p", {}, h("code", {}, one.path), ` ${one.reason}`)),
  report.doubtful.length ? h("p", { class: "notice" }, `A crash cut off ${report.doubtful.join(", ")}: nobody knows what that changed.`) : null,
];

/** A panel with the changes of a task; `changed` is called after an undo. */
export const changesPanel = (id, changed) => {
  const list = h("div", { class: "files" });
  const undoAll = h("button", { type: "button", on: { click: () => take("", false) } }, "Undo all…");
  const redo = h("button", { type: "button", class: "plain-button", on: { click: () => take("", true) } }, "Redo the newest undo…");
  const node = h("div", {}, h("div", { class: "row" }, undoAll, redo), list);
  let shown = "";

  const take = async (file, isRedo) => {
    const word = isRedo ? "Redo" : "Undo";
    try {
      const wish = { file, redo: isRedo };
      const report = await ask("POST", pathOf(id, "/undo"), { ...wish, dry_run: true });
      const canForce = report.conflicts.length > 0 && report.conflicts.every((one) => one.can_force);
      const isBlocked = report.conflicts.length > 0 && !canForce;
      const action = report.steps.length === 0 || isBlocked ? null : canForce ? `${word} and overwrite` : word;
      if (!(await confirm(`${word} ${file || "the changes of this task"}`, planOf(report), action, canForce))) return;
      const done = await ask("POST", pathOf(id, "/undo"), { ...wish, force: canForce });
      announce(done.done ? `${word}: ${plural(done.steps.length, "path")} put back` : `${word}: nothing was changed`);
      changed();
      await load();
    } catch (error) {
      tellTrouble(error);
    }
  };

  const row = (one) => {
    const body = h("div", {});
    const open = async () => {
      if (!details.open || body.hasChildNodes()) return;
      try {
        fill(body, one.type === "file" ? diffNode(await get(pathOf(id, `/changes/${encoded(one.path)}/diff`))) : h("p", { class: "quiet" }, `It is a ${one.type}.`));
      } catch (error) {
        fill(body, h("p", { class: "notice" }, error.message));
      }
    };
    const details = h("details", { class: "file", on: { toggle: open } },
      h("summary", {}, h("span", { class: "change-kind", "data-kind": one.kind }, one.kind), h("code", { class: "subject" }, one.path), one.is_recoverable ? null : h("span", { class: "notice" }, "cannot be undone")), body);
    const button = h("button", { type: "button", class: "plain-button small", "aria-label": `Undo ${one.path}`, on: { click: () => take(one.path, false) } }, "Undo…");
    return h("div", { class: "file-row" }, details, button);
  };

  const load = async () => {
    const { changes } = await get(pathOf(id, "/changes"));
    const now = JSON.stringify(changes);
    undoAll.disabled = changes.length === 0;
    if (now === shown) return;
    shown = now;
    fill(list, changes.length ? changes.map(row) : h("p", { class: "quiet" }, "No file is different because of this task."));
  };

  return { node, update: () => load().catch(tellTrouble) };
};
