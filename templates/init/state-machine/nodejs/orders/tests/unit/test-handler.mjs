import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { LIMIT, check, take } from "../../app.mjs";

const order = JSON.parse(readFileSync(new URL("../../../events/event.json", import.meta.url)));

test("takes orders up to the limit", async () => {
  for (const [amount, accepted] of [[1, true], [LIMIT, true], [LIMIT + 1, false], [0, false]]) {
    assert.equal((await check({ ...order, amount })).accepted, accepted);
  }
});

test("the states fit together", async () => {
  assert.deepEqual(await take(await check(order)), { order: 7, status: "taken" });
});
