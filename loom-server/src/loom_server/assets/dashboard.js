// The dashboard: which page is shown, and what stands around it.
import { ask, get } from "./api.js";
import { showCreate } from "./create.js";
import { clearTrouble } from "./dialog.js";
import { change, fill, h } from "./dom.js";
import { showMachine } from "./machine.js";
import { showMemory } from "./memory.js";
import { showTask } from "./task.js";
import { listTasks } from "./tasks.js";
import { plural } from "./text.js";

const main = document.getElementById("main");
const connection = document.getElementById("connection");
let leaving = new AbortController();

const tellConnection = (isLive) => {
  connection.dataset.state = isLive ? "live" : "lost";
  connection.textContent = isLive ? "live" : "connecting…";
};

const welcome = () => {
  document.title = "Loom";
  fill(main, h("article", { class: "page welcome" }, h("h1", { tabindex: "-1" }, "What should be done?"), h("p", {}, "State a goal. Models on this machine work on it, in steps that you can watch, steer and take back."), h("p", {}, h("a", { href: "#/new", class: "button primary" }, "New task"))));
};

const PAGES = [
  [/^#\/task\/(.+)$/, (found) => showTask(main, decodeURIComponent(found[1]), leaving.signal, tellConnection)],
  [/^#\/new$/, () => showCreate(main)],
  [/^#\/memory$/, () => showMemory(main)],
  [/^#\/machine$/, () => showMachine(main, leaving.signal)],
];

const route = async () => {
  leaving.abort();
  leaving = new AbortController();
  clearTrouble();
  const hash = location.hash || "#/";
  document.body.dataset.page = hash === "#/" ? "list" : hash.split("/")[1];
  document.querySelectorAll("nav a").forEach((one) => change(one, { "aria-current": one.getAttribute("href") === hash ? "page" : null }));
  const [pattern, show] = PAGES.find(([one]) => one.test(hash)) ?? [/^/, welcome];
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
  await show(hash.match(pattern));
  if (document.activeElement === main) main.querySelector("h1")?.focus({ preventScroll: true });
};

const THEMES = ["auto", "light", "dark"];
const theme = document.getElementById("theme");
const useTheme = (name) => {
  document.documentElement.dataset.theme = name;
  theme.value = name;
  localStorage.setItem("theme", name);
};
theme.addEventListener("change", () => useTheme(theme.value));
useTheme(THEMES.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto");

const showHealth = async () => {
  const place = document.getElementById("health");
  const now = await get("/health");
  place.dataset.state = { ok: "completed", degraded: "paused", failing: "failed" }[now.status];
  change(place, { "aria-label": `Machine: ${now.status}` });
};

document.addEventListener("waiting", ({ detail }) => {
  const place = document.getElementById("waiting");
  place.hidden = detail === 0;
  place.textContent = `${plural(detail, "task")} ${detail === 1 ? "needs" : "need"} you`;
});
document.addEventListener("signed-out", () => {
  leaving.abort();
  document.body.dataset.page = "signed-out";
  fill(main, h("article", { class: "page" }, h("h1", { tabindex: "-1" }, "Signed out"), h("p", {}, "This browser is not signed in any more. Open a new link of loom serve.")));
}, { once: true });
document.getElementById("sign-out").addEventListener("click", async () => {
  await ask("DELETE", "/browser-session");
  document.dispatchEvent(new CustomEvent("signed-out"));
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();  // the address names the page that is shown
  main.focus();
});

addEventListener("hashchange", route);
listTasks(document.getElementById("side"), tellConnection);
route();
showHealth().catch(() => {});  // the page of the machine tells what is wrong
