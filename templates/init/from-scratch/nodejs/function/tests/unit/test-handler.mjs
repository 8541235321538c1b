import assert from "node:assert/strict";
import { test } from "node:test";

import { lambdaHandler } from "../../app.mjs";

test("greets the one who is named", async () => {
  assert.deepEqual(await lambdaHandler({ name: "Ada" }), { greeting: "hello Ada" });
});

test("greets the world without a name", async () => {
  assert.deepEqual(await lambdaHandler({}), { greeting: "hello world" });
});
