"""gateway_bench.py SAMARA GATEWAY_LOAD [--engine docker|sandbox]: what start-api costs beside the emulator.

The same functions in the same execution environments, asked once through `local start-api` and once
directly (samara-rie with the event that the gateway would send), in turns, so that whatever else the
machine does hits both alike. Prints the best of the turns and their ratios, the memory of start-api at
rest and after 10,000 requests, and what 64 keep-alive connections meet.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from samara_e2e import STAND_IN, free_port, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.handler
      Runtime: python3.11
      CodeUri: app
      Events:
        Small: {Type: HttpApi, Properties: {Path: /small, Method: get}}
        Event: {Type: HttpApi, Properties: {Path: /event, Method: get}}
        Slow: {Type: HttpApi, Properties: {Path: /slow, Method: get}}
"""
CODE = """
import json
import time

def handler(event, context):
    if event["rawPath"] == "/slow":
        time.sleep(2)
    return {"statusCode": 200, "body": json.dumps(event) if event["rawPath"] == "/event" else "small"}
"""


def resident(pid):
    """Megabytes of the process in memory."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


class Bench:
    def __init__(self, samara, load, engine):
        self.samara, self.program, self.engine = samara, load, engine
        self.port = free_port()

    def load(self, targets, connections, requests, path, *body):
        done = subprocess.run([self.program, ",".join(map(str, targets)), str(connections), str(requests), path, *map(str, body)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)

    def environments(self, folder, pid):
        """Where the emulators listen: Unix sockets, or published ports."""
        if self.engine == "sandbox":
            return sorted(folder.glob("tmp/*/invoke.sock"))
        ids = subprocess.run(["docker", "ps", "-q", "--filter", "label=samara.owner"], capture_output=True, text=True).stdout.split()
        found = []
        for container in json.loads(subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True).stdout):
            if re.search(rf"\b{pid}\b", container["Config"]["Labels"]["samara.owner"]):
                found.append(container["NetworkSettings"]["Ports"]["8080/tcp"][0]["HostPort"])
        if not found:
            raise SystemExit("no container of start-api is there to be asked directly")
        return found

    def gateway(self, connections, requests=2000):
        return self.load([self.port], connections, requests, "/small")

    def one(self, path):
        """A connection that has asked for the path."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return connection

    def file(self):
        """Microseconds to a file's answer on a new connection: what is served without an environment."""
        begin = time.perf_counter()
        with self.one("/file.txt") as connection:
            if b"the file" not in connection.recv(4096):
                raise SystemExit("the static file was not served")
        return (time.perf_counter() - begin) * 1e6

    def busy(self):
        """The same while 63 other connections wait for functions that take their time."""
        slow = [self.one("/slow") for _ in range(63)]
        time.sleep(0.5)  # all of them are inside
        busy = min(self.file() for _ in range(5))
        for connection in slow:
            if b" 200 " not in connection.recv(4096):
                raise SystemExit("a slow request was not served")
            connection.close()
        return busy

    def compare(self, connections, environments, event, turns=3):
        asked, direct = [], []
        for _ in range(turns):
            asked.append(self.gateway(connections))
            direct.append(self.load(environments, connections, 2000, "/2015-03-31/functions/function/invocations", event))
        best = {key: (pick(a[key] for a in asked), pick(d[key] for d in direct))
                for key, pick in (("rate", max), ("median", min))}
        for key, unit, goal in (("rate", "requests/s", "at least 0.80"), ("median", "us", "at most 1.50")):
            through, beside = best[key]
            print(f"{connections} connections, {key}: {through:.0f} through start-api, {beside:.0f} directly ({unit}): "
                  f"{through / beside:.2f} (goal: {goal})", flush=True)

    def run(self, folder):
        (folder / "app").mkdir()
        (folder / "tmp").mkdir()
        (folder / "public").mkdir()
        (folder / "public/file.txt").write_text("the file")
        (folder / "template.yaml").write_text(TEMPLATE)
        (folder / "app/main.py").write_text(CODE)
        command = [self.samara, "local", "start-api", "--port", str(self.port), "--max-concurrency", "64"]
        if self.engine == "docker":
            command += ["--invoke-image", f"{STAND_IN}/python:3.11", "--skip-pull-image"]
        environment = {**os.environ, "SAMARA_ENGINE": self.engine, "TMPDIR": str(folder / "tmp")}
        # Its log goes to a file: reading it line by line would cost this machine more than the requests.
        log = folder / "log"
        with log.open("wb") as out:
            api = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            wait_for(lambda: "Press CTRL+C to quit" in log.read_text() or api.poll() is not None, "start-api")
            self.measure(folder, api.pid)
        finally:
            api.send_signal(signal.SIGINT)
            api.wait()

    def measure(self, folder, pid):
        rest = resident(pid)
        print(f"at rest: {rest:.1f} MB (goal: under 20)")
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/event") as answer:
            event = json.loads(answer.read())
        event["rawPath"] = "/small"
        (folder / "event.json").write_text(json.dumps(event))
        for connections in (1, 8):
            self.gateway(connections, 200)  # starts the environments and warms them
            self.compare(connections, self.environments(folder, pid), folder / "event.json")
        self.gateway(8, 10000)
        print(f"10,000 requests: {resident(pid) - rest:+.1f} MB since the start, now {resident(pid):.1f} MB (goal: within 10)")
        self.gateway(64, 640)  # starts the environments
        many = self.gateway(64, 6400)
        print(f"64 connections: {many['rate']:.0f} requests/s, latency median {many['median']:.0f} us, longest {many['max']:.0f} us; "
              f"{64 / many['rate'] * 1e6:.0f} us were each to wait its turn")
        alone = min(self.file() for _ in range(5))
        print(f"a file while 63 connections wait for slow functions: {self.busy():.0f} us, alone {alone:.0f} us")
        print(f"with 64 environments: {resident(pid):.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samara")
    parser.add_argument("load")
    parser.add_argument("--engine", default="sandbox", choices=("sandbox", "docker"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gb-") as folder:
        Bench(os.path.abspath(options.samara), os.path.abspath(options.load), options.engine).run(pathlib.Path(folder))


if __name__ == "__main__":
    main()
