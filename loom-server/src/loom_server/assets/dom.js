// Builds the page. Text only ever becomes text nodes or attribute values, and always passes `visible`.
import { visible } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";

const give = (node, props) => {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [kind, act] of Object.entries(value)) node.addEventListener(kind, act);
    else if (value === false || value === null || value === undefined) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : visible(value));
  }
  return node;
};

/** Put children into a node, in place of those it has. */
export const fill = (node, ...children) => {
  const wanted = children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false);
  node.replaceChildren(...wanted.map((one) => (one instanceof Node ? one : visible(one))));
  return node;
};

/** A new element with attributes (`on` has listeners) and children. */
export const h = (tag, props = {}, ...children) => fill(give(document.createElement(tag), props), ...children);

/** A new element of an SVG. */
export const s = (tag, props = {}, ...children) => fill(give(document.createElementNS(SVG, tag), props), ...children);

/** Change attributes of a node. */
export const change = give;

/** A node whose content is made anew only when what it shows is different. */
export const living = (node, render) => {
  let shown;
  return {
    node,
    update: (item) => {
      const now = JSON.stringify(item);
      if (now === shown) return;
      shown = now;
      fill(node, render(item, node));
    },
  };
};

/** Keep the children of a node in step with a list: each is made once by its key, then updated. */
export const keyed = (place, make) => {
  const rows = new Map();
  return (items, keyOf) => {
    const kept = new Set(items.map(keyOf));
    for (const [key, row] of rows) {
      if (kept.has(key)) continue;
      row.node.remove();
      rows.delete(key);
    }
    items.forEach((item, index) => {
      const key = keyOf(item);
      if (!rows.has(key)) rows.set(key, make(item));
      const row = rows.get(key);
      row.update(item);
      if (place.children[index] !== row.node) place.insertBefore(row.node, place.children[index] ?? null);
    });
  };
};

/** Say something to people who listen to the page. */
export const announce = (text) => {
  document.getElementById("announcer").textContent = visible(text);
};

/** A label with its input. */
export const field = (label, input, hint) => {
  input.id ||= `field-${crypto.randomUUID()}`;
  const hints = hint ? h("p", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  if (hints) input.setAttribute("aria-describedby", hints.id);
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, hints);
};

const NAMES = {
  pending: ["○", "waits for its turn"], planning: ["◌", "planning"], executing: ["◐", "working"],
  running: ["◐", "running"], verifying: ["◑", "verifying"], waiting_approval: ["?", "needs you"],
  paused: ["‖", "paused"], completed: ["✓", "completed"], failed: ["✕", "failed"],
  cancelled: ["⊘", "cancelled"], blocked: ["✕", "blocked"], stalled: ["✕", "stalled"],
  session: ["›", "session"], skipped: ["–", "skipped"], passed: ["✓", "passed"], unverified: ["?", "not verified"],
};

/** What to call the state of a task: a session between two turns waits for nobody. */
export const stateOf = (task) => (task.kind === "session" && task.state === "paused" ? "session" : task.state);

/** A state in words, with a sign beside them. */
export const nameOfState = (state) => (NAMES[state] ?? ["·", state.replaceAll("_", " ")])[1];

/** A state as a sign and words: never by colour alone. */
export const badge = (state) => {
  const [sign, name] = NAMES[state] ?? ["·", state.replaceAll("_", " ")];
  return h("span", { class: "badge", "data-state": state }, h("span", { class: "sign", "aria-hidden": "true" }, sign), name);
};

/** The sign of a state alone, for beside text that says the same. */
export const sign = (state) => h("span", { class: "sign", "data-state": state, "aria-hidden": "true" }, (NAMES[state] ?? ["·"])[0]);
