// Finds the function that a handler such as "index.handler" or "src/app.nested.handler" names.
'use strict';

const fs = require('fs');
const path = require('path');

const streamingMark = Symbol.for('aws.lambda.runtime.handler.streaming');

function failure(name, message, cause) {
  const error = new Error(message);
  Object.defineProperty(error, 'name', { value: name });
  if (cause?.stack) {
    error.stack = cause.stack.replace(/^[^\n]*/, `${name}: ${message}`);
  }
  return error;
}

// Node writes the place of a syntax error above its stack: "FILE:LINE", the line, carets, a blank.
function placeIn(text) {
  const match = /^((?:file:\/\/)?\/[^\n]*):(\d+)\n([^\n]*)\n([^\n]*)\n/.exec(text);
  if (!match) {
    return undefined;
  }
  const file = match[1].startsWith('file:') ? require('url').fileURLToPath(match[1]) : match[1];
  return [`    at ${file}:${match[2]}`, match[3], match[4]];
}

// Of modules it does so only for an error that ends the process. Nothing is evaluated in a graph of
// modules with a syntax error, so another process may try the same.
function placeInModule(file) {
  const { spawnSync } = require('child_process');
  const { NODE_OPTIONS, ...env } = process.env;
  const tried = spawnSync(process.execPath, ['--no-warnings', file], {
    encoding: 'utf8', env, stdio: ['ignore', 'ignore', 'pipe'], timeout: 5000,
  });
  return placeIn(tried.stderr ?? '');
}

function syntaxFailure(error, file) {
  const result = failure('Runtime.UserCodeSyntaxError', `${error}`);
  const stack = error.stack ?? '';
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  let place = placeIn(stack);
  if (!place && file && frames.every((line) => line.includes('node:'))) {
    place = placeInModule(file);
  }
  result.stack = [`${result.name}: ${result.message}`, ...(place ?? []), ...frames].join('\n');
  return result;
}

// "src/app.nested.handler" is folder "src", module "app" and member "nested.handler".
function parse(name) {
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const match = /^([^.]*)\.(.+)$/.exec(name.slice(folder.length));
  if (!match || name.includes('..')) {
    throw failure('Runtime.MalformedHandlerName', 'Bad handler');
  }
  return { module: folder + match[1], member: match[2] };
}

async function requireOrImport(file) {
  if (file.endsWith('.mjs')) {
    return import(require('url').pathToFileURL(file).href);
  }
  try {
    return require(file);
  } catch (error) {
    // "type": "module" in its package.json, or top-level await in it.
    if (error.code === 'ERR_REQUIRE_ESM' || error.code === 'ERR_REQUIRE_ASYNC_MODULE') {
      return import(require('url').pathToFileURL(file).href);
    }
    throw error;
  }
}

function fileOf(root, name) {
  const base = path.resolve(root, name);
  return ['.js', '.mjs', '.cjs'].map((end) => base + end).find((one) => fs.existsSync(one));
}

async function loadModule(root, name) {
  const base = path.resolve(root, name);
  const file = fileOf(root, name);
  if (file) {
    return requireOrImport(file);
  }
  // A folder with its index, or a module of the function's node_modules or of a layer.
  return require(require.resolve(fs.existsSync(base) ? base : name, { paths: [root] }));
}

// Lambda's Node.js has the SDK; this machine's has it once it was fetched.
function hintAtSdk(message) {
  const [, name] = /Cannot find (?:module|package) '(@aws-sdk\/[^'/]+)/.exec(message) ?? [];
  if (name) {
    process.stderr.write(
      `samara: Lambda has ${name}, this machine has not: run 'samara local sdk ${name}', or add it to package.json\n`);
  }
}

async function loadHandler(root, name) {
  const { module, member } = parse(name);
  let loaded;
  try {
    loaded = await loadModule(root, module);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw syntaxFailure(error, fileOf(root, module));
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      hintAtSdk(`${error}`);
      throw failure('Runtime.ImportModuleError', `${error}`, error);
    }
    throw error;
  }
  const find = (from) => member.split('.').reduce((object, key) => object?.[key], from);
  const handler = find(loaded) ?? find(loaded?.default);
  if (handler === undefined || handler === null) {
    throw failure('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw failure('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return handler;
}

module.exports = { loadHandler, streamingMark };
