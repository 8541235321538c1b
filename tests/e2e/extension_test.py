"""An external extension from a layer, on both engines: registration, telemetry, the end."""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Collector:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: app
      Handler: main.handler
      Runtime: python3.11
      Timeout: 20
      Layers: [!Ref Collector]
"""

HANDLER = """\
def handler(event, context):
    print("the function says", event["n"])
    if event["n"] == 2:
        raise ValueError("second")
    return context.aws_request_id
"""

# It listens under the name that AWS documents, tells every record it gets on its own standard
# output, and at SHUTDOWN says good-bye when all has come.
EXTENSION = """\
#!/usr/bin/python3
import http.client, http.server, json, os, sys, threading, time

def say(**what):
    sys.stdout.write("EXT " + json.dumps(what) + "\\n")
    sys.stdout.flush()

class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        for record in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            say(telemetry=record)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *arguments):
        pass

listener = http.server.ThreadingHTTPServer(("sandbox.localdomain", 0), Listener)
threading.Thread(target=listener.serve_forever, daemon=True).start()
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def call(method, path, body=None, headers={}):
    api.request(method, path, body and json.dumps(body), headers)
    answer = api.getresponse()
    content = answer.read()
    if answer.status >= 300:
        sys.exit(f"{path}: {answer.status} {content}")
    return answer.headers, json.loads(content)

headers, about = call("POST", "/2020-01-01/extension/register", {"events": ["INVOKE", "SHUTDOWN"]},
                      {"Lambda-Extension-Name": os.path.basename(__file__)})
say(registered=about)
me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
call("PUT", "/2022-07-01/telemetry", {
    "schemaVersion": "2022-12-13", "types": ["platform", "function"],
    "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": 25},
    "destination": {"protocol": "HTTP", "URI": f"http://sandbox.localdomain:{listener.server_address[1]}/"},
}, me)
while True:
    _, event = call("GET", "/2020-01-01/extension/event/next", headers=me)
    say(event=event)
    if event["eventType"] == "SHUTDOWN":
        sys.exit(0)
"""


class Cases:
    engine = ""

    def setUp(self):
        super().setUp()
        self.environment.update(SAMARA_ENGINE=self.engine, HOME=str(self.folder))
        if "DOCKER_HOST" in os.environ:
            self.environment["DOCKER_HOST"] = os.environ["DOCKER_HOST"]
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", HANDLER)
        self.write("layer/extensions/collector", EXTENSION).chmod(0o755)

    def notes(self, text):
        return [json.loads(line.split("EXT ", 1)[1]) for line in text.splitlines() if "EXT {" in line]

    def test_every_platform_event_comes_in_order(self):
        options = ["local", "start-lambda", "--port", str(free_port())]
        if self.engine == "docker":
            options += ["--invoke-image", f"{STAND_IN}/python:3.11", "--skip-pull-image"]
        port = options[3]
        with self.start(*options) as service:
            service.wait_for_line(f":{port}")
            url = f"http://127.0.0.1:{port}/2015-03-31/functions/Fn/invocations"
            first = curl("-d", '{"n": 1}', url)
            second = curl("-d", '{"n": 2}', url)
            self.assertEqual((first[0], second[0]), (200, 200))
            self.assertEqual(second[1]["x-amz-function-error"], "Unhandled")
            try:
                wait_for(lambda: service.output().count('"platform.report"') >= 2, "both reports")
            except AssertionError as error:
                raise AssertionError(f"{error}:\n{service.output()}") from None
            pid = service.process.pid
            self.assertEqual(service.stop(), 0)
            output = service.output()
            for image in re.findall(r"Building image (samcli/\S+)", output):
                self.addCleanup(subprocess.run, ["docker", "rmi", image], capture_output=True)
        notes = self.notes(output)
        registered = next(n["registered"] for n in notes if "registered" in n)
        self.assertEqual((registered["functionName"], registered["handler"]), ("Fn", "main.handler"))

        events = [n["event"] for n in notes if "event" in n]
        self.assertEqual([e["eventType"] for e in events], ["INVOKE", "INVOKE", "SHUTDOWN"])
        self.assertEqual(events[0]["requestId"], json.loads(first[2]))
        self.assertEqual(events[2]["shutdownReason"], "spindown")

        records = [n["telemetry"] for n in notes if "telemetry" in n]
        platform = [r["type"] for r in records if r["type"].startswith("platform.")]
        self.assertEqual(platform, [
            "platform.initStart", "platform.telemetrySubscription", "platform.extension",
            "platform.initRuntimeDone", "platform.initReport",
            "platform.start", "platform.runtimeDone", "platform.report",
            "platform.start", "platform.runtimeDone", "platform.report"], records)
        for kind in ("platform.start", "platform.runtimeDone", "platform.report"):
            ids = [r["record"]["requestId"] for r in records if r["type"] == kind]
            self.assertEqual(ids, [e["requestId"] for e in events[:2]], kind)
        self.assertEqual(
            [r["record"]["status"] for r in records if r["type"] == "platform.runtimeDone"], ["success", "error"])
        said = [r["record"] for r in records if r["type"] == "function"]
        self.assertTrue(any("the function says 1" in str(line) for line in said), said)
        self.assert_nothing_left(pid)


class Sandbox(Cases, SamaraTest):
    engine = "sandbox"


class Docker(Cases, SamaraTest):
    engine = "docker"

    def setUp(self):
        needs_docker()
        super().setUp()


if __name__ == "__main__":
    unittest.main()
