// What a task waits for a human to say: yes or no to a call, or the answer to a question.
import { ask, pathOf } from "./api.js";
import { tellTrouble } from "./dialog.js";
import { diffOf, isDiff } from "./diff.js";
import { announce, field, h, keyed } from "./dom.js";

const SCOPES = {
  once: () => "Allow once",
  call: () => "Allow this exact call in this task",
  target: (one) => `Allow for ${one.target}`,
  session: (one) => `Allow ${one.tool} for the whole task`,
};

const shownOf = (text) =>
  isDiff(text) ? diffOf(text.trimEnd().split("\n"), "What would be changed") : h("pre", { class: "exactly", tabindex: "0", "aria-label": "Exactly this" }, text.trimEnd());

const card = (title, key, ...content) => {
  const id = `ask-${key}`;
  return h("section", { class: "ask", "aria-labelledby": id }, h("h2", { id }, title), content);
};

const approvalCard = (task, one, done) => {
  const reason = h("input", { type: "text", maxlength: "10000", autocomplete: "off" });
  const say = async (approved, scope) => {
    buttons.forEach((button) => { button.disabled = true; });
    try {
      await ask("POST", pathOf(task, "/approve"), { approval_id: one.id, approved, reason: reason.value, scope });
      announce(approved ? "Allowed" : "Denied");
      done();
    } catch (error) {
      buttons.forEach((button) => { button.disabled = false; });
      tellTrouble(error);
    }
  };
  const yes = one.scopes.map((scope, index) =>
    h("button", { type: "button", class: index ? "plain-button" : "primary", on: { click: () => say(true, scope) } }, one.tool ? SCOPES[scope](one) : "Yes"));
  const no = h("button", { type: "button", class: "danger", on: { click: () => say(false, "once") } }, one.tool ? "Deny" : "No");
  const buttons = [...yes, no];
  const title = one.tool ? `${one.subtask_id}: ${one.tool} waits for your yes` : `${one.subtask_id} waits for your decision`;
  const node = card(title, one.id, one.reason ? h("p", { class: "quiet" }, one.reason) : null, one.what.trim() === one.reason.trim() ? null : shownOf(one.what), field("Reason (told to the model when you deny)", reason), h("div", { class: "row" }, buttons));
  return { node, update: () => {} };
};

const questionCard = (task, one, done) => {
  const text = h("textarea", { rows: "2", maxlength: "10000", required: true });
  const send = async (answer) => {
    try {
      await ask("POST", pathOf(task, "/answer"), { question_id: one.id, answer });
      announce("Answered");
      done();
    } catch (error) {
      tellTrouble(error);
    }
  };
  const options = one.options.map((option, index) => h("button", { type: "button", class: "plain-button", on: { click: () => send(String(index + 1)) } }, option));
  const form = h("form", { on: { submit: (event) => { event.preventDefault(); send(text.value); } } }, field("Your answer", text), h("div", { class: "row" }, h("button", { class: "primary" }, "Answer")));
  const node = card(`${one.subtask_id} asks you`, one.id, h("p", { class: "question" }, one.question), options.length ? h("div", { class: "row" }, options) : null, form);
  return { node, update: () => {} };
};

/** A panel with everything that waits for the user. */
export const asksPanel = (id, done) => {
  const node = h("div", { class: "asks" });
  const put = keyed(node, (one) => ("question" in one ? questionCard(id, one, done) : approvalCard(id, one, done)));
  let known = 0;
  const update = (task) => {
    const all = [...task.approvals, ...task.questions];
    put(all, (one) => one.id);
    node.hidden = all.length === 0;
    if (all.length > known) announce("The task needs you: something waits for your answer.");
    known = all.length;
  };
  return { node, update };
};
