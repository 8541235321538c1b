// The Runtime API over one kept-alive connection. A plain socket: it loads sooner than the http
// module and leaves that untouched for what instruments the function.
'use strict';

const net = require('net');

const prefix = '/2018-06-01/runtime/';

class RuntimeApi {
  constructor(address) {
    this.address = address;
    const colon = address.lastIndexOf(':');
    this.to = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    this.socket = this.connect();
  }

  connect() {
    const socket = net.connect(this.to);
    socket.setNoDelay(true);
    socket.received = Buffer.alloc(0);
    socket.on('data', (piece) => {
      socket.received = socket.received.length ? Buffer.concat([socket.received, piece]) : piece;
      this.take(socket);
    });
    socket.on('error', () => {});
    // The environment has ended.
    socket.on('close', () => process.exit(1));
    // While the function runs, this connection is no reason for the process to live.
    socket.unref();
    return socket;
  }

  // Hands over the answer once all of it is there.
  take(socket) {
    const end = socket.received.indexOf('\r\n\r\n');
    if (end < 0 || !socket.waiting) {
      return;
    }
    socket.head ??= parseHead(socket.received.toString('utf8', 0, end));
    const length = Number(socket.head.headers['content-length'] ?? 0);
    if (socket.received.length < end + 4 + length) {
      return;
    }
    const answer = { ...socket.head, body: socket.received.toString('utf8', end + 4, end + 4 + length) };
    socket.received = socket.received.subarray(end + 4 + length);
    socket.head = undefined;
    const { waiting } = socket;
    socket.waiting = undefined;
    socket.unref();
    waiting(answer);
  }

  answer(socket = this.socket) {
    socket.ref();
    return new Promise((resolve) => {
      socket.waiting = resolve;
      this.take(socket);
    });
  }

  head(method, path, headers) {
    const lines = [`${method} ${prefix}${path} HTTP/1.1`, `Host: ${this.address}`];
    for (const [name, value] of Object.entries(headers)) {
      lines.push(`${name}: ${value}`);
    }
    return `${lines.join('\r\n')}\r\n\r\n`;
  }

  next() {
    this.socket.write(this.head('GET', 'invocation/next', {}));
    return this.answer();
  }

  post(path, text, errorType, socket = this.socket) {
    const body = Buffer.from(text);
    const headers = {
      'Content-Type': errorType ? 'application/vnd.aws.lambda.error+json' : 'application/json',
      'Content-Length': body.length,
    };
    if (errorType) {
      headers['Lambda-Runtime-Function-Error-Type'] = errorType.replace(/[^\x20-\x7e]/g, '?');
    }
    socket.cork();
    socket.write(this.head('POST', path, headers));
    socket.write(body);
    socket.uncork();
    return this.answer(socket);
  }

  // Reports on a connection of its own, for the first may be in the middle of something.
  async abandon(path, text, errorType) {
    await this.post(path, text, errorType, this.connect());
  }

  stream(path) {
    return new StreamedPost(this, path);
  }
}

// A response sent in chunks, with the error, if one comes, in the trailers.
class StreamedPost {
  constructor(api, path) {
    this.api = api;
    this.path = path;
    this.started = false;
    this.contentType = 'application/octet-stream';
  }

  start() {
    if (!this.started) {
      this.started = true;
      this.api.socket.write(
        this.api.head('POST', this.path, {
          'Content-Type': this.contentType,
          'Lambda-Runtime-Function-Response-Mode': 'streaming',
          'Transfer-Encoding': 'chunked',
          Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
        }),
      );
    }
  }

  write(bytes, written) {
    this.start();
    const { socket } = this.api;
    socket.ref();
    socket.cork();
    socket.write(`${bytes.length.toString(16)}\r\n`);
    socket.write(bytes);
    socket.write('\r\n', () => {
      socket.unref();
      written();
    });
    socket.uncork();
  }

  finish(trailers = '') {
    this.start();
    this.api.socket.write(`0\r\n${trailers}\r\n`);
    return this.api.answer();
  }

  fail(errorType, document) {
    const body = Buffer.from(document).toString('base64');
    return this.finish(
      `Lambda-Runtime-Function-Error-Type: ${errorType}\r\n` +
        `Lambda-Runtime-Function-Error-Body: ${body}\r\n`,
    );
  }
}

function parseHead(text) {
  const [status, ...lines] = text.split('\r\n');
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(status.split(' ')[1]), headers };
}

module.exports = { RuntimeApi };
