"""A client for Node's inspector, as debuggers in editors are."""
import base64
import json
import os
import socket
import struct
import urllib.request

from samara_e2e import wait_for


def connect(port, seconds=30):
    def attempt():
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=seconds)
        except OSError:
            return None
    return wait_for(attempt, f"a listener on port {port}", seconds)


def receive(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise AssertionError("the debugger closed the connection")
    return data


class Inspector:
    """Chrome's DevTools protocol over a WebSocket (RFC 6455)."""

    def __init__(self, port):
        def target():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
                    return json.load(answer)
            except OSError:
                return None
        path = wait_for(target, "the inspector")[0]["id"]
        self.socket = connect(port)
        self.stream = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        if b" 101 " not in self.stream.readline():
            raise AssertionError("no WebSocket")
        while self.stream.readline().strip():
            pass
        self.count = 0
        self.events = []

    def send(self, payload):
        mask = os.urandom(4)
        length = struct.pack("!B", 0x80 | len(payload)) if len(payload) < 126 else struct.pack("!BH", 0xFE, len(payload))
        self.socket.sendall(b"\x81" + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def message(self):
        length = receive(self.stream, 2)[1] & 0x7F
        if length == 126:
            length = struct.unpack("!H", receive(self.stream, 2))[0]
        elif length == 127:
            length = struct.unpack("!Q", receive(self.stream, 8))[0]
        return json.loads(receive(self.stream, length))

    def call(self, method, **params):
        self.count += 1
        self.send(json.dumps({"id": self.count, "method": method, "params": params}).encode())
        while True:
            message = self.message()
            if message.get("id") == self.count:
                return message["result"]
            self.events.append(message["method"])

    def wait_for_event(self, method):
        while method not in self.events:
            self.events.append(self.message()["method"])

    def close(self):
        self.stream.close()
        self.socket.close()

    def let_run(self):
        """From the first line, where --inspect-brk has stopped the program."""
        for method in ("Runtime.enable", "Debugger.enable", "Runtime.runIfWaitingForDebugger"):
            self.call(method)
        self.wait_for_event("Debugger.paused")
        self.call("Debugger.resume")
