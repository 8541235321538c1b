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

async function loadModule(root, name) {
  const base = path.resolve(root, name);
  const file = ['.js', '.mjs', '.cjs'].map((end) => base + end).find((one) => fs.existsSync(one));
  if (file) {
    return requireOrImport(file);
  }
  // A folder with its index, or a module of the function's node_modules or of a layer.
  return require(require.resolve(fs.existsSync(base) ? base : name, { paths: [root] }));
}

async function loadHandler(root, name) {
  const { module, member } = parse(name);
  let loaded;
  try {
    loaded = await loadModule(root, module);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw failure('Runtime.UserCodeSyntaxError', `${error}`, error);
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
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
