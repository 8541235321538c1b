import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";

export async function* lines(count) {
  for (let line = 1; line <= count; ++line) {
    yield `line ${line} of ${count}\n`;
  }
}

/** Answers with as many lines as ?lines=N asks for, each on its way as soon as it is there. */
export const respond = async (event, responseStream) => {
  const count = Number(event.queryStringParameters?.lines ?? 10);
  responseStream.setContentType?.("text/plain");
  await pipeline(Readable.from(lines(count)), responseStream);
};

// `awslambda` is there in Lambda's own runtime only.
export const lambdaHandler = globalThis.awslambda?.streamifyResponse(respond) ?? respond;
