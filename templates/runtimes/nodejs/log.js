// The function's log: console in Lambda's format, and errors as it prints and reports them
// (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html).
'use strict';

const fs = require('fs');
const { format } = require('util');

const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const ranks = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
const least = ranks[process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()] ?? (json ? ranks.INFO : 0);

let requestId;

function setRequest(id) {
  requestId = id;
}

// Straight to the descriptor: in order, and not lost when the process ends.
function write(text) {
  const bytes = Buffer.from(`${text}\n`);
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += fs.writeSync(1, bytes, sent);
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        return;
      }
    }
  }
}

function describe(error) {
  if (!(error instanceof Error)) {
    const isObject = typeof error === 'object' && error !== null;
    return {
      errorType: isObject ? (error.name ?? 'object') : typeof error,
      errorMessage: isObject ? (error.message ?? String(error)) : String(error),
      trace: [],
    };
  }
  return {
    errorType: error.name ?? 'Error',
    errorMessage: error.message ?? '',
    trace: (error.stack ?? '').split('\n'),
  };
}

function errorType(error) {
  return describe(error).errorType;
}

function errorDocument(error) {
  const document = describe(error);
  if (error?.reason !== undefined) {
    document.reason = describe(error.reason);
    document.promise = {};
  }
  return JSON.stringify(document);
}

function logLine(level, words) {
  if (ranks[level] < least) {
    return;
  }
  const timestamp = new Date().toISOString();
  if (!json) {
    write(`${timestamp}\t${requestId}\t${level}\t${format(...words)}`);
    return;
  }
  const line = { timestamp, level, requestId };
  const [first] = words;
  if (words.length === 1 && first instanceof Error) {
    Object.assign(line, { errorType: first.name, errorMessage: first.message });
    line.stackTrace = (first.stack ?? '').split('\n').slice(1);
  }
  try {
    line.message = words.length === 1 && typeof first === 'object' ? first : format(...words);
    write(JSON.stringify(line));
  } catch {
    line.message = format(...words);
    write(JSON.stringify(line));
  }
}

function patchConsole() {
  const methods = {
    trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR',
    fatal: 'FATAL',
  };
  for (const [method, level] of Object.entries(methods)) {
    console[method] = (...words) => logLine(level, words);
  }
}

function logError(label, error) {
  const { trace, ...rest } = describe(error);
  const own = typeof error === 'object' && error !== null ? { ...error } : {};
  let text;
  try {
    text = JSON.stringify({ ...rest, ...own, stack: trace });
  } catch {
    text = JSON.stringify({ ...rest, stack: trace });
  }
  if (json) {
    write(
      JSON.stringify({
        timestamp: new Date().toISOString(), level: 'ERROR', requestId,
        message: { ...rest, stackTrace: trace },
      }),
    );
  } else {
    write(`${new Date().toISOString()}\t${requestId}\tERROR\t${label} \t${text}`);
  }
}

module.exports = { errorDocument, errorType, logError, patchConsole, setRequest };
