// Tabs by the pattern of WAI-ARIA: arrow keys move, the panel is named by its tab.
import { h } from "./dom.js";

/** Tabs over panels; `opened` is called with the name of the one that is shown. */
export const tabsOf = (label, panels, opened) => {
  const names = Object.keys(panels);
  const tabs = new Map(names.map((name) => [name, h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}` }, name)]));
  const bodies = new Map(names.map((name) => [name, h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}` }, panels[name])]));
  let current = names[0];

  const show = (name) => {
    current = name;
    for (const one of names) {
      tabs.get(one).setAttribute("aria-selected", String(one === name));
      tabs.get(one).tabIndex = one === name ? 0 : -1;
      bodies.get(one).hidden = one !== name;
    }
    opened(name);
  };

  const move = (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    const edges = { Home: 0, End: names.length - 1 };
    const index = event.key in edges ? edges[event.key] : (names.indexOf(current) + (steps[event.key] ?? NaN) + names.length) % names.length;
    if (Number.isNaN(index)) return;
    event.preventDefault();
    show(names[index]);
    tabs.get(names[index]).focus();
    tabs.get(names[index]).scrollIntoView({ inline: "nearest", block: "nearest" });
  };

  for (const [name, tab] of tabs) tab.addEventListener("click", () => show(name));
  const list = h("div", { role: "tablist", "aria-label": label, class: "tabs", on: { keydown: move } }, [...tabs.values()]);
  return { node: h("div", { class: "tabbed" }, list, [...bodies.values()]), show, current: () => current };
};
