// Where the steps of a plan stand in a picture, and which chain of them decides how long it takes.
import { between } from "./text.js";

/** Seconds that a step has taken so far; 0 before it began. */
export const secondsOf = (step) => (step.started_at ? between(step.started_at, step.finished_at) : 0);

/** The ids of the chain of dependent steps that takes longest; steps that have not begun count little.
 *  A plan has no circles; a step that is not in it counts for nothing. */
export const criticalPath = (steps) => {
  const known = new Map(steps.map((one) => [one.id, one]));
  const found = new Map();
  const longest = (id) => {
    if (found.has(id)) return found.get(id);
    const step = known.get(id);
    found.set(id, { weight: 0, chain: [] });
    const before = step.depends_on.filter((one) => known.has(one)).map(longest);
    const best = before.reduce((a, b) => (b.weight > a.weight ? b : a), { weight: 0, chain: [] });
    const result = { weight: best.weight + secondsOf(step) + 0.001, chain: [...best.chain, id] };
    found.set(id, result);
    return result;
  };
  const all = steps.map((one) => longest(one.id));
  return new Set(all.reduce((a, b) => (b.weight > a.weight ? b : a), { weight: 0, chain: [] }).chain);
};

const rank = (steps) => {
  const known = new Map(steps.map((one) => [one.id, one]));
  const ranks = new Map();
  const of = (id) => {
    if (ranks.has(id)) return ranks.get(id);
    ranks.set(id, 0);
    const before = known.get(id).depends_on.filter((one) => known.has(one));
    ranks.set(id, before.length ? 1 + Math.max(...before.map(of)) : 0);
    return ranks.get(id);
  };
  steps.forEach((one) => of(one.id));
  return ranks;
};

/** Columns of step ids, each step right of what it depends on, near to it where that is possible. */
export const columnsOf = (steps) => {
  const ranks = rank(steps);
  const columns = [];
  for (const step of steps) (columns[ranks.get(step.id)] ??= []).push(step);
  const row = new Map();
  return columns.map((column) => {
    const middle = (step) => {
      const rows = step.depends_on.filter((one) => row.has(one)).map((one) => row.get(one));
      return rows.length ? rows.reduce((a, b) => a + b, 0) / rows.length : step.position;
    };
    const ordered = column.map((step) => [middle(step), step]).sort((a, b) => a[0] - b[0] || a[1].position - b[1].position).map(([, step]) => step.id);
    ordered.forEach((id, index) => row.set(id, index - (ordered.length - 1) / 2));
    return ordered;
  });
};
