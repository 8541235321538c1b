"""Requests that no honest client sends, to a running start-api: each is answered or closed, an honest one is served
after it, and the program's memory and descriptors stay bounded."""
import contextlib
import json
import os
import pathlib
import re
import resource
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, curl, free_port, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: app
      Handler: main.handler
      Runtime: python3.11
      Events:
        Any: {Type: HttpApi, Properties: {Path: '/api/{proxy+}', Method: any}}
        Split: {Type: HttpApi, Properties: {Path: /split, Method: get}}
        Rest: {Type: Api, Properties: {Path: /rest, Method: get}}
"""

CODE = r"""
import json
def handler(event, context):
    path = event.get("rawPath") or event["path"]
    if path in ("/split", "/rest"):
        answer = {"statusCode": 200, "body": "split", "headers": {"X-Good": "yes"}}
        part, value = json.loads(event["queryStringParameters"]["with"])
        return {**answer, **({part: [value]} if part == "cookies" else {part: value})}
    return {"statusCode": 200, "body": json.dumps({"path": path, "method": event["requestContext"]["http"]["method"],
            "body": event.get("body"), "headers": len(event["headers"])})}
"""

MEGABYTE = 1024 * 1024
HONEST = b"GET /api/honest HTTP/1.1\r\nHost: h\r\n\r\n"


class Hostile(SamaraTest):  # alone: how fast the server stays under attack
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", CODE)
        self.write("secret.txt", "secret")
        self.write("public/index.html", "<p>welcome")
        self.write("public/file.txt", "file")
        self.write("public/.hidden", "hidden")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def api(self, **options):
        with self.start("local", "start-api", "--port", self.port, **options) as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.honest()
            self.process = pathlib.Path(f"/proc/{api.process.pid}")
            before = self.resident()
            yield api
            self.honest()
            self.assertLess(self.resident() - before, 64 * MEGABYTE, "memory grew")
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def resident(self):
        status = (self.process / "status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def honest(self):
        status, _, body = curl(self.url + "/api/honest")
        self.assertEqual((status, json.loads(body).get("path", body)), (200, "/api/honest"))

    def connect(self, *parts):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.addCleanup(client.close)
        self.send(client, *parts)
        return client

    @staticmethod
    def send(client, *parts):
        # A server that refuses does not read the rest.
        with contextlib.suppress(ConnectionError):
            for part in parts:
                client.sendall(part)

    @staticmethod
    def answers(client, half_close=True):
        """All that comes until the server closes."""
        if half_close:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)
        received = b""
        with contextlib.suppress(ConnectionError):
            while chunk := client.recv(65536):
                received += chunk
        return received

    def exchange(self, *parts):
        return self.answers(self.connect(*parts))

    def statuses(self, *parts):
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.exchange(*parts))]

    def test_requests_that_can_be_read_in_two_ways(self):
        get = b"GET /api/a HTTP/1.1\r\nHost: h\r\n"
        post = b"POST /api/a HTTP/1.1\r\nHost: h\r\n"
        chunked = post + b"Transfer-Encoding: chunked\r\n"
        rows = {
            "two lengths": (400, post + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            "two lengths that agree": (400, post + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
            "a list of lengths": (400, post + b"Content-Length: 1, 1\r\n\r\na"),
            "a length with a sign": (400, post + b"Content-Length: +1\r\n\r\na"),
            "a length that is negative": (400, post + b"Content-Length: -1\r\n\r\na"),
            "a length beyond 64 bits": (400, post + b"Content-Length: 99999999999999999999999\r\n\r\n"),
            "a length beyond all limits": (413, post + b"Content-Length: 9999999999999\r\n\r\n"),
            "length and chunks": (400, chunked + b"Content-Length: 4\r\n\r\n0\r\n\r\n"),
            "a coding we do not know": (400, post + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            "chunked twice": (400, chunked + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            "a chunk size that is none": (400, chunked + b"\r\nxyz\r\na\r\n0\r\n\r\n"),
            "a chunk size that is negative": (400, chunked + b"\r\n-1\r\na\r\n0\r\n\r\n"),
            "a huge chunk": (413, chunked + b"\r\nfffffffffffffff\r\na"),
            "a chunk size beyond 64 bits": (400, chunked + b"\r\nfffffffffffffffffffff\r\na"),
            "a chunk longer than it says": (400, chunked + b"\r\n1\r\nabc\r\n0\r\n\r\n"),
            "a flood of extensions": (400, chunked + b"\r\n1;" + b"x" * 100_000 + b"\r\na\r\n0\r\n\r\n"),
            "a flood of trailers": (400, chunked + b"\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n"),
            "a folded header": (400, get + b"X-One: a\r\n b\r\n\r\n"),
            "a blank before the colon": (400, get + b"X-One : a\r\n\r\n"),
            "a header without a colon": (400, get + b"X-One\r\n\r\n"),
            "NUL in a header": (400, get + b"X-One: a\0b\r\n\r\n"),
            "NUL in the path": (400, b"GET /api/a\0b HTTP/1.1\r\nHost: h\r\n\r\n"),
            "a bare CR in a header": (400, get + b"X-One: a\rX-Two: b\r\n\r\n"),
            "a bare LF in a header": (400, get + b"X-One: a\nX-Two: b\r\n\r\n"),
            "two hosts": (400, get + b"Host: i\r\n\r\n"),
            "no host": (400, b"GET /api/a HTTP/1.1\r\n\r\n"),
            "HTTP/2 without being asked": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            "HTTP/0.9": (400, b"GET /api/a\r\n\r\n"),
            "no HTTP": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
            "100,000 headers": (431, get, b"X-Header: value\r\n" * 100_000, b"\r\n"),
            "a header of 1 MB": (431, get + b"X-Large: ", b"x" * MEGABYTE, b"\r\n\r\n"),
            "a URL of 100 KB": (431, b"GET /api/" + b"u" * 100_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n"),
        }
        with self.api():
            for what, (status, *parts) in rows.items():
                with self.subTest(what):
                    # One answer: what follows is not taken for a request of its own.
                    self.assertEqual(self.statuses(*parts, HONEST), [status])

    def test_requests_that_are_only_unusual(self):
        with self.api():
            chunked = b"POST /api/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            answer = self.exchange(chunked + b"2;name=value\r\nab\r\n1\r\nc\r\n0\r\nX-Trailer: t\r\n\r\n")
            self.assertIn(b'"body": "abc"', answer)
            self.assertEqual(self.statuses(HONEST * 20), [200] * 20)
            upgrade = b"GET /api/a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"
            self.assertEqual(self.statuses(upgrade), [200], "no switching of protocols")
            waiting = self.connect(b"POST /api/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(waiting.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            self.send(waiting, b"abc")
            self.assertIn(b'"body": "abc"', self.answers(waiting))
            refused = b"POST /api/a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n"
            self.assertEqual(self.statuses(refused), [413])
            self.assertEqual(self.statuses(b"BREW /api/a HTTP/1.1\r\nHost: h\r\n\r\n"), [404], "a method that ANY does not stand for")

    def test_functions_cannot_split_their_response(self):
        with self.api():
            for part, value in (("cookies", "a=1\r\nX-Injected: 1"), ("headers", {"X-Value": "a\r\nX-Injected: 1"}),
                                ("headers", {"X-Name: 1\r\nX-Injected": "1"}), ("headers", {"X-Lf": "a\nX-Injected: 1"}),
                                ("headers", {"X-Nul": "a\0b"}), ("headers", {"": "b"}), ("headers", {"X-Split: a": "b"}),
                                ("multiValueHeaders", {"X-Many": ["a", "b\r\nX-Injected: 1"]})):
                for path, refused in (("/split", 500), ("/rest", 502)):
                    if (part, path) in (("cookies", "/rest"), ("multiValueHeaders", "/split")):
                        continue  # not of that format
                    with self.subTest(path=path, part=part, value=value):
                        status, headers, _ = curl("-G", "--data-urlencode", "with=" + json.dumps([part, value]), self.url + path)
                        self.assertEqual(status, refused)
                        self.assertNotIn("x-injected", headers)
            status, headers, body = curl("-G", "--data-urlencode", 'with=["cookies", "a=1"]', self.url + "/split")
            self.assertEqual((status, headers["set-cookie"], headers["x-good"], body), (200, "a=1", "yes", b"split"))

    def test_nothing_outside_the_static_folder(self):
        os.symlink("../secret.txt", self.project / "public/link.txt")
        os.symlink("../..", self.project / "public/up")
        with self.api():
            for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%252e%252e/secret.txt", "/./../secret.txt",
                         "/file.txt/../../secret.txt", "//etc/passwd", "/%2fetc/passwd", "/..\\secret.txt", "/..%5csecret.txt",
                         "/%c0%ae%c0%ae/secret.txt", "/link.txt", "/up/secret.txt", "/up/project/secret.txt", "/file.txt%00.html"):
                with self.subTest(path):
                    status, _, body = curl("--path-as-is", self.url + path)
                    self.assertIn(status, (400, 403, 404))
                    self.assertNotIn(b"secret", body)
                    self.assertNotIn(b"root:", body)
            self.assertEqual(curl(self.url + "/file.txt")[2], b"file")

    def test_slow_and_half_requests(self):
        """Two hundred that send a byte now and then do not keep an honest one waiting, and are told after 20 s."""
        with self.api():
            begin = time.monotonic()
            slow = [self.connect(b"GET /api/slow HTTP/1.1\r\nHost: h\r\n") for _ in range(200)]
            half = self.connect(b"POST /api/half HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nhalf")
            self.assertEqual(self.answers(half), b"", "half a body is no request")
            while time.monotonic() - begin < 10:
                asked = time.monotonic()
                self.honest()
                self.assertLess(time.monotonic() - asked, 5)
                for client in slow:
                    self.send(client, b"X")
            for client in slow:
                self.assertTrue(self.answers(client, half_close=False).startswith(b"HTTP/1.1 408 "))
            self.assertLess(time.monotonic() - begin, 40)

    def test_thousands_of_idle_connections(self):
        wanted = 1500
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        with self.api():
            idle = [self.connect() for _ in range(wanted)]
            wait_for(lambda: len(list((self.process / "fd").iterdir())) > 900, "a descriptor for each connection")
            self.assertLess(len(list((self.process / "fd").iterdir())), 1200)
            self.assertLess(len(list((self.process / "task").iterdir())), 30, "none of them holds a thread")
            self.honest()  # the one that idles longest makes room
            for client in idle:
                client.close()
            wait_for(lambda: len(list((self.process / "fd").iterdir())) < 100, "their descriptors")

    def test_few_descriptors(self):
        """Idle clients leave some to functions and to honest clients; and nobody waits for one in a busy loop."""
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
        with self.api(preexec_fn=few) as api:
            clients = [self.connect() for _ in range(300)]
            self.write("app/main.py", CODE + "# edited, hence another environment\n")

            def edited():
                self.honest()
                return api.output().count("Fn cold") == 2
            wait_for(edited, "the new environment")
            self.assertLess(len(list((self.process / "fd").iterdir())), 180)

            def seconds():
                fields = (self.process / "stat").read_text().rsplit(")", 1)[1].split()
                return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            used, begin = seconds(), time.monotonic()
            wait_for(lambda: time.monotonic() - begin > 2, "two seconds to measure")
            self.assertLess(seconds() - used, 0.4, "the program is busy with nothing")
            for client in clients:
                client.close()
            wait_for(lambda: len(list((self.process / "fd").iterdir())) < 60, "descriptors to be given back")


if __name__ == "__main__":
    unittest.main()
