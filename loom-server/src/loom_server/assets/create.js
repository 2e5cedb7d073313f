// A new task.
import { ask } from "./api.js";
import { tellTrouble } from "./dialog.js";
import { field, fill, h } from "./dom.js";

const MODES = { "": "As the settings say", auto: "Go ahead; ask only where it is risky", confidence_threshold: "Ask where confidence is low", manual: "Ask before every change" };

/** Show the form for a new task. */
export const showCreate = (place) => {
  document.title = "New task · Loom";
  const key = crypto.randomUUID();
  const goal = h("textarea", { rows: "5", required: true, autocomplete: "off" });
  const workspace = h("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: "/home/you/project" });
  const mode = h("select", {}, Object.entries(MODES).map(([value, label]) => h("option", { value }, label)));
  const context = h("textarea", { rows: "3" });
  const button = h("button", { class: "primary" }, "Start");

  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const task = await ask("POST", "/tasks", { goal: goal.value, workspace: workspace.value || null, approval_mode: mode.value || null, context: context.value, metadata: { browser_form: key } });
      location.hash = `#/task/${encodeURIComponent(task.id)}`;
    } catch (error) {
      tellTrouble(error);
      button.disabled = false;
    }
  };
  const submitByKey = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form.requestSubmit();
  };
  goal.addEventListener("keydown", submitByKey);

  const form = h("form", { class: "create", on: { submit: send } },
    field("Goal", goal, "What should be true when it is done. Ctrl+Enter starts it."),
    field("Folder", workspace, "An absolute path on the server's machine; empty is the default of its settings."),
    field("Approval", mode),
    h("details", {}, h("summary", {}, "More"), field("Context", context, "What else the model should know.")),
    h("div", { class: "row" }, button));
  fill(place, h("article", { class: "page" }, h("h1", { tabindex: "-1" }, "New task"), form));
  goal.focus();
};
