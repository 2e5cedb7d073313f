// The plan as a graph: an SVG of lines, and a button for each step.
import { fill, h, nameOfState, s, sign } from "./dom.js";
import { columnsOf, criticalPath, secondsOf } from "./paths.js";
import { brief, seconds } from "./text.js";

const WIDTH = 208;
const HEIGHT = 84;
const GAP_X = 56;
const GAP_Y = 20;
const EDGE = 6;

const placesOf = (steps) => {
  const columns = columnsOf(steps);
  const most = Math.max(...columns.map((one) => one.length));
  const height = most * (HEIGHT + GAP_Y) - GAP_Y;
  const places = new Map();
  columns.forEach((column, x) => {
    const top = (height - (column.length * (HEIGHT + GAP_Y) - GAP_Y)) / 2;
    column.forEach((id, y) => places.set(id, [EDGE + x * (WIDTH + GAP_X), EDGE + top + y * (HEIGHT + GAP_Y)]));
  });
  return { places, width: columns.length * (WIDTH + GAP_X) - GAP_X + 2 * EDGE, height: height + 2 * EDGE };
};

const lineOf = ([fromX, fromY], [toX, toY], isCritical, state) => {
  const x = fromX + WIDTH;
  const y = fromY + HEIGHT / 2;
  const end = toY + HEIGHT / 2;
  const bend = Math.max(24, (toX - x) / 2);
  return s("path", { d: `M${x} ${y} C${x + bend} ${y} ${toX - bend} ${end} ${toX - 4} ${end}`, "data-critical": String(isCritical), "data-state": state, "marker-end": "url(#arrow)" });
};

const linesOf = (steps, places, critical) =>
  steps.flatMap((step) =>
    step.depends_on.filter((one) => places.has(one)).map((one) =>
      lineOf(places.get(one), places.get(step.id), critical.has(one) && critical.has(step.id), step.state)));

const arrow = () =>
  s("defs", {}, s("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, s("path", { d: "M0 0 L8 4 L0 8 z" })));

/** A panel with the graph; `choose` is called with the id of the step that was clicked. */
export const graphPanel = (choose) => {
  const board = h("div", { class: "graph-board" });
  const node = h("div", { class: "graph", role: "group", "aria-label": "Plan", tabindex: "0" }, board);
  const buttons = new Map();
  let drawn = "";

  const button = (id) => {
    if (!buttons.has(id)) buttons.set(id, h("button", { type: "button", class: "step", on: { click: () => choose(id) } }));
    return buttons.get(id);
  };

  const draw = (steps, critical) => {
    const { places, width, height } = placesOf(steps);
    const picture = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, arrow(), linesOf(steps, places, critical));
    board.style.width = `${width}px`;
    board.style.height = `${height}px`;
    const focused = document.activeElement;
    fill(board, picture, steps.map((step) => {
      const one = button(step.id);
      [one.style.left, one.style.top] = places.get(step.id).map((value) => `${value}px`);
      return one;
    }));
    if (board.contains(focused)) focused.focus();
  };

  const update = (steps, chosen) => {
    if (!steps.length) {
      drawn = "";
      fill(board, h("p", { class: "quiet" }, "No plan yet: the goal is being planned."));
      return;
    }
    const critical = criticalPath(steps);
    const now = JSON.stringify([steps.map((one) => [one.id, one.depends_on, one.state]), [...critical]]);
    if (now !== drawn) draw(steps, critical);
    drawn = now;
    for (const step of steps) {
      const one = button(step.id);
      const took = step.started_at ? seconds(secondsOf(step)) : nameOfState(step.state);
      one.dataset.state = step.state;
      one.dataset.critical = String(critical.has(step.id));
      one.setAttribute("aria-pressed", String(step.id === chosen));
      one.setAttribute("aria-label", `${step.id}: ${brief(step.description, 200)}. ${nameOfState(step.state)}${critical.has(step.id) ? ", on the critical path" : ""}`);
      fill(one, h("span", { class: "step-head" }, sign(step.state), h("span", { class: "step-id" }, step.id), h("span", { class: "step-time" }, took)), h("span", { class: "step-text" }, step.description));
    }
  };
  return { node, update };
};
