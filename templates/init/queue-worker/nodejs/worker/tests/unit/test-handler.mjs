import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { lambdaHandler } from "../../app.mjs";

const event = JSON.parse(readFileSync(new URL("../../../events/event.json", import.meta.url)));

test("names only the jobs that failed", async () => {
  assert.deepEqual(await lambdaHandler(event), {
    batchItemFailures: [{ itemIdentifier: "22222222-2222-4222-8222-222222222222" }],
  });
});

test("names none when all is well", async () => {
  assert.deepEqual(await lambdaHandler({ Records: event.Records.slice(0, 1) }), {
    batchItemFailures: [],
  });
});
