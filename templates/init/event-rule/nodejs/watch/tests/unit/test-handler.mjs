import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { lambdaHandler } from "../../app.mjs";

test("names the instance and its state", async () => {
  const event = JSON.parse(readFileSync(new URL("../../../events/event.json", import.meta.url)));
  const answer = await lambdaHandler(event);
  assert.deepEqual(answer, { instance: "i-0123456789abcdef0", state: "stopped" });
});
