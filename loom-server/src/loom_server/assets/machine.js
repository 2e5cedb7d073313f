// How the server is, and what it has to work with.
import { get } from "./api.js";
import { tellTrouble } from "./dialog.js";
import { fill, h } from "./dom.js";
import { count, plural, seconds } from "./text.js";

const LEVELS = { ok: "completed", warn: "paused", fail: "failed" };
const SIGNS = { ok: "✓", warn: "!", fail: "✕" };

const finding = (one) =>
  h("li", {}, h("span", { class: "badge", "data-state": LEVELS[one.level] }, h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[one.level]), one.level === "ok" ? "well" : one.level === "warn" ? "with less" : "broken"), h("b", {}, one.subject), h("span", {}, one.detail));

const table = (caption, heads, rows) =>
  h("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, heads.map((one) => h("th", { scope: "col" }, one)))),
      h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((one) => h("td", {}, one)))))));

const modelRow = (one) => [one.label, one.is_ready ? "ready" : one.detail, `tier ${one.tier}`, one.roles.join(", "), one.window ? `${count(one.window)} tokens` : "not known"];
const toolRow = (one) => [one.name, one.problem || one.purpose, one.risk, one.distribution];

/** Show models, tools and health. */
export const showMachine = async (place, signal) => {
  document.title = "Machine · Loom";
  const health = h("section", { "aria-labelledby": "health-head" });
  const lists = h("section", {});
  fill(place, h("article", { class: "page" }, h("h1", { tabindex: "-1" }, "Machine"), health, lists));
  try {
    const now = await get("/health", { signal });
    const words = { ok: "All is well", degraded: "It works with less", failing: "Goals cannot be run" }[now.status];
    fill(health, h("h2", { id: "health-head" }, words), h("ul", { class: "evidence" }, now.findings.map(finding)),
      h("p", { class: "quiet" }, `Loom ${now.version}, up for ${seconds(now.uptime_seconds)}; ${plural(now.running.length, "task")} running, ${count(now.queued.length)} in the queue, ${plural(now.streams, "stream")}.`));
    const [{ models }, { tools }] = await Promise.all([get("/models", { signal }), get("/tools", { signal })]);
    fill(lists, table("Models", ["Model", "State", "Tier", "Roles", "Window"], models.map(modelRow)), table("Tools", ["Tool", "Purpose", "Risk", "From"], tools.map(toolRow)));
  } catch (error) {
    if (!signal.aborted) tellTrouble(error);
  }
};
