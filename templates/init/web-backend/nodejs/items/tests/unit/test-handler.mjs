import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { handle } from "../../items.mjs";

const event = (name) =>
  JSON.parse(readFileSync(new URL(`../../../events/${name}`, import.meta.url)));

const newTable = () => {
  const items = new Map();
  return {
    put: async (item) => items.set(item.id, item),
    get: async (id) => items.get(id),
    list: async () => [...items.values()],
  };
};

test("what is put is there", async () => {
  const table = newTable();
  assert.equal((await handle(table, event("event.json"))).statusCode, 201);
  const found = await handle(table, event("get.json"));
  assert.deepEqual(JSON.parse(found.body), { id: "1", name: "lamp" });
  const listed = await handle(table, { httpMethod: "GET", pathParameters: null });
  assert.deepEqual(JSON.parse(listed.body), [{ id: "1", name: "lamp" }]);
});

test("what is not there is 404", async () => {
  assert.equal((await handle(newTable(), event("get.json"))).statusCode, 404);
});

test("what is no item is 400", async () => {
  for (const body of [null, "nonsense", "[]", '{"id": "1"}']) {
    const answer = await handle(newTable(), { ...event("event.json"), body });
    assert.equal(answer.statusCode, 400);
  }
});
