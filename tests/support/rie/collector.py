#!/usr/bin/python3
"""An external extension: subscribes to telemetry and writes down what it gets, a JSON a line.

$COLLECTOR is where to. "platform.runtimeDone" and the like come as {"telemetry": {...}}, the events
of the Extensions API as {"event": {...}}.
"""

import http.client
import http.server
import json
import os
import sys
import threading

output = open(os.environ["COLLECTOR"], "a", buffering=1)
lock = threading.Lock()


def note(**what):
    with lock:
        output.write(json.dumps(what) + "\n")


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        for record in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            note(telemetry=record)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
threading.Thread(target=listener.serve_forever, daemon=True).start()
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def call(method, path, body=None, headers={}):
    api.request(method, path, body and json.dumps(body), headers)
    answer = api.getresponse()
    content = answer.read()
    if answer.status >= 300:
        sys.exit(f"{path}: {answer.status} {content}")
    return answer.headers, json.loads(content)


headers, _ = call(
    "POST", "/2020-01-01/extension/register", {"events": ["INVOKE", "SHUTDOWN"]},
    {"Lambda-Extension-Name": os.path.basename(__file__)},
)
me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
call(
    "PUT", "/2022-07-01/telemetry",
    {
        "schemaVersion": "2022-12-13",
        "types": ["platform", "function"],
        "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": 25},
        "destination": {
            "protocol": "HTTP",
            "URI": f"http://sandbox.localdomain:{listener.server_address[1]}/",
        },
    },
    me,
)
while True:
    _, event = call("GET", "/2020-01-01/extension/event/next", headers=me)
    note(event=event)
    if event["eventType"] == "SHUTDOWN":
        listener.shutdown()
        sys.exit(0)
