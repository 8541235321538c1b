import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";

import { respond } from "../../app.mjs";

test("streams the lines that were asked for", async () => {
  const stream = new PassThrough();
  const [answer] = await Promise.all([
    text(stream),
    respond({ queryStringParameters: { lines: "2" } }, stream),
  ]);
  assert.equal(answer, "line 1 of 2\nline 2 of 2\n");
});
