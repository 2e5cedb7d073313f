// Questions to the user before something happens, and what went wrong.
import { announce, fill, h } from "./dom.js";

/** Ask before something is done; gives whether it was confirmed.
 *  `action` names the button; without one there is nothing to confirm. */
export const confirm = (title, content, action, isDangerous = false) =>
  new Promise((resolve) => {
    const heading = h("h2", { id: "dialog-title" }, title);
    const cancel = h("button", { type: "submit", value: "no", class: "plain-button" }, action ? "Keep it as it is" : "Close");
    const go = action ? h("button", { type: "submit", value: "yes", class: isDangerous ? "danger" : "primary" }, action) : null;
    const form = h("form", { method: "dialog" }, heading, content, h("div", { class: "row end" }, cancel, go));
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    (go && !isDangerous ? go : cancel).focus();
  });

/** Show what went wrong until it is dismissed or something else does. */
export const tellTrouble = (error) => {
  if (error.name === "AbortError") return;
  const place = document.getElementById("trouble");
  const close = h("button", { type: "button", class: "plain-button small", on: { click: () => { place.hidden = true; } } }, "Dismiss");
  fill(place, h("span", {}, error.message), close);
  place.hidden = false;
  announce(error.message);
};

/** Take away what was shown of the last trouble. */
export const clearTrouble = () => {
  document.getElementById("trouble").hidden = true;
};
