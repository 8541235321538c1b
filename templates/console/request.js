"use strict";

// One request of the page at /_samara/: what it was, what became of it, and sending it again. Loaded before page.js,
// whose helpers its functions use.

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function body_view(title, body, open, note) {
  if (body.size === 0) {
    return null;
  }
  const text = body.base64 !== undefined ? body.base64 : body.cut ? body.text : pretty(body.text);
  const about = [bytes(body.size), body.base64 !== undefined && "no text: base64", body.cut && "only the beginning is kept", note];
  return make(
    "details",
    { open },
    make("summary", {}, title, " ", make("span", { class: "quiet" }, about.filter(Boolean).join(", "))),
    make("pre", { tabindex: "0", "aria-label": title }, text),
  );
}

function headers_view(title, headers, cut) {
  if (headers.length === 0) {
    return null;
  }
  const list = make("dl", { class: "code" });
  for (const [name, value] of headers) {
    list.append(make("dt", {}, name), make("dd", {}, value));
  }
  return make("details", {}, make("summary", {}, title, " ", make("span", { class: "quiet" }, `${headers.length}${cut ? ", not all are kept" : ""}`)), list);
}

function time_line(request) {
  const parts = [];
  let known = 0;
  for (const call of request.calls) {
    const of = request.calls.length > 1 ? ` of ${call.function}` : "";
    if (!call.ended) {
      continue;
    }
    parts.push(["wait", `Queue${of}`, call.waitMs]);
    if (call.cold) {
      parts.push(["start", `Cold start${of}`, call.coldStartMs]);
    }
    parts.push(["run", `Function${of}`, call.runMs]);
    known += call.waitMs + call.coldStartMs + call.runMs;
  }
  parts.push(["gate", "Gateway", Math.max(0, request.ms - known)]);
  const whole = parts.reduce((sum, part) => sum + part[2], 0) || 1;
  const line = make("div", { class: "line", "aria-hidden": "true" });
  const legend = make("ul", { class: "legend" });
  for (const [kind, name, ms] of parts) {
    const piece = make("span", { class: kind });
    piece.style.width = `${(100 * ms) / whole}%`;
    line.append(piece);
    legend.append(make("li", {}, make("i", { class: kind, "aria-hidden": "true" }), `${name} ${duration(ms)}`));
  }
  legend.append(make("li", {}, make("strong", {}, `Total ${duration(request.ms)}`)));
  return make("div", {}, make("h3", {}, "Time line"), line, legend);
}

function call_view(call, last) {
  const facts = make("dl", {});
  const add = (name, value, kind) => value && facts.append(make("dt", {}, name), make("dd", { class: kind }, value));
  add("Request id", call.requestId, "code");
  add("Memory used", call.memoryUsedMb && `${call.memoryUsedMb} MB`);
  add("Error", call.functionError && `${call.functionError}: the function failed`, "closed-why");
  add("Not run", call.failure, "closed-why");
  add("State", !call.ended && "it still runs");
  return make(
    "div",
    {},
    make("h3", {}, `Function ${call.function}`),
    facts,
    body_view("Event", call.event, false),
    body_view("Log", call.log, last),
    body_view("Result", call.result, Boolean(call.functionError)),
    call.command &&
      make(
        "details",
        {},
        make("summary", {}, "Command line"),
        make("pre", { tabindex: "0", class: "command", "aria-label": "Command line" }, call.command),
      ),
  );
}

function edit_form(request) {
  const binary = request.request.body.base64 !== undefined || request.request.body.cut;
  const form = make(
    "form",
    { id: "edit", "aria-label": "Edit and replay", hidden: true },
    make(
      "div",
      { class: "first" },
      make("label", {}, "Method", make("input", { name: "method", value: request.method, required: true, autocomplete: "off" })),
      make("label", {}, "Path and query", make("input", { name: "target", value: request.target, required: true, autocomplete: "off", spellcheck: "false" })),
    ),
    make("label", {}, "Headers, one a line", make("textarea", { name: "headers", rows: "6", spellcheck: "false" })),
    binary
      ? make("p", { class: "quiet" }, "Its body is no text, or not kept whole, and cannot be edited.")
      : make("label", {}, "Body", make("textarea", { name: "body", rows: "6", spellcheck: "false" })),
    make("p", { class: "quiet" }, "What is hidden is sent as it was, unless you write something else."),
    make("div", { class: "actions" }, make("button", { type: "submit", class: "main" }, "Send"), make("button", { type: "button", name: "cancel" }, "Cancel")),
  );
  form.elements.headers.value = request.request.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  if (!binary) {
    form.elements.body.value = request.request.body.text;
  }
  form.elements.cancel.addEventListener("click", () => {
    form.hidden = true;
    byId("edit-button").focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const edit = { method: form.elements.method.value.trim(), target: form.elements.target.value.trim() };
    edit.headers = form.elements.headers.value
      .split("\n")
      .filter((line) => line.trim())
      .map((line) => {
        const colon = line.indexOf(":");
        return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      });
    if (!binary && form.elements.body.value !== request.request.body.text) {
      edit.body = form.elements.body.value;
    }
    replay(request.id, edit);
  });
  return form;
}

async function replay(id, edit) {
  try {
    const answer = await ask(`requests/${id}/replay`, { method: "POST", body: edit ? JSON.stringify(edit) : "" });
    await choose(answer.id, true);
    tell(`Sent again as request ${answer.id}`);
  } catch (error) {
    tell(`Not sent: ${error.message}`);
  }
}

async function copy(command) {
  try {
    await navigator.clipboard.writeText(command);
    tell("Command line copied");
  } catch { // a page without https, or a browser that does not let us
    const text = document.querySelector("#details .command");
    text.closest("details").open = true;
    getSelection().selectAllChildren(text);
    text.focus();
    tell("Press Ctrl+C to copy the command line");
  }
}

function show_details(request) {
  const last = request.calls[request.calls.length - 1];
  const facts = make("dl", {});
  const add = (name, value, kind) => value && facts.append(make("dt", {}, name), make("dd", { class: kind }, value));
  add("Status", String(request.status), `status s${Math.floor(request.status / 100)}`);
  add("Time", clock(request.time));
  add("Route", request.route ? `${request.route} of ${request.api}` : "none");
  add("Error", request.error, "closed-why");
  add("Replay of", request.replayOf && make("button", { type: "button", class: "open", onclick: () => choose(request.replayOf, true) }, `request ${request.replayOf}`));
  const command = last && last.command;
  byId("details-title").textContent = `${request.method} ${request.target}`;
  byId("details-body").replaceChildren(
    make(
      "div",
      { class: "actions" },
      request.replayable && make("button", { type: "button", id: "replay-button", class: "main", onclick: () => replay(request.id) }, "Replay"),
      request.replayable && make("button", { type: "button", id: "edit-button", onclick: () => {
        byId("edit").hidden = false;
        byId("edit").elements.target.focus();
      } }, "Edit and replay"),
      command && make("button", { type: "button", id: "copy-button", onclick: () => copy(command) }, "Copy as command line"),
    ),
    edit_form(request),
    facts,
    time_line(request),
    make("h3", {}, "Request"),
    headers_view("Request headers", request.request.headers) || "",
    body_view("Request body", request.request.body, true) || "",
    make("h3", {}, "Response"),
    headers_view("Response headers", request.response.headers, request.response.headersCut) || "",
    body_view("Response body", request.response.body, true) || "",
    ...request.calls.map((call) => call_view(call, call === last)),
  );
}
