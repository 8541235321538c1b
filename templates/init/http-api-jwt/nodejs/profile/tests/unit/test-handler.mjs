import assert from "node:assert/strict";
import { test } from "node:test";

import { lambdaHandler } from "../../app.mjs";

test("tells the caller who they are", async () => {
  const claims = { sub: "ada", iss: "https://issuer.example.com" };
  const answer = await lambdaHandler({
    rawPath: "/profile",
    requestContext: { authorizer: { jwt: { claims } } },
  });
  assert.equal(answer.statusCode, 200);
  assert.equal(JSON.parse(answer.body).subject, "ada");
});

test("health needs no token", async () => {
  assert.deepEqual(await lambdaHandler({ rawPath: "/health" }), { status: "ok" });
});
