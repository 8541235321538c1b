"use strict";

// The page at /_samara/. Whatever comes from requests and functions is shown as text nodes only.

const kept = 200;
const byId = (id) => document.getElementById(id);
const requests = new Map(); // by id, the oldest first
let chosen = 0;
let connected = false;

// An element with attributes and children: elements, texts, or nothing.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== false && child !== ""));
  return element;
}

async function ask(path, options) {
  const response = await fetch(path, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(answer.message || `status ${response.status}`);
  }
  return answer;
}

let toastTimer = 0;
function tell(text) {
  byId("toast").textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (byId("toast").textContent = ""), 5000);
}

// Numbers and times

function duration(ms) {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

function bytes(count) {
  return count < 1024 ? `${count} B` : count < 1048576 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1048576).toFixed(1)} MB`;
}

const clock = (time) => new Date(time).toLocaleTimeString();

// The list of requests

const has_failed = (request) => request.failed || request.status >= 400;

function matches(request) {
  const kind = byId("filter-kind").value;
  if ((kind === "errors" && !has_failed(request)) || (kind === "cold" && !request.cold) || (kind === "replays" && !request.replayOf)) {
    return false;
  }
  const text = `${request.method} ${request.target} ${request.status} ${request.function} ${request.api} ${request.error}`.toLowerCase();
  return byId("filter-text").value.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function chips(request) {
  return [
    request.cold && make("span", { class: "chip cold" }, "cold"),
    request.failed && make("span", { class: "chip failed" }, "failed"),
    request.replayOf && make("span", { class: "chip" }, `replay of ${request.replayOf}`),
  ].filter(Boolean);
}

function row_of(request) {
  return make(
    "tr",
    { "data-id": request.id },
    make(
      "td",
      {},
      make(
        "button",
        { class: "open", type: "button", onclick: () => choose(request.id, true) },
        make("span", { class: "method" }, request.method),
        " ",
        make("span", { class: "path" }, request.target),
      ),
      " ",
      ...chips(request),
      request.function && make("div", { class: "under" }, request.function),
    ),
    make("td", { class: `status s${Math.floor(request.status / 100)}` }, String(request.status)),
    make("td", { class: "number" }, duration(request.ms)),
    make("td", { class: "beside" }, request.function || "–"),
  );
}

// Rows stay: whoever has the focus in one keeps it.
const rows = new Map();

function show_requests() {
  const body = byId("request-rows");
  let shown = 0;
  for (const [id, row] of rows) {
    if (!requests.has(id)) {
      row.remove();
      rows.delete(id);
    }
  }
  for (const request of requests.values()) {
    let row = rows.get(request.id);
    if (!row) {
      row = row_of(request);
      rows.set(request.id, row);
      body.prepend(row);
    }
    row.hidden = !matches(request);
    shown += row.hidden ? 0 : 1;
    row.classList.toggle("chosen", request.id === chosen);
    const button = row.querySelector("button");
    request.id === chosen ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current");
  }
  show_count(shown);
}

let countTimer = 0;
function show_count(shown) { // not more often than somebody can listen to
  const text = requests.size === 0 ? "No requests yet" : `${shown} of the last ${requests.size} ${requests.size === 1 ? "request" : "requests"}`;
  clearTimeout(countTimer);
  countTimer = setTimeout(() => {
    if (byId("count").textContent !== text) {
      byId("count").textContent = text;
    }
  }, 250);
}

function add_requests(fresh) {
  for (const request of fresh) {
    requests.set(request.id, request);
  }
  for (const id of [...requests.keys()].slice(0, Math.max(0, requests.size - kept))) {
    requests.delete(id);
  }
  show_requests();
}

// Arrow keys go along the list.
byId("request-rows").addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  let row = step && event.target.closest("tr");
  while (row && (row = row[step]) && row.hidden);
  if (row) {
    event.preventDefault();
    row.querySelector("button").focus();
  }
});

// The request that is chosen

// What a function writes last may come after its answer.
async function choose(id, focus) {
  chosen = id;
  show_requests();
  try {
    const request = await ask(`requests/${id}`);
    if (chosen !== id) {
      return;
    }
    show_details(request);
    if (focus) {
      byId("details-title").focus();
      byId("details").scrollIntoView({ block: "nearest" });
    }
    if (Date.now() - request.time - request.ms < 2000) {
      setTimeout(() => complete_log(id, request), 500);
    }
  } catch (error) {
    byId("details-title").textContent = "Details";
    byId("details-body").replaceChildren(make("p", { class: "notice" }, error.message));
  }
}

async function complete_log(id, before) {
  const request = await ask(`requests/${id}`).catch(() => null);
  const edited = byId("edit") && !byId("edit").hidden;
  const same = (call, index) => call.ended === before.calls[index].ended && call.log.size === before.calls[index].log.size;
  if (!request || chosen !== id || edited || request.calls.every(same)) {
    return;
  }
  const focused = document.activeElement && document.activeElement.id;
  show_details(request);
  if (focused && byId(focused)) {
    byId(focused).focus();
  }
}

byId("details").addEventListener("keydown", (event) => {
  const row = rows.get(chosen);
  if (event.key === "Escape" && row) {
    row.querySelector("button").focus();
  }
});

// What is served

function show_environments(functions) {
  byId("environment-rows").replaceChildren(
    ...functions.map((one) => {
      const state = [
        ["busy", one.busy],
        ["warm", one.warm],
        ["starting", one.starting],
      ].filter((entry) => entry[1] > 0);
      return make(
        "tr",
        {},
        make("td", {}, one.function, make("div", { class: "under" }, one.runtime || "image")),
        make(
          "td",
          {},
          ...(state.length ? state.map(([name, count]) => make("span", { class: `chip ${name}` }, `${count} ${name}`)) : [make("span", { class: "chip" }, "cold")]),
          one.waiting > 0 ? ` ${one.waiting} waiting` : null,
        ),
        make("td", { class: "number" }, `${one.memoryMb} MB`),
        make("td", { class: "beside" }, one.runtime || "image"),
      );
    }),
  );
}

function show_routes(routes) {
  byId("route-rows").replaceChildren(
    ...routes.map((route) =>
      make(
        "tr",
        {},
        make("td", { class: "code" }, route.method && make("span", { class: "method" }, route.method), route.method && " ", route.path, make("div", { class: "under" }, `${route.api}, ${route.kind}`)),
        make("td", {}, route.function || route.target, route.function && route.target !== "function" ? make("span", { class: "quiet" }, ` ${route.target}`) : null),
        make(
          "td",
          {},
          route.protection || make("span", { class: "quiet" }, "open"),
          route.closed && make("div", { class: "closed-why" }, make("span", { class: "chip closed" }, "closed"), route.closed),
        ),
        make("td", { class: "beside" }, route.api, " ", make("span", { class: "quiet" }, route.kind)),
      ),
    ),
  );
}

function show_connections(connections) {
  byId("no-connections").hidden = connections.length > 0;
  byId("connection-table").hidden = byId("send").hidden = connections.length === 0;
  byId("connection-rows").replaceChildren(
    ...connections.map((one) =>
      make(
        "tr",
        {},
        make("td", {}, make("code", {}, one.id), " ", make("span", { class: "quiet" }, one.sourceIp)),
        make("td", { class: "beside" }, one.api),
        make("td", { class: "beside" }, clock(one.connectedAt)),
        make("td", {}, clock(one.lastActiveAt)),
      ),
    ),
  );
  const select = byId("send-to");
  const before = select.value;
  const ids = connections.map((one) => one.id);
  if ([...select.options].map((option) => option.value).join() !== ids.join()) {
    select.replaceChildren(...ids.map((id) => make("option", { value: id, selected: id === before }, id)));
  }
}

byId("send").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("send-text");
  try {
    await ask(`connections/${encodeURIComponent(byId("send-to").value)}`, { method: "POST", body: text.value });
    byId("sent").textContent = `Sent: ${text.value}`;
    text.value = "";
  } catch (error) {
    byId("sent").textContent = `Not sent: ${error.message}`;
  }
  text.focus();
});

byId("filter").addEventListener("submit", (event) => event.preventDefault());
byId("filter-text").addEventListener("input", show_requests);
byId("filter-kind").addEventListener("change", show_requests);
byId("clear").addEventListener("click", () => ask("requests", { method: "DELETE" }).catch((error) => tell(error.message)));

// Live

function show_live(on) {
  if (on !== connected || byId("live").textContent === "Connecting") {
    connected = on;
    byId("live").textContent = on ? "Live" : "The server does not answer; trying again";
    byId("live").classList.toggle("on", on);
  }
}

function forget() {
  requests.clear();
  show_requests();
  chosen = 0;
  byId("details-title").textContent = "Details";
  byId("details-body").replaceChildren(make("p", { class: "quiet" }, "Choose a request to see its event, response, log and time line."));
}

function watch() {
  const updates = new EventSource("updates");
  const on = (name, show) => updates.addEventListener(name, (event) => show(JSON.parse(event.data)));
  on("clear", forget);
  on("routes", show_routes);
  on("functions", show_environments);
  on("connections", show_connections);
  on("requests", add_requests);
  updates.onopen = () => show_live(true);
  updates.onerror = () => {
    show_live(false);
    if (updates.readyState === EventSource.CLOSED) { // refused, say while the server starts
      setTimeout(watch, 2000);
    }
  };
}

watch();
