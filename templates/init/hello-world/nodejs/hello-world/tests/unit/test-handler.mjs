import assert from "node:assert/strict";
import { test } from "node:test";

import { lambdaHandler } from "../../app.mjs";

test("greets the one who is named", async () => {
  const answer = await lambdaHandler({ queryStringParameters: { name: "Ada" } });
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(JSON.parse(answer.body), { message: "hello Ada" });
});

test("greets the world without a name", async () => {
  const answer = await lambdaHandler({ queryStringParameters: null });
  assert.deepEqual(JSON.parse(answer.body), { message: "hello world" });
});
