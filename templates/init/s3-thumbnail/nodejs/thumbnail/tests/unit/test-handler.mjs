import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import sharp from "sharp";

import { keyOf, shrink } from "../../thumbnail.mjs";

test("takes the key as S3 encodes it", () => {
  const event = JSON.parse(readFileSync(new URL("../../../events/event.json", import.meta.url)));
  assert.equal(keyOf(event.Records[0]), "holiday/beach at noon.jpg");
});

test("makes pictures smaller", async () => {
  const create = { width: 800, height: 600, channels: 3, background: "teal" };
  const thumbnail = await shrink(await sharp({ create }).jpeg().toBuffer(), 200);
  const { width, height, format } = await sharp(thumbnail).metadata();
  assert.deepEqual({ width, height, format }, { width: 200, height: 150, format: "jpeg" });
});
