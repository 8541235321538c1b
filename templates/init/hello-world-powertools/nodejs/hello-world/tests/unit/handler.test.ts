import assert from "node:assert/strict";
import { test } from "node:test";

import type { APIGatewayProxyEvent, Context } from "aws-lambda";

import { lambdaHandler } from "../../app";

const context = { functionName: "hello", awsRequestId: "1" } as Context;

const request = (name?: string) =>
  ({ queryStringParameters: name === undefined ? null : { name } }) as unknown as APIGatewayProxyEvent;

test("greets the one who is named", async () => {
  const answer = await lambdaHandler(request("Ada"), context);
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(JSON.parse(answer.body), { message: "hello Ada" });
});

test("greets the world without a name", async () => {
  const answer = await lambdaHandler(request(), context);
  assert.deepEqual(JSON.parse(answer.body), { message: "hello world" });
});
