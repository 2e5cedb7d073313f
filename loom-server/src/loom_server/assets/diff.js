// A unified diff as lines; what a line is, is told by its first character and not by colour alone.
import { h } from "./dom.js";

const MOST_LINES = 3_000;

const kindOf = (line) => {
  if (line.startsWith("+++") || line.startsWith("---")) return "name";
  if (line.startsWith("@@")) return "place";
  return { "+": "added", "-": "removed" }[line[0]] ?? "same";
};

/** Lines of a diff as one scrollable block. */
export const diffOf = (lines, label) => {
  const shown = lines.slice(0, MOST_LINES);
  const rest = lines.length - shown.length;
  return h("pre", { class: "diff", tabindex: "0", "aria-label": label },
    shown.map((line) => h("span", { class: `line ${kindOf(line)}` }, line || " ", "\n")),
    rest > 0 ? h("span", { class: "line place" }, `… ${rest} lines more`) : null);
};

/** Whether a text is a diff, such as what an approval shows. */
export const isDiff = (text) => /^@@ .* @@/m.test(text);
