// samara's Lambda runtime for Node.js 18 and later.
'use strict';

const { loadHandler, streamingMark } = require('./handler.js');
const { RuntimeApi } = require('./runtime_api.js');
const { ResponseStream, HttpResponseStream } = require('./response_stream.js');
const { errorDocument, errorType, logError, patchConsole, setRequest } = require('./log.js');

globalThis.awslambda = {
  streamifyResponse(handler, options) {
    handler[streamingMark] = 'response';
    if (options?.highWaterMark) {
      handler[Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')] =
        Number.parseInt(options.highWaterMark, 10);
    }
    return handler;
  },
  HttpResponseStream,
};

const variables = process.env;

// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
function makeContext(headers, finish) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const parse = (text) => (text ? JSON.parse(text) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: variables.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: variables.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: variables.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: variables.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parse(headers['lambda-runtime-client-context']),
    identity: parse(headers['lambda-runtime-cognito-identity']),
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    ...finish,
  };
}

function encode(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    const failure = new Error('Unable to stringify response body');
    failure.name = 'Runtime.MarshalError';
    failure.cause = error;
    throw failure;
  }
}

// The answer of a handler that returns, calls back, or does both: what comes first counts.
function callHandler(handler, event, headers) {
  return new Promise((resolve, reject) => {
    let called = false;
    const later = (settle) => {
      called = true;
      // As long as the function leaves something to do, its callback's answer waits.
      if (context.callbackWaitsForEmptyEventLoop) {
        process.once('beforeExit', settle);
      } else {
        setImmediate(settle);
      }
    };
    const callback = (error, value) =>
      later(() => (error === undefined || error === null ? resolve(value) : reject(error)));
    const context = makeContext(headers, {
      done: callback,
      succeed: (value) => callback(null, value),
      fail: (error) => callback(error ?? 'handled'),
    });
    const returned = handler(event, context, callback);
    if (typeof returned?.then === 'function') {
      returned.then(resolve, reject);
    } else {
      // Nothing called back and nothing left to do: the answer is null.
      process.on('beforeExit', () => called || resolve(null));
    }
  });
}

async function answerStreamed(api, path, handler, event, headers) {
  const response = api.stream(`${path}/response`);
  const stream = new ResponseStream(response);
  try {
    await handler(event, stream, makeContext(headers, {}));
    if (!stream.writableEnded) {
      stream.end();
    }
    await stream.sent();
  } catch (error) {
    logError('Invoke Error', error);
    if (!response.started) {
      await api.post(`${path}/error`, errorDocument(error), errorType(error));
    } else {
      await response.fail(errorType(error), errorDocument(error));
    }
  }
}

async function answerWhole(api, path, handler, event, headers) {
  let body;
  try {
    body = encode(await callHandler(handler, event, headers));
  } catch (error) {
    logError('Invoke Error', error);
    await api.post(`${path}/error`, errorDocument(error), errorType(error));
    return;
  } finally {
    process.removeAllListeners('beforeExit');
  }
  await api.post(`${path}/response`, body);
}

// What nobody caught ends the process, after the call was told.
function watchUncaught(api, state) {
  const end = async (label, error, code) => {
    logError(label, error);
    if (state.path) {
      await api.abandon(`${state.path}/error`, errorDocument(error), errorType(error));
    } else {
      await api.abandon('init/error', errorDocument(error), errorType(error));
    }
    process.exit(code);
  };
  process.on('uncaughtException', (error) => end('Uncaught Exception', error, 129));
  process.on('unhandledRejection', (reason, promise) => {
    const error = new Error(reason?.toString?.() ?? String(reason));
    Object.defineProperty(error, 'name', { value: 'Runtime.UnhandledPromiseRejection' });
    Object.assign(error, { reason, promise });
    end('Unhandled Promise Rejection', error, 128);
  });
}

async function main() {
  patchConsole();
  const api = new RuntimeApi(variables.AWS_LAMBDA_RUNTIME_API);
  const state = { path: '' };
  watchUncaught(api, state);
  let handler;
  try {
    handler = await loadHandler(variables.LAMBDA_TASK_ROOT ?? '/var/task', variables._HANDLER ?? '');
  } catch (error) {
    logError('Uncaught Exception', error);
    await api.post('init/error', errorDocument(error), errorType(error));
    process.exit(1);
  }
  for (;;) {
    const { headers, body } = await api.next();
    const id = headers['lambda-runtime-aws-request-id'];
    state.path = `invocation/${id}`;
    setRequest(id);
    if (headers['lambda-runtime-trace-id']) {
      variables._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
    }
    const answer = handler[streamingMark] ? answerStreamed : answerWhole;
    let event;
    try {
      event = JSON.parse(body);
    } catch (error) {
      error.name = 'Runtime.UnmarshalError';
      await api.post(`${state.path}/error`, errorDocument(error), errorType(error));
      continue;
    }
    await answer(api, state.path, handler, event, headers);
  }
}

main();
