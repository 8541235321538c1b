"""What no honest WebSocket client does, to a running start-api: each connection is ended with its reason, an honest
one is served beside it, and the program's memory stays bounded."""
import contextlib
import json
import pathlib
import resource
import struct
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, free_port  # noqa: E402
from web_socket import BINARY, PING, TEXT, WebSocket  # noqa: E402
from web_socket_api import RESPONSE, web_socket_api  # noqa: E402

# No $connect and no $disconnect: a connection alone runs no function.
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.11, CodeUri: app, Timeout: 20}
""" + web_socket_api("Fn", [("Default", "$default", RESPONSE)])

CODE = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"connection": event["requestContext"]["connectionId"]})}
"""

MEGABYTE = 1024 * 1024
MANY = 1000


class Hostile(SamaraTest):  # alone: a thousand connections and floods
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", TEMPLATE)
        self.write("app/app.py", CODE)
        self.port = free_port()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < 4 * MANY:  # the clients are this process's
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(4 * MANY, hard), hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        starting = self.start("local", "start-api", "--port", self.port)
        self.server = starting.__enter__()
        self.addCleanup(starting.__exit__, None, None, None)
        self.server.wait_for_line("Press CTRL+C to quit")
        with self.connect() as client:
            self.honest(client)
        self.before = self.resident()

    def connect(self):
        return WebSocket(self.port, "/prod")

    def resident(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def grown(self):
        return (self.resident() - self.before) / MEGABYTE

    def honest(self, client):
        client.send("hello")
        return json.loads(client.text())["connection"]

    def serves(self):
        with self.connect() as client:
            self.honest(client)
            self.assertEqual(client.close()[0], 1000)

    def test_a_thousand_connections(self):
        with contextlib.ExitStack() as open_ones:
            clients = [open_ones.enter_context(self.connect()) for _ in range(MANY)]
            self.assertEqual(len({self.honest(client) for client in clients[::100]}), MANY // 100)
            self.assertLess(self.grown(), 32)
            self.serves()
        self.serves()  # and when all are gone at once, without a word
        self.assertEqual(self.server.stop(), 0)
        self.assert_nothing_left()

    def test_a_message_without_end(self):
        for part in (b"x" * 1024, b"x", b""):
            with self.subTest(bytes=len(part)), self.connect() as client:
                stop = threading.Event()

                def fragments():
                    with contextlib.suppress(OSError):
                        client.send(part, BINARY, last=False)
                        while not stop.is_set():
                            client.send(part, 0, last=False)
                sender = threading.Thread(target=fragments)
                sender.start()
                try:
                    if part == b"x" * 1024:
                        with contextlib.suppress(ConnectionError):
                            self.assertEqual(client.closed()[0], 1009)
                    self.serves()
                    self.assertLess(self.grown(), 16)
                finally:
                    stop.set()
                    sender.join()

    def test_a_flood_of_pings_whose_answers_nobody_reads(self):
        ping = bytes([0x80 | PING, 0x80 | 125]) + b"\0\0\0\0" + b"p" * 125
        with self.connect() as client:
            client.socket.settimeout(1)
            sent = 0
            with contextlib.suppress(OSError):  # it is not read from any more, or cut off
                while sent < 64 * MEGABYTE:
                    sent += client.socket.send(ping * 500)
            self.serves()  # one answer for the last of them is enough: section 5.5.3
            self.assertLess(self.grown(), 16)

    def test_a_client_that_never_reads(self):
        with self.connect() as client:
            message = bytes([0x80 | TEXT, 0x80 | 126]) + struct.pack("!H", 32 * 1024) + b"\0\0\0\0" + b"m" * 32 * 1024
            client.socket.settimeout(1)
            with contextlib.suppress(OSError):
                for _ in range(4000):
                    client.socket.sendall(message)
            self.serves()
            self.assertLess(self.grown(), 32)

    def test_frames_that_are_none(self):
        for raw, code in ((b"\x81\x02hi", 1002), (b"\xf1\x80\0\0\0\0", 1002), (b"\x83\x80\0\0\0\0", 1002),
                          (b"\x09\x80\0\0\0\0", 1002), (b"\x80\x80\0\0\0\0", 1002),
                          (b"\x89\xfe\x00\x7e\0\0\0\0", 1002), (b"\x82\xff" + b"\xff" * 8 + b"\0\0\0\0", 1002),
                          (b"\x82\xff" + (1 << 62).to_bytes(8, "big") + b"\0\0\0\0", 1009),
                          (b"\x81\x82\0\0\0\0\xc3\x28", 1007), (b"\x88\x81\0\0\0\0\x03", 1002),
                          (b"\x88\x82\0\0\0\0" + struct.pack("!H", 1005), 1002)):
            with self.subTest(raw=raw), self.connect() as client:
                client.socket.sendall(raw)
                self.assertEqual(client.closed()[0], code)
        self.serves()

    def test_half_a_frame_holds_up_nobody(self):
        with contextlib.ExitStack() as open_ones:
            for _ in range(100):
                client = open_ones.enter_context(self.connect())
                client.socket.sendall(bytes([0x80 | BINARY, 0x80 | 126]) + struct.pack("!H", 32 * 1024) + b"mask" + b"x" * 100)
            self.serves()
            self.assertLess(self.grown(), 16)


if __name__ == "__main__":
    unittest.main()
