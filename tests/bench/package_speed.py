#!/usr/bin/env python3
"""Times `samara package` beside `aws cloudformation package` at the same S3, which takes everything and keeps nothing.

    package_speed.py SAMARA

20 functions of 5 MB (source-like text and a library that cannot be compressed), then 1,000 small ones that are there
already. The figures that are wanted: processor time at most a quarter, wall time at most half (new) and a quarter
(unchanged), memory below 64 MB. By hand, with a release build and nothing else on the machine.
"""
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

AWS = pathlib.Path(__file__).resolve().parents[1] / "support/aws_at_endpoint.py"
PAGES = {b"uploads": b"<R><UploadId>u</UploadId></R>", b"POST": b"<R><ETag>e</ETag></R>"}


class Sink:
    def __init__(self, has_everything):
        self.has_everything = has_everything
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, connection):
        rest = b""
        while True:
            while b"\r\n\r\n" not in rest:
                data = connection.recv(1 << 18)
                if not data:
                    return
                rest += data
            head, _, rest = rest.partition(b"\r\n\r\n")
            method, path = head.split(b" ", 2)[:2]
            headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
            if headers.get(b"expect"):
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            left = int(headers.get(b"content-length", 0)) - len(rest)
            rest = rest[left:] if left < 0 else b""
            while left > 0:
                left -= len(connection.recv(min(left, 1 << 20)))
            body = PAGES[b"uploads"] if b"?uploads" in path else PAGES.get(method, b"")
            status = b"404 Not Found" if method == b"HEAD" and not self.has_everything else b"200 OK"
            connection.sendall(b'HTTP/1.1 %s\r\nETag: "e"\r\nContent-Length: %d\r\n\r\n' % (status, len(body)) + body)


def functions(folder, count, files):
    template = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
    for number in range(count):
        target = folder / f"f{number}"
        target.mkdir()
        for name, content in files(number):
            (target / name).write_bytes(content)
        template += f"  F{number}:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: f{number}, Handler: m.h, Runtime: python3.11}}\n"
    (folder / "template.yaml").write_text(template)


def large(number):
    dice = random.Random(number)
    words = [bytes(dice.choices(b"abcdefghijklmnopqrstuvwxyz", k=dice.randint(3, 9))) for _ in range(5000)]
    for part in range(50):
        yield f"m{part}.py", b"\n".join(b" ".join(dice.choices(words, k=12)) for _ in range(1000))
    yield "native.so", os.urandom(1 << 20)


def small(number):
    for part in range(5):
        yield f"m{part}.py", f"# {number} {part}\n".encode() * 1000


def run(name, command, folder, environment):
    begin = time.monotonic()
    program = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    assert program.returncode == 0, command
    wall, cpu = time.monotonic() - begin, used.ru_utime + used.ru_stime
    print(f"  {name:<8}{cpu:7.2f} s of processor {wall:7.2f} s, at most {used.ru_maxrss >> 10} MB")
    return cpu, wall


def main():
    samara = os.path.abspath(sys.argv[1])
    for title, has_everything, count, files in (("20 functions, 100 MB", False, 20, large), ("1,000 unchanged", True, 1000, small)):
        with tempfile.TemporaryDirectory() as scratch:
            folder, sink = pathlib.Path(scratch), Sink(has_everything)
            functions(folder, count, files)
            endpoint = f"http://127.0.0.1:{sink.listener.getsockname()[1]}"
            environment = {"PATH": os.environ["PATH"], "HOME": scratch, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
                           "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint, "ENDPOINT": endpoint}
            print(title)
            own = run("samara", [samara, "package", "--s3-bucket", "b", "--no-progressbar"], folder, environment)
            other = run("aws", ["/usr/bin/python3", AWS, "cloudformation", "package", "--template-file", "template.yaml", "--s3-bucket", "b"],
                        folder, environment)
            print(f"  samara takes {own[0] / other[0]:.2f} of the processor time, {own[1] / other[1]:.2f} of the time")


if __name__ == "__main__":
    main()
