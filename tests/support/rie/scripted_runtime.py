"""A runtime that does what the event tells it: {"do": [[action, argument...], ...]}.

The statuses of the Runtime API calls it made so far are in the body of a ["statuses"] response.
Before the first event it does what $INIT_SCRIPT, a list of the same kind, says.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
statuses = []
request_id = ""


def call(method, path, body=None, headers={}):
    api.request(method, "/2018-06-01/runtime/" + path, body, headers)
    answer = api.getresponse()
    content = answer.read()
    statuses.append([answer.status, content.decode("utf-8", "replace")])
    return answer, content


def wait_for(file):
    while not os.path.exists(file):
        time.sleep(0.002)


def stream(pieces, trailers=""):
    api.putrequest("POST", f"/2018-06-01/runtime/invocation/{request_id}/response")
    api.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
    api.putheader("Transfer-Encoding", "chunked")
    api.putheader("Content-Type", "text/x-streamed")
    api.endheaders()
    for piece in pieces:
        if isinstance(piece, list):  # an action in the middle
            act(*piece)
            continue
        if piece == "begin trailers":
            api.send(b"0\r\nLambda-Runtime-Function-")
            continue
        if piece.startswith("wait for "):
            wait_for(piece[9:])
            continue
        api.send(b"%x\r\n%s\r\n" % (len(piece), piece.encode()))
    api.send(b"0\r\n" + trailers.encode() + b"\r\n")
    api.getresponse().read()


def act(action, *arguments):
    if action == "log":
        os.write(1, arguments[0].encode())
    elif action == "log stderr":
        os.write(2, arguments[0].encode())
    elif action == "flood":
        for _ in range(arguments[0] // 65536):
            os.write(1, b"x" * 65535 + b"\n")
    elif action == "respond":
        call("POST", f"invocation/{request_id}/response", arguments[0])
    elif action == "respond bytes":
        call("POST", f"invocation/{request_id}/response", b'"' + b"y" * (arguments[0] - 2) + b'"')
    elif action == "respond to":
        call("POST", f"invocation/{arguments[0]}/response", arguments[1])
    elif action == "respond statuses":
        call("POST", f"invocation/{request_id}/response", json.dumps(statuses))
    elif action == "respond headers":
        call("POST", f"invocation/{request_id}/response", json.dumps(dict(event_headers.items())))
    elif action == "respond environment":
        call("POST", f"invocation/{request_id}/response", json.dumps(dict(os.environ)))
    elif action == "error":
        call(
            "POST", f"invocation/{request_id}/error", arguments[1],
            {"Lambda-Runtime-Function-Error-Type": arguments[0]},
        )
    elif action == "init error":
        call(
            "POST", "init/error", arguments[1],
            {"Lambda-Runtime-Function-Error-Type": arguments[0]},
        )
    elif action == "stream":
        stream(*arguments)
    elif action == "exit":
        os._exit(arguments[0])
    elif action == "kill":
        os.kill(os.getpid(), signal.Signals[arguments[0]])
    elif action == "sleep":
        time.sleep(arguments[0])
    elif action == "signal parent":
        faults = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT}
        spared = {signal.SIGKILL, signal.SIGSTOP} | (set() if arguments[0] else faults)
        for number in signal.valid_signals() - spared:
            os.kill(os.getppid(), number)
            subprocess.run(["kill", f"-{int(number)}", str(os.getppid())], check=True)
    elif action == "spawn":  # a child that outlives its parent's wishes
        if os.fork() == 0:
            os.setsid()
            open(arguments[0], "w").write(str(os.getpid()))
            while True:
                time.sleep(60)
        while not os.path.exists(arguments[0]) or not open(arguments[0]).read():
            time.sleep(0.002)
    elif action == "wait for":
        wait_for(arguments[0])
    elif action == "hang up":
        api.close()
    elif action == "get":
        call("GET", arguments[0])
    else:
        raise ValueError(action)


for step in json.loads(os.environ.get("INIT_SCRIPT", "[]")):
    act(*step)
while True:
    answer, event = call("GET", "invocation/next")
    event_headers = answer.headers
    request_id = event_headers["Lambda-Runtime-Aws-Request-Id"]
    for step in json.loads(event).get("do", [["respond", event.decode()]]):
        act(*step)
