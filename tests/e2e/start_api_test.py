"""What stands around the routes of start-api: addresses, TLS, static files, the access log, warm functions, debugging, the end."""
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from inspector import Inspector  # noqa: E402
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: nodejs18.x, CodeUri: app, Timeout: 60}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      FunctionName: the-function
      Events:
        Get: {Type: HttpApi, Properties: {Path: '/things/{id}', Method: get}}
        Slow: {Type: HttpApi, Properties: {Path: /slow, Method: get}}
        Fail: {Type: HttpApi, Properties: {Path: /fail, Method: get}}
        Taken: {Type: HttpApi, Properties: {Path: /taken.txt, Method: get}}
  Other:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Events:
        Get: {Type: HttpApi, Properties: {Path: /other, Method: get}}
"""

CODE = """
exports.handler = async (event) => {
  if (event.rawPath === "/slow") {
    console.log("slow one has begun");
    await new Promise((resolve) => setTimeout(resolve, 25000));
  }
  if (event.rawPath === "/fail") throw new Error("as asked");
  return { fine: true, options: process.env.NODE_OPTIONS };
};
"""


class StartApi(SamaraTest):
    engine = "sandbox"
    more = ()

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE)
        self.write("app/index.js", CODE)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def api(self, *arguments, port=None):
        return self.start("local", "start-api", "--port", self.port if port is None else port, *self.more, *arguments)

    def refused(self, *arguments, code=1, command="start-api"):
        return self.samara("local", command, "--port", self.port, *self.more, *arguments, code=code, seconds=60).stderr

    def ends_during_a_request(self, with_signal, again=False):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            client = socket.create_connection(("127.0.0.1", self.port))
            self.addCleanup(client.close)
            client.sendall(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            api.wait_for_line("slow one has begun")
            if again:
                api.process.send_signal(with_signal)
            self.assertEqual(api.stop(with_signal, 10), 0)
        self.assert_nothing_left(api.process.pid)

    def debugs_one_function(self):
        debugger = free_port()
        with self.api("--debug-function", "the-function", "-d", debugger) as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertIsNone(json.loads(curl(self.url + "/other")[2]).get("options"))
            answers = []
            client = threading.Thread(target=lambda: answers.append(curl(self.url + "/things/1")))
            client.start()
            self.addCleanup(client.join)
            inspector = Inspector(debugger)
            self.addCleanup(inspector.close)
            self.assertEqual(answers, [], "the function waits for its debugger")
            inspector.let_run()
            client.join(30)
            self.assertIn("--inspect-brk=", json.loads(answers[0][2])["options"])
            self.assertEqual(api.stop(seconds=10), 0)
        self.assert_nothing_left(api.process.pid)


class StartApiOfSandboxes(StartApi):
    def certificate(self, name):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
             "-keyout", f"{name}.key", "-out", f"{name}.pem"], check=True, capture_output=True, cwd=self.project)

    def test_tls_files_that_cannot_be_used(self):
        self.certificate("one")
        self.certificate("two")
        subprocess.run(["openssl", "rsa", "-in", "one.key", "-aes128", "-passout", "pass:secret", "-out", "locked.key"],
                       check=True, capture_output=True, cwd=self.project)
        for certificate, key, words in (("one.pem", "two.key", "key values mismatch"), ("one.pem", "template.yaml", "cannot use private key"),
                                        ("one.pem", "locked.key", "without password")):
            told = self.refused("--ssl-cert-file", certificate, "--ssl-key-file", key)
            self.assertTrue(told.startswith("Error: cannot use "), told)
            self.assertIn(words, told)
            self.assertNotIn("pass phrase:", told)
        for certificate, key, option in (("none.pem", "one.key", "--ssl-cert-file"), ("one.pem", "none.key", "--ssl-key-file")):
            self.assertIn(f"Invalid value for '{option}': Path 'none.", self.refused("--ssl-cert-file", certificate, "--ssl-key-file", key, code=2))
        self.assertIn("both", self.refused("--ssl-cert-file", "one.pem", code=2))
        self.assertIn("both", self.refused("--ssl-key-file", "one.key", code=2))

    def test_half_open_handshakes_keep_nobody_waiting(self):
        self.certificate("one")
        with self.api("--ssl-cert-file", "one.pem", "--ssl-key-file", "one.key") as api:
            api.wait_for_line(f"Running on https://127.0.0.1:{self.port}")
            hostile = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(100)]
            for number, client in enumerate(hostile):
                self.addCleanup(client.close)
                client.sendall((b"", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n")[number % 3])
            trusting = ssl.create_default_context(cafile=str(self.project / "one.pem"))
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                trusting.maximum_version = version
                with socket.create_connection(("127.0.0.1", self.port), timeout=20) as plain:
                    with trusting.wrap_socket(plain, server_hostname="localhost") as client:
                        client.sendall(b"GET /things/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                        self.assertTrue(client.recv(1000).startswith(b"HTTP/1.1 200 "))
            self.assertEqual(api.stop(seconds=10), 0)
        self.assert_nothing_left()

    def test_addresses(self):
        with self.api("--host", "::1") as api:
            api.wait_for_line(f"Running on http://[::1]:{self.port} (Press CTRL+C to quit)")
            self.assertEqual(curl("-g", f"http://[::1]:{self.port}/things/1")[0], 200)
            self.assertEqual(api.stop(), 0)
        with self.api("--host", "0.0.0.0", port=0) as api:
            line = api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(curl(re.search(r"http://[\d.]+:\d+", line)[0].replace("0.0.0.0", "127.0.0.1") + "/things/1")[0], 200)
        for command in ("start-api", "start-lambda"):
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", self.port))
                taken.listen()
                told = self.refused(command=command)
                self.assertTrue(told.splitlines()[-2].startswith("Error: ") and "Address already in use" in told, told)
            self.assertIn("Error: cannot listen on nowhere.invalid", self.refused("--host", "nowhere.invalid", command=command))

    def test_static_files(self):
        self.write("assets/index.html", "<p>welcome")
        self.write("assets/sub/index.html", "<p>below")
        self.write("assets/taken.txt", "file")
        self.write("assets/with blank.txt", "blank")
        self.write("assets/script.js", "1")
        self.write("assets/unknown.zzz", "z")
        with self.api("--static-dir", "assets") as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertIn(f"Mounting static files from {self.project}/assets at /", api.output())
            for path, media_type, content in (
                    ("/", "text/html; charset=utf-8", b"<p>welcome"), ("/sub/", "text/html; charset=utf-8", b"<p>below"),
                    ("/with%20blank.txt", "text/plain; charset=utf-8", b"blank"), ("/script.js?v=1", "text/javascript; charset=utf-8", b"1"),
                    ("/unknown.zzz", "application/octet-stream", b"z")):
                status, headers, body = curl(self.url + path)
                self.assertEqual((status, headers["content-type"], body), (200, media_type, content), path)
            status, headers, body = curl("-I", self.url + "/script.js")
            self.assertEqual((status, headers["content-length"], body), (200, "1", b""))
            status, headers, _ = curl(self.url + "/sub")
            self.assertEqual((status, headers["location"]), (301, "/sub/"))
            self.assertIn(b'"fine"', curl(self.url + "/taken.txt")[2], "a route wins over a file")
            self.assertEqual(curl("-X", "POST", self.url + "/script.js")[0], 404)
            status, headers, _ = curl(self.url + "/unknown.zzz")
            for condition in (["-H", "If-None-Match: " + headers["etag"]], ["-z", headers["last-modified"]]):
                self.assertEqual(curl(*condition, self.url + "/unknown.zzz")[0], 304)
            self.write("assets/unknown.zzz", "another")
            self.assertEqual(curl("-H", "If-None-Match: " + headers["etag"], self.url + "/unknown.zzz")[2], b"another")
            status, headers, body = curl("-r", "1-2", self.url + "/unknown.zzz")
            self.assertEqual((status, headers["content-range"], body), (206, "bytes 1-2/7", b"no"))
            self.write("assets/new.txt", "new")
            self.assertEqual(curl(self.url + "/new.txt")[2], b"new", "no restart for a new file")

    def asks(self, api):
        for path in ("/things/1?token=secret", "/things/2", "/fail", "/nothing/%1b[31m", "/index.txt"):
            curl("-g", "-H", "Authorization: Bearer secret", self.url + path)
            # Written once the client has its answer: the next request's line must not overtake it.
            name = path.split("?")[0].replace("[", "")[:12]
            wait_for(lambda: any(name in line and "ms" in line for line in api.output().splitlines()),
                     f"the line of {path}")
        self.assertNotIn("secret", api.output())

    def test_access_log(self):
        self.write("public/index.txt", "file")
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.asks(api)
            lines = [line for line in api.output().splitlines() if line.startswith("GET /")]
            time_taken = r" \d+\.\d ms"
            for line, expected in zip(lines, (
                    "GET /things/1 200" + time_taken + " Fn cold", "GET /things/2 200" + time_taken + " Fn warm",
                    "GET /fail 500" + time_taken + " Fn warm.*", r"GET /nothing/%1b\[31m 404" + time_taken, "GET /index.txt 200" + time_taken)):
                self.assertRegex(line, f"^{expected}$")
            self.assertEqual(len(lines), 5)

    def test_access_log_in_json(self):
        self.write("public/index.txt", "file")
        with self.api("--access-log-format", "json") as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.asks(api)
            client = socket.create_connection(("127.0.0.1", self.port))
            self.addCleanup(client.close)
            client.sendall(b"GET /\xff\"x HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_for(lambda: '\\"x' in api.output(), "the line of the path that is no text")
            rows = [json.loads(line) for line in api.output().splitlines() if line.startswith('{"time"')]
            self.assertEqual([(r["method"], r["status"], r.get("function"), r.get("cold")) for r in rows], [
                ("GET", 200, "Fn", True), ("GET", 200, "Fn", False), ("GET", 500, "Fn", False), ("GET", 404, None, None),
                ("GET", 200, None, None), ("GET", 404, None, None)])
            self.assertTrue(all(isinstance(r["ms"], float) and r["ms"] >= 0 for r in rows))
            self.assertLess(abs(rows[0]["time"] / 1000 - time.time()), 600)

    def test_eager_functions_and_one_that_does_not_start(self):
        self.write("template.yaml", TEMPLATE.replace(
            "  Other:\n", "  Broken:\n    Type: AWS::Serverless::Function\n"
            "    Properties: {Handler: none.handler, Runtime: java21}\n  Other:\n"))
        with self.api("--warm-containers", "EAGER") as api:
            api.wait_for_line("Press CTRL+C to quit")
            lines = api.output().splitlines()
            ready = next(number for number, line in enumerate(lines) if "Press CTRL+C" in line)
            for function in ("Fn", "Other"):
                self.assertIn(f"Warming {function}", lines[:ready])
            self.assertIn("Error: Broken is not warm: Broken: the sandbox engine cannot run the runtime java21", lines[:ready])
            self.assertEqual(len([p for p in self.temporary.iterdir() if "sandbox" in p.name]), 2)
            self.assertEqual(curl(self.url + "/things/1")[0], 200)
            api.wait_for_line("Fn warm")

    def test_two_apis_with_the_same_route(self):
        self.write("template.yaml", TEMPLATE.replace(
            "Resources:\n", "Resources:\n  Second: {Type: AWS::Serverless::HttpApi}\n").replace(
            "        Get: {Type: HttpApi, Properties: {Path: /other, Method: get}}",
            "        Get: {Type: HttpApi, Properties: {Path: /other, Method: get}}\n"
            "        Again: {Type: HttpApi, Properties: {Path: /slow, Method: get, ApiId: !Ref Second}}\n"
            "        Own: {Type: HttpApi, Properties: {Path: /own, Method: get, ApiId: !Ref Second}}"))
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertRegex(api.output(), r"GET /slow of \w+ is behind that of \w+, which has the same route")
            self.assertEqual([curl(self.url + path)[0] for path in ("/own", "/other")], [200, 200])

    def test_debug_function(self):
        self.debugs_one_function()

    def test_debug_function_that_is_not_there(self):
        for command in ("start-api", "start-lambda"):
            told = self.refused("--debug-function", "Nobody", "-d", free_port(), command=command)
            self.assertIn("Error: Function Nobody not found in template", told)
            self.assertIn("Fn, Other", told)

    def test_sigterm_during_a_request(self):
        self.ends_during_a_request(signal.SIGTERM)

    def test_two_sigints_during_a_request(self):
        self.ends_during_a_request(signal.SIGINT, again=True)


class StartApiOfContainers(StartApi):
    engine = "docker"
    more = ("--invoke-image", f"{STAND_IN}/nodejs:18", "--skip-pull-image")

    def setUp(self):
        needs_docker()
        super().setUp()

    def test_debug_function(self):
        self.debugs_one_function()

    def test_sigint_during_a_request(self):
        self.ends_during_a_request(signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
