"""Debuggers attach to functions: Node's inspector over a WebSocket, Python's debugpy over its protocol."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from inspector import Inspector, connect, receive  # noqa: E402
from samara_e2e import STAND_IN, SamaraTest, free_port, needs_docker, wait_for  # noqa: E402

DEBUGPY = pathlib.Path("/usr/lib/python3/dist-packages")

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  NodeFn:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: node, Handler: index.handler, Runtime: nodejs18.x, Timeout: 1}
  PythonFn:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: python, Handler: main.handler, Runtime: python3.11, Timeout: 1}
"""

PYTHON = """
import os
def handler(event, context):
    secret = 41
    return {"answer": secret + 1, "for_debugging": os.environ.get("FOR_DEBUGGING")}
"""
BREAKPOINT_LINE = 5

NODE = "exports.handler = async () => ({ answer: globalThis.told, options: process.env.NODE_OPTIONS });\n"


class DebugAdapter:
    """The Debug Adapter Protocol, as debugpy speaks it."""

    def __init__(self, port):
        self.socket = connect(port)
        self.stream = self.socket.makefile("rb")
        self.count = 0
        self.messages = []

    def message(self):
        length = 0
        while line := receive(self.stream, 1) + self.stream.readline():
            if not line.strip():
                break
            name, value = line.decode().split(":")
            length = int(value) if name == "Content-Length" else length
        message = json.loads(receive(self.stream, length))
        self.messages.append(message)
        return message

    def request(self, command, **arguments):
        self.count += 1
        body = json.dumps({"seq": self.count, "type": "request", "command": command, "arguments": arguments}).encode()
        self.socket.sendall(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return self.count

    def response(self, to):
        while True:
            for message in self.messages:
                if message["type"] == "response" and message["request_seq"] == to:
                    if not message["success"]:
                        raise AssertionError(message)
                    return message.get("body", {})
            self.message()

    def event(self, name):
        while True:
            for message in self.messages:
                if message["type"] == "event" and message["event"] == name:
                    return message.get("body", {})
            self.message()

    def close(self):
        self.stream.close()
        self.socket.close()


class Cases:
    engine = ""

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE)
        self.write("python/main.py", PYTHON)
        self.write("node/index.js", NODE)
        self.port = free_port()

    def images(self, image):
        return ["--invoke-image", f"{STAND_IN}/{image}", "--skip-pull-image"] if self.engine == "docker" else []

    def invoke(self, function, *options):
        return self.start("local", "invoke", function, "--debug-port", self.port, *options)

    def result(self, program):
        line = program.wait_for_line('{"answer')
        self.assertEqual(program.process.wait(20), 0, program.output())
        return json.loads(line)

    def evaluate_in_node(self):
        inspector = Inspector(self.port)
        self.addCleanup(inspector.close)
        inspector.call("Runtime.enable")
        inspector.call("Debugger.enable")
        evaluated = inspector.call("Runtime.evaluate", expression="globalThis.told = 6 * 7")
        self.assertEqual(evaluated["result"]["value"], 42)
        return inspector

    def test_node_stops_before_its_first_line(self):
        with self.invoke("NodeFn", *self.images("nodejs:18")) as program:
            inspector = self.evaluate_in_node()
            inspector.call("Runtime.runIfWaitingForDebugger")
            inspector.wait_for_event("Debugger.paused")
            inspector.call("Debugger.resume")
            answer = self.result(program)
        self.assertEqual(answer["answer"], 42)
        self.assertIn("--inspect-brk=", answer["options"])
        self.assert_nothing_left(program.process.pid)

    def test_python_stops_at_a_breakpoint(self):
        if not (DEBUGPY / "debugpy").is_dir():
            self.skipTest("python3-debugpy is not installed")
        self.write("debug.json", json.dumps({"PYTHONPATH": "/tmp/lambci_debug_files", "FOR_DEBUGGING": "yes"}))
        with self.invoke(
                "PythonFn", *self.images("python:3.11"), "--debugger-path", DEBUGPY, "--container-env-vars", "debug.json",
                "--debug-args", f"-m debugpy --listen 0.0.0.0:{self.port} --wait-for-client") as program:
            adapter = self.attach()
            stopped = adapter.event("stopped")
            self.assertEqual(stopped["reason"], "breakpoint")
            trace = adapter.response(adapter.request("stackTrace", threadId=stopped["threadId"]))
            frame = trace["stackFrames"][0]
            self.assertEqual((frame["name"], frame["line"]), ("handler", BREAKPOINT_LINE))
            value = adapter.response(adapter.request("evaluate", expression="secret", frameId=frame["id"]))
            self.assertEqual(value["result"], "41")
            adapter.response(adapter.request("evaluate", expression="secret = 1", frameId=frame["id"], context="repl"))
            adapter.request("continue", threadId=stopped["threadId"])
            self.assertEqual(self.result(program), {"answer": 2, "for_debugging": "yes"})
        self.assert_nothing_left(program.process.pid)

    def attach(self):
        # A forwarded port may accept before debugpy listens behind it, and then closes.
        def attempt():
            adapter = DebugAdapter(self.port)
            try:
                adapter.response(adapter.request("initialize", adapterID="test", pathFormat="path"))
            except (AssertionError, OSError):
                adapter.close()
                return None
            self.addCleanup(adapter.close)
            return adapter
        adapter = wait_for(attempt, "debugpy")
        attached = adapter.request("attach", justMyCode=False)
        adapter.event("initialized")
        adapter.response(adapter.request(
            "setBreakpoints", source={"path": "/var/task/main.py"}, breakpoints=[{"line": BREAKPOINT_LINE}]))
        adapter.response(adapter.request("configurationDone"))
        adapter.response(attached)
        return adapter


class Sandbox(Cases, SamaraTest):
    engine = "sandbox"

    def test_options_that_cannot_be_used(self):
        for path, words in (("none", "No such file or directory"), ("template.yaml", "Not a directory")):
            bad = self.samara("local", "invoke", "PythonFn", "--debugger-path", path, "-d", "5678", code=1)
            self.assertIn(f"Error: --debugger-path: {path}: {words}", bad.stderr)
        bad = self.samara("local", "invoke", "PythonFn", "--layer-cache-basedir", "template.yaml", code=2)
        self.assertIn("--layer-cache-basedir: template.yaml is no folder", bad.stderr)
        self.write("debug.json", '{"FOR_DEBUGGING": "no"}')
        idle = self.samara("local", "invoke", "PythonFn", "--container-env-vars", "debug.json", "--debugger-path", "none")
        self.assertIn("without --debug-port it is not used", idle.stderr)
        self.assertIsNone(json.loads(idle.stdout)["for_debugging"])


class Docker(Cases, SamaraTest):
    engine = "docker"

    def setUp(self):
        needs_docker()
        super().setUp()

    def test_image_function(self):
        name = f"samara-test-debug-{os.getpid()}"
        self.write("image/index.js", NODE)
        self.write("image/Dockerfile", f"FROM {STAND_IN}/nodejs:18\nCOPY index.js /var/task/\nCMD [\"index.handler\"]\n")
        self.addCleanup(subprocess.run, ["docker", "rmi", "-f", name, f"{name}:rapid-x86_64"], capture_output=True)
        subprocess.run(["docker", "build", "-q", "-t", name, self.project / "image"], check=True, capture_output=True,
                       env={**os.environ, "DOCKER_BUILDKIT": "0"})
        self.write("template.yaml", f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  ImageFn:
    Type: AWS::Serverless::Function
    Properties: {{PackageType: Image, ImageUri: {name}}}
""")
        options = f"--inspect-brk=0.0.0.0:{self.port}"
        self.write("debug.json", json.dumps({"ImageFn": {"NODE_OPTIONS": options}}))
        with self.invoke("ImageFn", "--container-env-vars", "debug.json") as program:
            inspector = self.evaluate_in_node()
            inspector.call("Runtime.runIfWaitingForDebugger")
            inspector.wait_for_event("Debugger.paused")
            inspector.call("Debugger.resume")
            self.assertEqual(self.result(program), {"answer": 42, "options": options})
        self.assert_nothing_left(program.process.pid)


if __name__ == "__main__":
    unittest.main()
