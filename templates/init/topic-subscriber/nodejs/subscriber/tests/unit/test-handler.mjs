import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { lambdaHandler } from "../../app.mjs";

test("reads the messages", async () => {
  const event = JSON.parse(readFileSync(new URL("../../../events/event.json", import.meta.url)));
  assert.deepEqual(await lambdaHandler(event), { orders: [7] });
});

test("fails for what is no order", async () => {
  const event = { Records: [{ Sns: { Message: "this is no order" } }] };
  await assert.rejects(lambdaHandler(event), SyntaxError);
});
