"""Two hundred requests as bytes, and what start-api answers to each.

tests/golden/net/raw_requests.json holds the answers: `former` are those of the server that was written by hand, before
there was one on Boost.Beast; where today's are others, `why` says the reason. SAMARA_RECORD=<key> writes the answers of
the program under test into the file under that key.
"""
import contextlib
import json
import os
import pathlib
import re
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, free_port  # noqa: E402

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden/net/raw_requests.json"

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
        Any: {Type: HttpApi, Properties: {Path: '/{proxy+}', Method: any}}
"""

CODE = """
def handler(event, context):
    return {"statusCode": 200, "body": "|".join([event["requestContext"]["http"]["method"], event["rawPath"],
            event["rawQueryString"], str(event["headers"].get("x-a")), str(event.get("body"))])}
"""

HOST = b"Host: h\r\n"
CHUNKED = b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
ODD_BYTES = [*range(0x00, 0x21), 0x22, 0x28, 0x2c, 0x3a, 0x7b, 0x7f, 0x80, 0xff]


def sized(headers, body=b"", line=b"POST /a HTTP/1.1"):
    return line + b"\r\n" + HOST + headers + b"\r\n" + body


def requests():
    """By name, in an order that stays."""
    rows = {
        "plain": sized(b"", line=b"GET /a HTTP/1.1"),
        "query": sized(b"", line=b"GET /a?b=%20c&d HTTP/1.1"),
        "escapes": sized(b"", line=b"GET /a%2Fb%20c HTTP/1.1"),
        "absolute form": sized(b"", line=b"GET http://h/p?q HTTP/1.1"),
        "absolute form, capitals": sized(b"", line=b"GET HTTP://h/p HTTP/1.1"),
        "absolute form without a path": sized(b"", line=b"GET http://h HTTP/1.1"),
        "absolute form, https": sized(b"", line=b"GET https://h/p HTTP/1.1"),
        "another scheme": sized(b"", line=b"GET ftp://h/p HTTP/1.1"),
        "authority form": sized(b"", line=b"CONNECT h:80 HTTP/1.1"),
        "asterisk form": sized(b"", line=b"OPTIONS * HTTP/1.1"),
        "fragment": sized(b"", line=b"GET /a#b HTTP/1.1"),
        "no slash": sized(b"", line=b"GET a HTTP/1.1"),
        "two slashes": sized(b"", line=b"GET //a HTTP/1.1"),
        "unknown method": sized(b"", line=b"BREW /a HTTP/1.1"),
        "lower-case method": sized(b"", line=b"get /a HTTP/1.1"),
        "two blanks": sized(b"", line=b"GET  /a HTTP/1.1"),
        "blank at the end": sized(b"", line=b"GET /a HTTP/1.1 "),
        "blank at the front": sized(b"", line=b" GET /a HTTP/1.1"),
        "a blank in the target": sized(b"", line=b"GET /a b HTTP/1.1"),
        "no version": sized(b"", line=b"GET /a"),
        "no target": sized(b"", line=b"GET HTTP/1.1"),
        "only a method": sized(b"", line=b"GET"),
        "HTTP/1.0": b"GET /a HTTP/1.0\r\n\r\n",
        "HTTP/1.0 kept": b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" * 2,
        "HTTP/1.0 with chunks": CHUNKED.replace(b"1.1", b"1.0") + b"0\r\n\r\n",
        "HTTP/0.9": sized(b"", line=b"GET /a HTTP/0.9"),
        "HTTP/1.2": sized(b"", line=b"GET /a HTTP/1.2"),
        "HTTP/2.0": sized(b"", line=b"GET /a HTTP/2.0"),
        "HTTP/11.1": sized(b"", line=b"GET /a HTTP/11.1"),
        "HTTP/1.": sized(b"", line=b"GET /a HTTP/1."),
        "http/1.1": sized(b"", line=b"GET /a http/1.1"),
        "HTTPS/1.1": sized(b"", line=b"GET /a HTTPS/1.1"),
        "preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "blank lines before": b"\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n",
        "line feeds before": b"\n\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n",
        "blank lines only": b"\r\n\r\n",
        "nothing": b"",
        "half a line": b"GET /a HT",
        "half a head": b"GET /a HTTP/1.1\r\nHost: h\r\n",
        "three in one": sized(b"", line=b"GET /a HTTP/1.1") * 3,
        "the second is bad": sized(b"", line=b"GET /a HTTP/1.1") + b"nonsense\r\n\r\n",
        "closed after the first": sized(b"Connection: close\r\n", line=b"GET /a HTTP/1.1") * 2,
        "close among others": sized(b"Connection: x, Close\r\n", line=b"GET /a HTTP/1.1") * 2,
        "close and keep-alive": sized(b"Connection: keep-alive, close\r\n", line=b"GET /a HTTP/1.1") * 2,
        "Connection is no list": sized(b"Connection: a b\r\n", line=b"GET /a HTTP/1.1"),
        "Connection is empty": sized(b"Connection: \r\n", line=b"GET /a HTTP/1.1"),
        "Connection with commas": sized(b"Connection: ,,close,\r\n", line=b"GET /a HTTP/1.1") * 2,
        "Proxy-Connection closes": sized(b"Proxy-Connection: close\r\n", line=b"GET /a HTTP/1.1") * 2,
        "upgrade": sized(b"Connection: Upgrade\r\nUpgrade: websocket\r\n", line=b"GET /a HTTP/1.1"),
        "no host": b"GET /a HTTP/1.1\r\n\r\n",
        "two hosts": sized(HOST, line=b"GET /a HTTP/1.1"),
        "an empty host": b"GET /a HTTP/1.1\r\nHost: \r\n\r\n",
        "no colon": sized(b"X-A\r\n"),
        "no name": sized(b": a\r\n"),
        "a blank before the colon": sized(b"X-A : a\r\n"),
        "no value": sized(b"X-A:\r\n"),
        "blanks around a value": sized(b"X-A: \t a \t \r\n"),
        "a tab within a value": sized(b"X-A: a\tb\r\n"),
        "a folded line": sized(b"X-A: a\r\n b\r\n"),
        "a line folded with a tab": sized(b"X-A: a\r\n\tb\r\n"),
        "a folded first line": b"GET /a HTTP/1.1\r\n Host: h\r\n\r\n",
        "a folded empty line": sized(b"X-A: a\r\n \r\n"),
        "a repeated name": sized(b"X-A: a\r\nx-a: b\r\nX-A: c\r\n"),
        "200 headers": sized(b"X: y\r\n" * 199),
        "201 headers": sized(b"X: y\r\n" * 200),
        "a head of 32 KB": sized(b"X-B: " + b"b" * (32768 - 36) + b"\r\n", line=b"GET /a HTTP/1.1"),
        "a head of more": sized(b"X-B: " + b"b" * 32768 + b"\r\n", line=b"GET /a HTTP/1.1"),
        "a long target": sized(b"", line=b"GET /" + b"a" * 40000 + b" HTTP/1.1"),
        "an endless line": b"G" * 40000,
        "bare line feeds": b"GET /a HTTP/1.1\nHost: h\n\n",
        "a bare line feed after the first line": b"GET /a HTTP/1.1\nHost: h\r\n\r\n",
        "a bare line feed after a header": b"GET /a HTTP/1.1\r\nHost: h\nX-A: b\r\n\r\n",
        "a bare line feed at the end": b"GET /a HTTP/1.1\r\nHost: h\r\n\n",
        "a bare carriage return": b"GET /a HTTP/1.1\r\nHost: h\rX-A: b\r\n\r\n",
        "two carriage returns": b"GET /a HTTP/1.1\r\r\nHost: h\r\n\r\n",
        "a length": sized(b"Content-Length: 3\r\n", b"abc"),
        "a length of 0": sized(b"Content-Length: 0\r\n"),
        "a length with zeros": sized(b"Content-Length: 003\r\n", b"abc"),
        "a length, half a body": sized(b"Content-Length: 5\r\n", b"abc"),
        "a length, more follows": sized(b"Content-Length: 3\r\n", b"abc" + sized(b"", line=b"GET /b HTTP/1.1")),
        "two lengths": sized(b"Content-Length: 1\r\nContent-Length: 2\r\n", b"ab"),
        "two lengths that agree": sized(b"Content-Length: 1\r\nContent-Length: 1\r\n", b"a"),
        "a list of lengths": sized(b"Content-Length: 1, 1\r\n", b"a"),
        "an empty length": sized(b"Content-Length: \r\n"),
        "a length with a sign": sized(b"Content-Length: +1\r\n", b"a"),
        "a negative length": sized(b"Content-Length: -1\r\n", b"a"),
        "a hexadecimal length": sized(b"Content-Length: 0x1\r\n", b"a"),
        "a length with a fraction": sized(b"Content-Length: 1.0\r\n", b"a"),
        "a length with blanks": sized(b"Content-Length: 1 1\r\n", b"a"),
        "a length beyond 64 bits": sized(b"Content-Length: 99999999999999999999999\r\n"),
        "a length beyond the limit": sized(b"Content-Length: 9999999999999\r\n"),
        "a length in a GET": sized(b"Content-Length: 1\r\n", b"a", b"GET /a HTTP/1.1"),
        "chunks": CHUNKED + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
        "no chunk": CHUNKED + b"0\r\n\r\n",
        "chunks in capitals": CHUNKED.replace(b"chunked", b"CHUNKED") + b"0\r\n\r\n",
        "chunks, more follows": CHUNKED + b"1\r\na\r\n0\r\n\r\n" + sized(b"", line=b"GET /b HTTP/1.1"),
        "chunks and a length": sized(b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", b"0\r\n\r\n"),
        "a length and chunks": sized(b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
        "chunked twice": sized(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
        "chunked, chunked": sized(b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
        "gzip, chunked": sized(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
        "chunked, gzip": sized(b"Transfer-Encoding: chunked, gzip\r\n", b"0\r\n\r\n"),
        "gzip alone": sized(b"Transfer-Encoding: gzip\r\n", b"0\r\n\r\n"),
        "identity": sized(b"Transfer-Encoding: identity\r\n", b"0\r\n\r\n"),
        "an empty coding": sized(b"Transfer-Encoding: \r\n", b"0\r\n\r\n"),
        "chunked with a parameter": sized(b"Transfer-Encoding: chunked;q=1\r\n", b"0\r\n\r\n"),
        "chunked after a vertical tab": sized(b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n"),
        "an extension": CHUNKED + b"1;a=b\r\na\r\n0\r\n\r\n",
        "an extension in quotes": CHUNKED + b'1;a="b c"\r\na\r\n0\r\n\r\n',
        "an extension without a value": CHUNKED + b"1;a\r\na\r\n0\r\n\r\n",
        "an extension with blanks": CHUNKED + b"1 ; a = b\r\na\r\n0\r\n\r\n",
        "an empty extension": CHUNKED + b"1;\r\na\r\n0\r\n\r\n",
        "an extension that is no token": CHUNKED + b"1;(a)=b\r\na\r\n0\r\n\r\n",
        "an extension of the last chunk": CHUNKED + b"1\r\na\r\n0;a=b\r\n\r\n",
        "a long extension": CHUNKED + b"1;" + b"x" * 300 + b"\r\na\r\n0\r\n\r\n",
        "a flood of extensions": CHUNKED + b"1;" + b"x" * 100_000 + b"\r\na\r\n0\r\n\r\n",
        "a blank before a size": CHUNKED + b" 1\r\na\r\n0\r\n\r\n",
        "a blank after a size": CHUNKED + b"1 \r\na\r\n0\r\n\r\n",
        "a size with zeros": CHUNKED + b"0001\r\na\r\n0\r\n\r\n",
        "a size of many zeros": CHUNKED + b"0" * 200 + b"1\r\na\r\n0\r\n\r\n",
        "a last size of many zeros": CHUNKED + b"1\r\na\r\n" + b"0" * 20 + b"\r\n\r\n",
        "a size in capitals": CHUNKED + b"A\r\n0123456789\r\n0\r\n\r\n",
        "no size": CHUNKED + b"\r\na\r\n0\r\n\r\n",
        "a size that is none": CHUNKED + b"xyz\r\na\r\n0\r\n\r\n",
        "a size with 0x": CHUNKED + b"0x1\r\na\r\n0\r\n\r\n",
        "a negative size": CHUNKED + b"-1\r\na\r\n0\r\n\r\n",
        "a size with a sign": CHUNKED + b"+1\r\na\r\n0\r\n\r\n",
        "a size beyond the limit": CHUNKED + b"fffffffffffffff\r\na",
        "a size beyond 64 bits": CHUNKED + b"fffffffffffffffffffff\r\na",
        "a chunk that is longer": CHUNKED + b"1\r\nabc\r\n0\r\n\r\n",
        "a chunk that is shorter": CHUNKED + b"5\r\nabc\r\n0\r\n\r\n",
        "a chunk without its end": CHUNKED + b"1\r\na0\r\n\r\n",
        "half a chunk": CHUNKED + b"5\r\nab",
        "no last chunk": CHUNKED + b"1\r\na\r\n",
        "half a last chunk": CHUNKED + b"1\r\na\r\n0\r\n",
        "a line feed after a size": CHUNKED + b"1\na\r\n0\r\n\r\n",
        "a carriage return after a size": CHUNKED + b"1\ra\r\n0\r\n\r\n",
        "a line feed in an extension": CHUNKED + b"1;a\nb\r\na\r\n0\r\n\r\n",
        "a line feed in quotes": CHUNKED + b'1;a="\n"\r\na\r\n0\r\n\r\n',
        "a line feed after a chunk": CHUNKED + b"1\r\na\n0\r\n\r\n",
        "a carriage return after a chunk": CHUNKED + b"1\r\na\r0\r\n\r\n",
        "line feeds at the end": CHUNKED + b"1\r\na\r\n0\n\n",
        "a trailer": CHUNKED + b"1\r\na\r\n0\r\nX-A: t\r\n\r\n",
        "a trailer with a length": CHUNKED + b"1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n",
        "a trailer with a host": CHUNKED + b"1\r\na\r\n0\r\nHost: other\r\n\r\n",
        "a trailer without a colon": CHUNKED + b"1\r\na\r\n0\r\nnonsense\r\n\r\n",
        "a trailer that is folded": CHUNKED + b"1\r\na\r\n0\r\nX-A: a\r\n b\r\n\r\n",
        "a line feed in a trailer": CHUNKED + b"1\r\na\r\n0\r\nX-A: a\nX-B: b\r\n\r\n",
        "a line feed after a trailer": CHUNKED + b"1\r\na\r\n0\r\nX-A: a\n\r\n",
        "a flood of trailers": CHUNKED + b"0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        "expectation": sized(b"Content-Length: 1\r\nExpect: 100-continue\r\n", b"a"),
        "expectation of chunks": CHUNKED.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n") + b"0\r\n\r\n",
        "expectation without a body": sized(b"Expect: 100-continue\r\n", line=b"GET /a HTTP/1.1"),
        "expectation beyond the limit": sized(b"Content-Length: 99999999\r\nExpect: 100-continue\r\n"),
        "another expectation": sized(b"Content-Length: 1\r\nExpect: something\r\n", b"a"),
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "HEAD": sized(b"", line=b"HEAD /a HTTP/1.1") * 2,
    }
    for byte in ODD_BYTES:
        odd = bytes([byte])
        rows[f"0x{byte:02x} in the method"] = sized(b"", line=b"G" + odd + b"T /a HTTP/1.1")
        rows[f"0x{byte:02x} in the target"] = sized(b"", line=b"GET /a" + odd + b"b HTTP/1.1")
        rows[f"0x{byte:02x} in a name"] = sized(b"X-" + odd + b"A: b\r\n")
        rows[f"0x{byte:02x} in a value"] = sized(b"X-A: a" + odd + b"b\r\n")
    return rows


class RawRequests(SamaraTest):
    def answer(self, request):
        """Statuses in order, and what the function has seen."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client, \
                contextlib.suppress(ConnectionError):
            with contextlib.suppress(ConnectionError):
                client.sendall(request)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)
            while chunk := client.recv(65536):
                received += chunk
        text = received.decode("latin-1")
        return {"statuses": [int(status) for status in re.findall(r"HTTP/1\.1 (\d{3}) ", text)],
                "seen": re.findall(r"^[A-Za-z]+\|.*$", text, re.M)}

    def test_each_is_answered_as_before_or_for_a_reason(self):
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", CODE)
        self.port = free_port()
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            answers = {name: self.answer(request) for name, request in requests().items()}
            self.assertEqual(api.stop(), 0)
        golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
        if key := os.environ.get("SAMARA_RECORD"):
            for name, answer in answers.items():
                row = golden.setdefault(name, {})
                row[key] = answer
                if key != "former" and row.get("former") == answer:
                    del row[key]
            lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in golden.items()]
            GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
            self.skipTest(f"recorded {len(answers)} answers as {key}")
        self.assertEqual(list(golden), list(answers))
        for name, row in golden.items():
            with self.subTest(name):
                self.assertEqual(answers[name], row.get("now", row["former"]), row.get("why"))
                self.assertEqual("now" in row, "why" in row, "a difference has its reason")


if __name__ == "__main__":
    unittest.main()
