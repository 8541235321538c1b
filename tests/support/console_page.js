// Drives the page at /_samara/ in a headless Chromium:
//
//   node console_page.js NPM CHROMIUM ADDRESS SCENARIO
//
// NPM is a folder with playwright-core. Ends with 0 when everything was as expected.
"use strict";

const assert = require("assert/strict");
const { createRequire } = require("module");

const [npm, chromium, address, scenario] = process.argv.slice(2);
const playwright = createRequire(`${npm}/package.json`)("playwright-core");

const request = (method, path, options = {}) => fetch(address + path, { method, ...options });
const row = (page, name) => page.locator("#request-rows tr", { has: page.getByRole("button", { name }) });
const shown_rows = (page) => page.locator("#request-rows tr:visible");

async function open(page) {
  await page.goto(`${address}/_samara/`);
  await page.locator("#live.on").waitFor();
}

async function choose(page, name) {
  await page.getByRole("button", { name }).first().click();
  await page.locator("#replay-button").waitFor();
}

const scenarios = {
  async load(page) {
    await request("GET", "/orders/first");
    await open(page);
    assert.equal(await page.title(), "samara local start-api");
    await row(page, "GET /orders/first").waitFor();
    assert.match(await page.locator("#environment-rows").innerText(), /Orders[^]*1 warm[^]*256 MB/);
    assert.match(await page.locator("#route-rows").innerText(), /GET \/orders\/\{id\}/);
    assert.match(await page.locator("#route-rows").innerText(), /Mine: function Auth/);
    await request("GET", "/orders/second"); // it comes by itself
    await row(page, "GET /orders/second").waitFor();
    assert.match(await shown_rows(page).first().innerText(), /second/, "the newest first");
    await choose(page, "GET /orders/first");
    const details = await page.locator("#details").innerText();
    assert.match(details, /Cold start [\d.]+ m?s/);
    assert.match(details, /Function [\d.]+ m?s/);
    assert.match(details, /Total [\d.]+ m?s/);
    assert.match(details, /asked for \/orders\/first/);
    assert.equal(await page.evaluate(() => document.activeElement.id), "details-title");
  },

  async replay(page) {
    await request("POST", "/orders/1", { body: "original", headers: { Authorization: "Bearer top-secret-token" } });
    await open(page);
    await choose(page, "POST /orders/1");
    assert.doesNotMatch(await page.content(), /top-secret-token|correct-horse-battery/);
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByText("replay of 1").first().waitFor();
    assert.match(await page.locator("#details").innerText(), /"body": "original"/);
    await page.getByRole("button", { name: "Edit and replay" }).click();
    assert.match(await page.getByLabel("Headers, one a line").inputValue(), /authorization: \(hidden:authorization\)/i);
    await page.getByLabel("Path and query").fill("/orders/2?x=1");
    await page.getByLabel("Body", { exact: true }).fill("edited");
    await page.getByRole("button", { name: "Send", exact: true }).first().click();
    await row(page, "POST /orders/2?x=1").waitFor();
    const details = page.locator("#details");
    await page.getByLabel("Response body").getByText('"body": "edited"').waitFor();
    assert.match(await details.innerText(), /"authorized": true/, "the header that is not shown was sent");
    await page.getByRole("button", { name: "Edit and replay" }).click();
    await page.getByLabel("Path and query").fill("no path");
    await page.getByRole("button", { name: "Send", exact: true }).first().click();
    await page.getByText(/Not sent: /).waitFor();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy as command line" }).click();
    await page.getByText("Command line copied").waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^printf %s '\{.*' \| samara local invoke 'Orders' --event -$/);
  },

  async filter(page) {
    await request("GET", "/orders/apple");
    await request("GET", "/orders/boom");
    await request("GET", "/orders/pear");
    await open(page);
    await row(page, "GET /orders/pear").waitFor();
    await page.getByLabel("Filter").fill("apple");
    await page.getByText("1 of the last 3 requests").waitFor();
    assert.match(await shown_rows(page).innerText(), /apple/);
    await request("GET", "/orders/plum"); // what comes is filtered, too
    await page.getByText("1 of the last 4 requests").waitFor();
    await page.getByLabel("Filter").fill("");
    await page.getByLabel("Show").selectOption("errors");
    await page.getByText("1 of the last 4 requests").waitFor();
    assert.match(await shown_rows(page).innerText(), /boom/);
    await page.getByLabel("Show").selectOption("cold");
    assert.match(await shown_rows(page).innerText(), /apple/);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("No requests yet").waitFor();
    assert.equal(await shown_rows(page).count(), 0);
  },

  async failure(page) {
    await request("GET", "/orders/boom");
    await open(page);
    await page.getByText("failed").first().waitFor();
    await choose(page, "GET /orders/boom");
    await page.getByText(/ValueError: <b>no such order<\/b>/).first().waitFor();
    const details = await page.locator("#details").innerText();
    assert.match(details, /Unhandled: the function failed/);
    assert.match(details, /"errorType": "ValueError"/);
    assert.equal(await page.locator("#details b").count(), 0, "what a function writes is no markup");
  },

  async many(page) {
    await open(page);
    const bodies = Array.from({ length: 4 }, async (_, part) => {
      for (let i = 0; i < 250; ++i) {
        assert.equal((await request("GET", `/orders/${part}-${i}`).then((answer) => (answer.text(), answer))).status, 200);
      }
    });
    await Promise.all(bodies);
    await request("GET", "/orders/last");
    await row(page, "GET /orders/last").waitFor();
    await page.getByText("200 of the last 200 requests").waitFor();
    assert.equal(await page.locator("#request-rows tr").count(), 200);
    const begin = Date.now();
    await page.getByLabel("Filter").fill("last");
    await page.getByText("1 of the last 200 requests").waitFor();
    assert.ok(Date.now() - begin < 5000, "the page is not busy");
  },

  // Nothing but keys, from the top of the page.
  async keyboard(page) {
    await request("GET", "/orders/one");
    await request("GET", "/orders/two");
    await open(page);
    await row(page, "GET /orders/two").waitFor();
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
    const visible = () => page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the requests");
    assert.ok(await visible());
    await page.keyboard.press("Enter");
    const reach = async (what) => {
      for (let i = 0; i < 30; ++i) {
        await page.keyboard.press("Tab");
        if (what.test(await focused())) {
          assert.ok(await visible(), `the focus on ${what} is seen`);
          return;
        }
      }
      assert.fail(`${what} is not reached by Tab`);
    };
    await reach(/GET \/orders\/two/);
    await page.keyboard.press("ArrowDown");
    assert.match(await focused(), /GET \/orders\/one/);
    await page.keyboard.press("Enter");
    await page.locator("#replay-button").waitFor();
    await page.waitForFunction(() => document.activeElement.id === "details-title");
    await reach(/^Replay$/);
    await page.keyboard.press("Enter");
    await page.getByText("replay of 1").first().waitFor();
    await page.waitForFunction(() => document.activeElement.id === "details-title");
    await reach(/Edit and replay/);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.name === "target");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("/orders/three");
    await page.keyboard.press("Enter");
    await row(page, "GET /orders/three").waitFor();
    await page.waitForFunction(() => document.activeElement.id === "details-title");
    await page.keyboard.press("Escape");
    assert.match(await focused(), /GET \/orders\/three/, "back in the list");
  },

  async sockets(page) {
    const socket = new (createRequire(`${npm}/package.json`)("ws"))(address.replace("http", "ws") + "/prod");
    const received = new Promise((resolve) => socket.on("message", (bytes) => resolve(bytes.toString())));
    await new Promise((resolve) => socket.on("open", resolve));
    await open(page);
    await page.getByLabel("Message").fill("hello from the page");
    await page.locator("#send").getByRole("button", { name: "Send" }).click();
    await page.getByText("Sent: hello from the page").waitFor();
    assert.equal(await received, "hello from the page");
    socket.close();
    await page.getByText("Nobody is connected.").waitFor();
  },

  // Each size and colour: nothing is wider than the window, and texts can be told from what is behind them.
  async looks(page) {
    await request("POST", "/orders/a-long-name-without-any-place-to-break-it-that-goes-on-and-on?with=a&long=query", { body: "{}" });
    await request("GET", "/orders/boom");
    for (const width of [360, 1280]) {
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await open(page);
        await choose(page, "POST /orders/a-long");
        await page.getByRole("button", { name: "Edit and replay" }).click();
        const found = await page.evaluate(look);
        assert.deepEqual(found, { wider: 0, faint: [], unnamed: [] }, `${width} ${colorScheme}`);
      }
    }
  },
};

// In the page: WCAG's contrast of 4.5 for every text that is seen, and a name for every control.
function look() {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) =>
    numbers(colour).slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.getClientRects().length === 0) continue;
    const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => b - a);
    if ((one + 0.05) / (other + 0.05) < 4.5) faint.add(texts.currentNode.data.trim());
  }
  const unnamed = [...document.querySelectorAll("input, select, textarea, button, pre[tabindex]")]
    .filter((element) => !(element.labels && element.labels.length) && !element.textContent.trim() && !element.getAttribute("aria-label"))
    .map((element) => element.outerHTML);
  return { wider: document.documentElement.scrollWidth - innerWidth, faint: [...faint], unnamed };
}

(async () => {
  const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(60_000);
    const complaints = []; // of scripts, and of the Content-Security-Policy
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of (400|410)/.test(message.text())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await scenarios[scenario](page);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
})().catch((error) => {
  console.error(error.stack || error);
  process.exitCode = 1;
});
