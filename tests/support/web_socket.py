"""A WebSocket client that sends exactly what it is told to (RFC 6455)."""
import base64
import os
import socket
import ssl
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    """The answer to a handshake that was not 101."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


class WebSocket:
    def __init__(self, port, target="/", headers=(), tls=None, seconds=20):
        self.socket = socket.create_connection(("127.0.0.1", port), seconds)
        if tls is not None:
            context = ssl.create_default_context(cafile=tls)
            context.check_hostname = False
            self.socket = context.wrap_socket(self.socket)
        self.received = b""
        lines = [f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13", *headers]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.received:
            self._receive()
        self.head, _, self.received = self.received.partition(b"\r\n\r\n")
        self.head = self.head.decode()
        status = int(self.head.split()[1])
        if status != 101:
            length = [int(line.split(":")[1]) for line in self.head.split("\r\n") if line.lower().startswith("content-length")]
            body = self._take(length[0] if length else 0).decode()
            self.socket.close()
            raise Refused(status, body)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _receive(self):
        more = self.socket.recv(65536)
        if not more:
            raise EOFError("the server has closed the connection")
        self.received += more

    def _take(self, count):
        while len(self.received) < count:
            self._receive()
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def send(self, payload, opcode=TEXT, last=True):
        data = payload.encode() if isinstance(payload, str) else payload
        length = (struct.pack("!B", 0x80 | len(data)) if len(data) < 126
                  else struct.pack("!BH", 0xFE, len(data)) if len(data) < 65536 else struct.pack("!BQ", 0xFF, len(data)))
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.socket.sendall(bytes([(0x80 if last else 0) | opcode]) + length + mask + masked)

    def frame(self):
        """Opcode and payload of the next frame; pings are answered."""
        while True:
            first, length = self._take(2)
            if length == 126:
                length, = struct.unpack("!H", self._take(2))
            elif length == 127:
                length, = struct.unpack("!Q", self._take(8))
            payload = self._take(length)
            if first & 15 != PING:
                return first & 15, payload
            self.send(payload, PONG)

    def text(self):
        opcode, payload = self.frame()
        if opcode != TEXT:
            raise AssertionError(f"no text: {opcode} {payload}")
        return payload.decode()

    def closed(self):
        """Code and reason that the server closes with; messages before are passed over."""
        while True:
            opcode, payload = self.frame()
            if opcode == CLOSE:
                return struct.unpack("!H", payload[:2])[0], payload[2:].decode()

    def close(self, code=1000, reason=""):
        self.send(struct.pack("!H", code) + reason.encode(), CLOSE)
        answer = self.closed()
        self.socket.close()
        return answer
