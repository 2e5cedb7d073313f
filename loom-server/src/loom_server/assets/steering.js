// Steering a task: a word to its models, a pause, an end.
import { ask, pathOf } from "./api.js";
import { confirm, tellTrouble } from "./dialog.js";
import { announce, h } from "./dom.js";

const OVER = new Set(["completed", "failed", "cancelled"]);

/** Buttons to pause, resume and cancel a task. */
export const controls = (id, done) => {
  const act = (method, body, said) => async () => {
    try {
      await ask(method, pathOf(id), body);
      announce(said);
      done();
    } catch (error) {
      tellTrouble(error);
    }
  };
  const cancel = async () => {
    if (await confirm("Cancel this task?", h("p", {}, "It stops for good. What it changed stays, and can be undone."), "Cancel the task", true)) await act("DELETE", undefined, "Cancelled")();
  };
  const pause = h("button", { type: "button", on: { click: act("PATCH", { paused: true }, "It pauses once what runs now is finished") } }, "Pause");
  const resume = h("button", { type: "button", on: { click: act("PATCH", { paused: false }, "It goes on") } }, "Resume");
  const stop = h("button", { type: "button", class: "danger", on: { click: cancel } }, "Cancel…");
  const node = h("div", { class: "row" }, pause, resume, stop);
  const update = (task) => {
    const isOver = OVER.has(task.state);
    pause.hidden = isOver || task.state === "paused";
    resume.hidden = task.state !== "paused";
    stop.hidden = isOver;
  };
  return { node, update };
};

/** A form that tells the models of a task something. */
export const steerForm = (id, done) => {
  const text = h("input", { type: "text", maxlength: "2000", required: true, autocomplete: "off", id: "steer-text", placeholder: "Say something to its models…" });
  const send = async (event) => {
    event.preventDefault();
    try {
      await ask("PATCH", pathOf(id), { steer: text.value });
      text.value = "";
      announce("Told: its models read it with their next request");
      done();
    } catch (error) {
      tellTrouble(error);
    }
  };
  const node = h("form", { class: "steer", on: { submit: send } }, h("label", { for: "steer-text", class: "unseen" }, "Steer this task"), text, h("button", {}, "Steer"));
  return { node, update: (task) => { node.hidden = OVER.has(task.state); } };
};
