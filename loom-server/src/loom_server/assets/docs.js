"use strict";
// Shows /openapi.json and tries requests out. Text is only ever set as text, never as markup.
const METHODS = ["get", "post", "patch", "put", "delete"];

const make = (tag, text, className) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
};

const resolve = (spec, schema) => {
  const name = schema && schema.$ref && schema.$ref.split("/").pop();
  return name ? { ...spec.components.schemas[name], title: name } : schema || {};
};

const describe = (spec, raw, depth = 0) => {
  const schema = resolve(spec, raw);
  if (schema.anyOf) return schema.anyOf.map((one) => describe(spec, one, depth)).join(" | ");
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `[${describe(spec, schema.items, depth)}]`;
  if (!schema.properties) return schema.type || "any";
  const indent = "  ".repeat(depth + 1);
  const needed = new Set(schema.required || []);
  const lines = Object.entries(schema.properties).map(
    ([name, value]) => `${indent}${name}${needed.has(name) ? "" : "?"}: ${describe(spec, value, depth + 1)}`);
  return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
};

const example = (spec, raw) => {
  const schema = resolve(spec, raw);
  const filled = {};
  for (const name of schema.required || []) {
    const type = resolve(spec, schema.properties[name]).type;
    filled[name] = { string: "", boolean: true, integer: 0, array: [] }[type] ?? null;
  }
  return JSON.stringify(filled, null, 2);
};

const parametersOf = (spec, operation) => {
  const table = make("table");
  for (const one of operation.parameters || []) {
    const row = table.appendChild(make("tr"));
    const cell = row.appendChild(make("td"));
    cell.append(make("code", one.name), ` (${one.in}${one.required ? "" : ", optional"})`);
    row.append(make("td", describe(spec, one.schema)), make("td", one.description || ""));
  }
  return table;
};

const tryOut = (spec, path, method, operation) => {
  const form = make("form");
  const inputs = (operation.parameters || []).filter((one) => one.in !== "header").map((one) => {
    const label = form.appendChild(make("label", `${one.name} `));
    return [one, label.appendChild(make("input"))];
  });
  const body = operation.requestBody && operation.requestBody.content["application/json"].schema;
  let text;
  if (body) {
    const label = form.appendChild(make("label", "body"));
    text = label.appendChild(make("textarea"));
    text.value = example(spec, body);
  }
  form.append(make("button", "Send"));
  const shown = form.appendChild(make("pre"));
  shown.hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let target = path;
    const query = new URLSearchParams();
    for (const [one, input] of inputs) {
      if (one.in === "path") target = target.replace(`{${one.name}}`, one.name === "path" ? input.value : encodeURIComponent(input.value));
      else if (input.value) query.append(one.name, input.value);
    }
    const address = query.size ? `${target}?${query}` : target;
    shown.hidden = false;
    shown.textContent = "…";
    try {
      const answer = await fetch(address, {
        method: method.toUpperCase(),
        headers: text || method === "post" ? { "Content-Type": "application/json" } : {},
        body: text ? text.value : undefined,
      });
      await show(answer, shown);
    } catch (error) { shown.textContent = String(error); }
  });
  return form;
};

const show = async (answer, shown) => {
  shown.textContent = `${answer.status} ${answer.statusText}\n`;
  const reader = answer.body && answer.body.getReader();
  const decoder = new TextDecoder();
  let all = "";
  for (let part; reader && !(part = await reader.read()).done;) {
    all += decoder.decode(part.value, { stream: true });
    shown.textContent = `${answer.status} ${answer.statusText}\n${all}`;
  }
  try { shown.textContent = `${answer.status}\n${JSON.stringify(JSON.parse(all), null, 2)}`; } catch { /* not JSON */ }
};

const operationOf = (spec, path, method, operation) => {
  const details = make("details");
  const summary = details.appendChild(make("summary"));
  summary.append(make("span", method.toUpperCase(), `method ${method}`), make("code", path), ` ${operation.summary || ""}`);
  details.append(make("p", operation.description || ""), parametersOf(spec, operation));
  const body = operation.requestBody && operation.requestBody.content["application/json"];
  if (body) details.append(make("h4", "Body"), make("pre", describe(spec, body.schema)));
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (status >= "400") continue;
    const content = answer.content && Object.entries(answer.content)[0];
    details.append(make("h4", `${status}: ${answer.description}`));
    if (content) details.append(make("pre", `${content[0]}\n${describe(spec, content[1].schema)}`));
  }
  details.append(make("h4", "Try it"), tryOut(spec, path, method, operation));
  return details;
};

const main = async () => {
  const place = document.getElementById("operations");
  const answer = await fetch("/openapi.json");
  const spec = await answer.json();
  document.getElementById("about").textContent = `${spec.info.version}. ${spec.info.description}`;
  place.textContent = "";
  const groups = {};
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const method of METHODS) {
      if (item[method]) (groups[(item[method].tags || ["other"])[0]] ||= []).push([path, method, item[method]]);
    }
  }
  for (const [name, operations] of Object.entries(groups)) {
    place.append(make("h2", name), ...operations.map((one) => operationOf(spec, ...one)));
  }
};

main().catch((error) => { document.getElementById("operations").textContent = String(error); });
