import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { lambdaHandler } from "../../app.mjs";

const event = JSON.parse(readFileSync(new URL("../../../events/event.json", import.meta.url)));

test("runs for the day in the event", async () => {
  assert.deepEqual(await lambdaHandler(event), { day: "2025-01-01" });
});
