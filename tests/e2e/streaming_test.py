"""What functions stream reaches the clients of start-api while they still run: function URLs and REST APIs."""
import http.client
import http.server
import os
import pathlib
import re
import shutil
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

FORMAT = ("LINE $context.path $context.status $context.responseLength $context.integration.responseTransferMode "
          "$context.integration.timeToAllHeaders $context.integration.timeToFirstContent $context.integrationLatency")

TEMPLATE = f"""\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {{CodeUri: app, Runtime: nodejs18.x, Timeout: 6}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      FunctionUrlConfig: {{AuthType: NONE, InvokeMode: RESPONSE_STREAM}}
      Events:
        Rest:
          Type: Api
          Properties: {{Path: '/{{proxy+}}', Method: get, RestApiId: !Ref Rest, ResponseTransferMode: RESPONSE_STREAM}}
        Whole: {{Type: Api, Properties: {{Path: '/whole/{{proxy+}}', Method: get, RestApiId: !Ref Rest}}}}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      AccessLogSetting: {{DestinationArn: 'arn:x', Format: '{FORMAT}'}}
  Signed:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      FunctionUrlConfig: {{AuthType: AWS_IAM, InvokeMode: RESPONSE_STREAM}}
  Plain:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.plain
      FunctionUrlConfig: {{AuthType: NONE, InvokeMode: RESPONSE_STREAM}}
"""

CODE = """
const pause = (time) => new Promise((done) => setTimeout(done, time));
exports.plain = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType("text/event-stream");
  for (let i = 0; i < 3; ++i) {
    stream.write(`data: ${i}\\n\\n`);
    await pause(700);
  }
  stream.end();
});
exports.handler = awslambda.streamifyResponse(async (event, plain) => {
  const path = event.rawPath || event.path;
  if (path.endsWith("fails")) throw new Error("before anything");
  if (path.endsWith("nonsense")) { plain.write("no metadata"); plain.end(); return; }
  const stream = awslambda.HttpResponseStream.from(plain, {
    statusCode: 201, headers: {"Content-Type": "text/event-stream", "X-Own": "yes"}, cookies: ["a=1", "b=2"]});
  if (path.endsWith("large")) {
    const piece = Buffer.alloc(1024 * 1024, "x");
    for (let i = 0; i < 100; ++i) if (!stream.write(piece)) await new Promise((done) => stream.once("drain", done));
    stream.end();
    console.log("all of it is written");
    return;
  }
  stream.write("data: one\\n\\n");
  await pause(path.endsWith("hangs") ? 60000 : 1500);
  if (path.endsWith("breaks")) throw new Error("in the middle");
  if (path.endsWith("exits")) process.exit(3);
  stream.write("data: two\\n\\n");
  stream.end();
});
"""

LARGE = 100 * 1024 * 1024


HONO = """
import {Hono} from "hono";
import {streamHandle} from "hono/aws-lambda";
import {streamSSE} from "hono/streaming";
const app = new Hono();
app.get("/events", (c) => streamSSE(c, async (stream) => {
  await stream.writeSSE({event: "tick", data: "one", id: "1"});
  await stream.sleep(1500);
  await stream.writeSSE({data: "two"});
}));
app.get("/things/:id", (c) => c.json({id: c.req.param("id"), q: c.req.query("q")}));
export const handler = streamHandle(app);
"""


class Streaming(SamaraTest):
    engine = "sandbox"
    more = ()

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE)
        self.write("app/index.js", CODE)
        self.write("keys", "[me]\naws_access_key_id=AK\naws_secret_access_key=secret\n")
        self.port = free_port()

    def serve(self):
        return self.start("local", "start-api", "--port", self.port, "--iam-credentials", "keys", *self.more)

    def urls(self, api):
        api.wait_for_line("Press CTRL+C to quit")
        return {name: int(port) for name, port in re.findall(r"Function URL of (\w+) at http://127.0.0.1:(\d+)/", api.output())}

    def resident(self, process):
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def ask(self, port, path):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.addCleanup(client.close)
        client.request("GET", path)
        return client, client.getresponse()

    def events_come_one_by_one(self, port):
        _, answer = self.ask(port, "/events")
        self.assertEqual((answer.status, answer.getheader("X-Own")), (201, "yes"))
        self.assertEqual(answer.getheader("Content-Type"), "text/event-stream")
        self.assertEqual(answer.headers.get_all("Set-Cookie"), ["a=1", "b=2"])
        self.assertEqual(answer.read1(), b"data: one\n\n")
        begin = time.monotonic()
        self.assertEqual(answer.read(), b"data: two\n\n")
        self.assertGreater(time.monotonic() - begin, 1)

    def is_cut(self, port, path):
        """What was written has come, and the client can tell that there should be more."""
        with self.assertRaises(http.client.IncompleteRead) as broken:
            self.ask(port, path)[1].read()
        self.assertEqual(broken.exception.partial, b"data: one\n\n", path)

    def plain_events(self, port):
        _, answer = self.ask(port, "/")
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "text/event-stream"))
        begin = time.monotonic()
        pieces = [answer.read1() for _ in range(3)]
        self.assertEqual(pieces, [f"data: {i}\n\n".encode() for i in range(3)])
        self.assertGreater(time.monotonic() - begin, 1)
        self.assertEqual(answer.read(), b"")


class StreamingInSandboxes(Streaming):
    def test_urls_and_rest_api(self):
        with self.serve() as api:
            urls = self.urls(api)
            for port in (urls["Fn"], self.port):
                with self.subTest(port=port):
                    self.events_come_one_by_one(port)
                    for path in ("/breaks", "/exits", "/hangs"):
                        self.is_cut(port, path)
                    self.assertEqual(curl(f"http://127.0.0.1:{port}/fails")[0], 502)
            self.assertEqual(curl(f"http://127.0.0.1:{self.port}/nonsense")[0], 502)
            status, headers, body = curl(f"http://127.0.0.1:{urls['Fn']}/nonsense")
            self.assertEqual((status, headers["content-type"], body), (200, "application/octet-stream", b"no metadata"))
            self.assertEqual(curl(f"http://127.0.0.1:{urls['Signed']}/events")[0], 403)
            status, _, body = curl("--aws-sigv4", "aws:amz:us-east-1:lambda", "--user", "AK:secret",
                                   f"http://127.0.0.1:{urls['Signed']}/events")
            self.assertEqual((status, body), (201, b"data: one\n\ndata: two\n\n"))
            self.plain_events(urls["Plain"])
            # A route that does not stream gets the same bytes as a result, which is none.
            self.assertEqual(curl(f"http://127.0.0.1:{self.port}/whole/x")[0], 502)
            self.check_log(api)
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_server_sent_events_of_hono(self):
        hono = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/nowhere")) / "node_modules/hono"
        if not hono.is_dir():
            self.skipTest("hono is not in SAMARA_TEST_NPM")
        shutil.copytree(hono, self.project / "app/node_modules/hono")
        (self.project / "app/index.js").unlink()
        self.write("app/index.mjs", HONO)
        with self.serve() as api:
            for port in (self.urls(api)["Fn"], self.port):
                _, answer = self.ask(port, "/events")
                self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "text/event-stream"))
                self.assertEqual(answer.read1(), b"event: tick\ndata: one\nid: 1\n\n")
                begin = time.monotonic()
                self.assertEqual(answer.read(), b"data: two\n\n")
                self.assertGreater(time.monotonic() - begin, 1)
                self.assertEqual(curl(f"http://127.0.0.1:{port}/things/5?q=a")[2], b'{"id":"5","q":"a"}')

    def check_log(self, api):
        size = len("data: one\n\ndata: two\n\n")
        line = api.wait_for_line("LINE /v1/events").split("LINE ")[1].split()
        self.assertEqual(line[:4], ["/v1/events", "201", str(size), "STREAMED"])
        head, first, whole = map(int, line[4:])
        self.assertLessEqual(head, first)
        self.assertGreater(whole, first + 1000)
        api.wait_for_line("LINE /v1/whole/x 502")
        self.assertIn("BUFFERED", api.wait_for_line("LINE /v1/whole/x"))
        url_line = next(line for line in api.lines if "GET /events 201" in line)
        self.assertGreater(float(re.search(r"201 ([0-9.]+) ms Fn", url_line)[1]), 1000)
        api.wait_for_line("the function failed after it had begun to answer")
        self.assertIn("Task timed out after 6", api.wait_for_line("Sandbox.Timedout"))

    def test_much_and_clients_that_do_not_read(self):
        with self.serve() as api:
            urls = self.urls(api)
            self.ask(self.port, "/events")[1].read()
            for port in (urls["Fn"], self.port):
                with self.subTest(port=port):
                    before = self.resident(api.process)
                    _, answer = self.ask(port, "/large")
                    size, most = 0, 0
                    while piece := answer.read(1024 * 1024):
                        size += len(piece)
                        most = max(most, self.resident(api.process))
                    self.assertEqual(size, LARGE)
                    self.assertLess(most - before, 32, "MB")
            self.silent_clients(api)
            self.leaving_client(api)
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def silent_clients(self, api):
        """They hold up their own functions, and nobody else; nothing piles up here."""
        before = self.resident(api.process)
        written = api.output().count("all of it is written")
        clients = []
        for _ in range(3):
            client = socket.create_connection(("127.0.0.1", self.port))
            self.addCleanup(client.close)
            client.sendall(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertIn(b"201", client.recv(64))
            clients.append(client)
        self.events_come_one_by_one(self.port)
        self.assertLess(self.resident(api.process) - before, 32, "MB")
        self.assertEqual(api.output().count("all of it is written"), written)
        for client in clients:
            client.close()

    def leaving_client(self, api):
        """The function goes on, and may use its environment up to the end."""
        written = api.output().count("all of it is written")
        client, answer = self.ask(self.port, "/large")
        answer.read(1024)
        answer.close()
        client.close()
        wait_for(lambda: api.output().count("all of it is written") > written, "the end of the function")
        api.wait_for_line("the client went away before the end of the response")
        self.events_come_one_by_one(self.port)


class StreamingInContainers(Streaming):
    engine = "docker"
    more = ("--invoke-image", f"{STAND_IN}/nodejs:18", "--skip-pull-image")

    def test_urls_and_rest_api(self):
        needs_docker()
        with self.serve() as api:
            urls = self.urls(api)
            for port in (urls["Fn"], self.port):
                with self.subTest(port=port):
                    self.events_come_one_by_one(port)
                    self.is_cut(port, "/breaks")
            self.plain_events(urls["Plain"])
            before = self.resident(api.process)
            _, answer = self.ask(urls["Fn"], "/large")
            size = 0
            while piece := answer.read(1024 * 1024):
                size += len(piece)
            self.assertEqual(size, LARGE)
            self.assertLess(self.resident(api.process) - before, 32, "MB")
            self.assertEqual(api.stop(), 0)


PROXY = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        swagger: "2.0"
        info: {title: t, version: "1"}
        paths:
          /endless:
            get:
              x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'http://127.0.0.1:PORT/endless', responseTransferMode: STREAM}
          /x:
            get:
              x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'http://127.0.0.1:PORT/', responseTransferMode: STREAM}
"""


class SlowBackend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    left_alone = threading.Event()  # nobody reads the endless answer any more

    def do_GET(self):
        if self.path == "/endless":
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"data: more\n\n")
                    time.sleep(0.02)
            except ConnectionError:
                self.left_alone.set()
            return
        self.send_response(404)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in ("one", "two"):
            self.wfile.write(f"3\r\n{piece}\r\n".encode())
            self.wfile.flush()
            time.sleep(1.5)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


class StreamingOfServers(Streaming):
    def setUp(self):
        super().setUp()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowBackend)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.write("template.yaml", PROXY.replace("PORT", str(server.server_port)))

    def test_http_proxy(self):
        with self.serve() as api:
            self.urls(api)
            _, answer = self.ask(self.port, "/x")
            self.assertEqual((answer.status, answer.read1()), (404, b"one"))
            begin = time.monotonic()
            self.assertEqual(answer.read(), b"two")
            self.assertGreater(time.monotonic() - begin, 1)
            api.wait_for_line("GET /x 404")
            self.assertEqual(api.stop(), 0)

    def test_a_client_that_leaves_ends_what_is_asked_for_it(self):
        SlowBackend.left_alone.clear()
        with self.serve() as api:
            self.urls(api)
            client, answer = self.ask(self.port, "/endless")
            self.assertIn(b"data: more", answer.read1())
            answer.close()
            client.close()
            self.assertTrue(SlowBackend.left_alone.wait(20), "the server is read from for nobody")
            self.assertEqual(api.stop(), 0)


if __name__ == "__main__":
    unittest.main()
