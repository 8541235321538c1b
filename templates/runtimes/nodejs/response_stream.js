// What a streaming handler writes to
// (https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html).
'use strict';

const { Writable } = require('stream');

class ResponseStream extends Writable {
  #response;
  #answer;

  constructor(response) {
    super({ highWaterMark: 65536 });
    this.#response = response;
  }

  setContentType(type) {
    if (this.#response.started) {
      throw new Error('The content type cannot be set once something was written');
    }
    this.#response.contentType = type;
  }

  _write(chunk, encoding, done) {
    this._onBeforeFirstWrite?.((bytes) => this.#response.write(Buffer.from(bytes), () => {}));
    this._onBeforeFirstWrite = undefined;
    if (chunk.length === 0) {
      done();
      return;
    }
    this.#response.write(chunk, done);
  }

  _final(done) {
    this._onBeforeFirstWrite?.((bytes) => this.#response.write(Buffer.from(bytes), () => {}));
    this._onBeforeFirstWrite = undefined;
    this.#answer = this.#response.finish();
    this.#answer.then(() => done(), done);
  }

  // Once the Runtime API has taken the whole response.
  sent() {
    return new Promise((resolve, reject) => {
      if (this.writableFinished) {
        resolve();
        return;
      }
      this.once('finish', resolve);
      this.once('error', reject);
    });
  }
}

class HttpResponseStream {
  // Status code, headers and cookies go before the body, then eight zero bytes.
  static from(stream, prelude) {
    stream.setContentType('application/vnd.awslambda.http-integration-response');
    const head = JSON.stringify(prelude);
    stream._onBeforeFirstWrite = (write) => {
      write(head);
      write(new Uint8Array(8));
    };
    return stream;
  }
}

module.exports = { ResponseStream, HttpResponseStream };
