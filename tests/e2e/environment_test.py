"""One function, every way it can end, on both engines: the result, the log, and nothing left behind."""
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: app
      Handler: main.handler
      Runtime: python3.11
      Timeout: 3
      MemorySize: 256
      Environment: {Variables: {GREETING: hello, EMPTY: ''}}
  Roomy:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: app, Handler: main.handler, Runtime: python3.11, Timeout: 60, MemorySize: 2048}
  NodeFn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: node
      Handler: index.handler
      Runtime: nodejs18.x
"""

PYTHON = '''
import http.client, json, os, signal, socket, stat, subprocess, sys, time

def handler(event, context):
    what = event.get("do", "echo")
    if what == "echo":
        print("a line of log")
        return {"event": event, "greeting": os.environ["GREETING"], "local": os.environ["AWS_SAM_LOCAL"],
                "name": context.function_name, "memory": context.memory_limit_in_mb,
                "remaining": context.get_remaining_time_in_millis(), "arn": context.invoked_function_arn,
                "id": context.aws_request_id, "cwd": os.getcwd()}
    if what == "raise":
        raise ValueError("on purpose")
    if what == "exit":
        sys.exit(1)
    if what == "kill":
        os.kill(os.getpid(), 9)
    if what == "sleep":
        open(os.path.join("/tmp", "started"), "w").close()
        print("sleeping", flush=True)
        time.sleep(event.get("seconds", 60))
    if what == "eat":
        hog = []
        while True:
            hog.append(bytearray(16 * 1024 * 1024))
            for i in range(0, len(hog[-1]), 4096):
                hog[-1][i] = 1
    if what == "child":
        hold = "import time; held = b'x' * (100 << 20); time.sleep(0.3)"
        subprocess.run([sys.executable, "-c", hold], check=True)
    if what == "file":
        with open("/tmp/large", "wb") as file:
            for _ in range(100):
                file.write(bytes(1 << 20))
        time.sleep(0.3)
        os.unlink("/tmp/large")
    if what == "write":
        open("/var/task/new", "w")
    if what == "close":
        # What the runtime client speaks to the Runtime API with is its only connection.
        for number in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    socket.socket(fileno=os.dup(number)).shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        return "closed"
    if what == "answer":
        # Answers by itself; the runtime client answers a second time.
        api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        identifier = event.get("id") or context.aws_request_id
        api.request("POST", f"/2018-06-01/runtime/invocation/{identifier}/response", '"the first"')
        print("status", api.getresponse().status, flush=True)
        return "the second"
    if what == "print":
        for _ in range(100):
            sys.stdout.write("p" * (1024 * 1024 - 1) + "\\n")
        return "printed"
    if what == "fork":
        children = []
        try:
            for _ in range(2000):
                child = os.fork()
                if child == 0:
                    signal.pause()
                    os._exit(0)
                children.append(child)
        except BlockingIOError:
            return len(children)
    if what == "fill":
        with open("/tmp/full", "wb") as file:
            for _ in range(600):
                file.write(bytes(1024 * 1024))
    if what == "unserialisable":
        return object()
    return None
'''

NODE = """
exports.handler = async (event, context) => ({ got: event, name: context.functionName, node: true });
"""


class Cases:
    """What holds on every engine; the classes below choose one."""

    engine = ""

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", PYTHON)
        self.write("node/index.js", NODE)

    def options(self, function="Fn"):
        if self.engine == "docker":
            image = "nodejs:18" if function == "NodeFn" else "python:3.11"
            return ["--invoke-image", f"{STAND_IN}/{image}", "--skip-pull-image"]
        return []

    def invoke(self, event, function="Fn", **options):
        arguments = ["local", "invoke", function, "-e", "-", *self.options(function)]
        result = self.samara(*arguments, input=json.dumps(event), **options)
        self.assert_nothing_left()
        return result

    def start_sleeping(self):
        self.write("event.json", json.dumps({"do": "sleep"}))
        context = self.start("local", "invoke", "Fn", "-e", "event.json", "--no-memory-limit",
                             *self.options(), environment={"SAM_DEBUG": ""})
        return context

    def test_echo(self):
        result = self.invoke({"do": "echo", "ü": "é"}, environment={"GREETING": "from the shell"})
        answer = json.loads(result.stdout)
        self.assertEqual(answer["event"], {"do": "echo", "ü": "é"})
        self.assertEqual(answer["greeting"], "from the shell")
        self.assertEqual(answer["local"], "true")
        self.assertEqual(answer["name"], "Fn")
        self.assertEqual(answer["memory"], "256")
        self.assertEqual(answer["cwd"], "/var/task")
        self.assertEqual(answer["arn"], "arn:aws:lambda:us-east-1:123456789012:function:Fn")
        self.assertTrue(0 < answer["remaining"] <= 3000, answer)
        self.assertIn("a line of log", result.stderr)
        self.assertIn(f"START RequestId: {answer['id']} Version: $LATEST", result.stderr)
        self.assertIn(f"END RequestId: {answer['id']}", result.stderr)
        self.assertRegex(result.stderr, rf"REPORT RequestId: {answer['id']}\s+(Init Duration|Duration): [\d.]+ ms")
        self.assertRegex(result.stderr, r"Memory Size: 256 MB")

    def test_env_vars_file(self):
        self.write("env.json", json.dumps({"Parameters": {"GREETING": "for all"}, "Fn": {"GREETING": "for Fn"}}))
        result = self.samara("local", "invoke", "Fn", "--env-vars", "env.json", *self.options())
        self.assertEqual(json.loads(result.stdout)["greeting"], "for Fn")

    def test_lifted_limits(self):
        self.write("event.json", json.dumps({"pad": "x" * (7 * 1024 * 1024)}))
        call = ["local", "invoke", "Fn", "-e", "event.json", "--no-memory-limit", *self.options()]
        self.assertNotIn("xxx", self.samara(*call, code=None).stdout)
        self.assertEqual(len(json.loads(self.samara(*call, "--no-limits").stdout)["event"]["pad"]), 7 * 1024 * 1024)
        self.assert_nothing_left()

    def test_node(self):
        answer = json.loads(self.invoke({"a": 1}, "NodeFn").stdout)
        self.assertEqual(answer, {"got": {"a": 1}, "name": "NodeFn", "node": True})

    def test_handler_that_raises(self):
        result = self.invoke({"do": "raise"})
        answer = json.loads(result.stdout)
        self.assertEqual(answer["errorType"], "ValueError")
        self.assertEqual(answer["errorMessage"], "on purpose")
        self.assertIn("on purpose", result.stderr)

    def test_result_that_json_cannot_hold(self):
        self.assertEqual(json.loads(self.invoke({"do": "unserialisable"}).stdout)["errorType"], "Runtime.MarshalError")

    def test_process_that_exits(self):
        answer = json.loads(self.invoke({"do": "exit"}).stdout)
        self.assertEqual(answer["errorType"], "Runtime.ExitError")
        self.assertRegex(answer["errorMessage"], r"RequestId: [-0-9a-f]+ Error: Runtime exited with error: exit status 1")

    def test_process_that_is_killed(self):
        answer = json.loads(self.invoke({"do": "kill"}).stdout)
        self.assertEqual(answer["errorType"], "Runtime.ExitError")
        self.assertIn("signal: killed", answer["errorMessage"])

    def test_time_out(self):
        result = self.invoke({"do": "sleep"})
        self.assertEqual(result.stdout, "")
        self.assertIn("Task timed out after 3.00 seconds", result.stderr)
        self.assertIn("Function 'Fn' timed out after 3 seconds", result.stderr)

    def test_out_of_memory(self):
        answer = json.loads(self.invoke({"do": "eat"}).stdout)
        self.assertRegex(answer["errorType"], r"Runtime.OutOfMemory|Runtime.ExitError|MemoryError")

    def test_memory_of_a_child_that_has_ended_is_reported_and_that_of_a_file_is_not(self):
        def most(what):
            result = self.invoke({"do": what}, function="Roomy")
            return int(re.search(r"Max Memory Used: (\d+) MB", result.stderr)[1])

        self.assertTrue(100 < most("child") < 170)
        self.assertTrue(5 < most("file") < 60)

    def test_connection_to_the_runtime_api_that_is_closed(self):
        answer = json.loads(self.invoke({"do": "close"}).stdout)
        self.assertEqual(answer["errorType"], "Runtime.ExitError")
        self.assertIn("Runtime exited with error: exit status 1", answer["errorMessage"])

    def test_answer_that_comes_twice(self):
        port = free_port()
        with self.serve(port) as program:
            program.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.call(port, {"do": "answer"}, "Fn"), (200, "the first"))
            for number in range(3):  # the second one is nobody's answer
                status, body = self.call(port, {"do": "echo", "number": number}, "Fn")
                self.assertEqual((status, body.get("event")), (200, {"do": "echo", "number": number}))
            self.assertEqual(program.stop(), 0)
        self.assert_nothing_left(program.process.pid)

    def test_answer_for_another_request(self):
        result = self.invoke({"do": "answer", "id": "00000000-0000-4000-8000-000000000000"})
        self.assertEqual(json.loads(result.stdout), "the second")
        self.assertIn("status 400", result.stderr)

    def test_hundred_megabytes_of_log(self):
        result = self.invoke({"do": "print"}, function="Roomy")
        self.assertEqual(json.loads(result.stdout), "printed")
        self.assertEqual(result.stderr.count("p" * (1024 * 1024 - 1)), 100)

    def test_two_thousand_processes(self):
        forked = json.loads(self.invoke({"do": "fork"}, function="Roomy").stdout)
        self.assertTrue(900 < forked < 1024, forked)

    def test_temporary_folder_that_is_full(self):
        answer = json.loads(self.invoke({"do": "fill"}, function="Roomy").stdout)
        self.assertEqual(answer["errorType"], "OSError")
        self.assertIn("No space left on device", answer["errorMessage"])

    def test_code_is_read_only(self):
        self.assertEqual(json.loads(self.invoke({"do": "write"}).stdout)["errorType"], "OSError")
        self.assertFalse((self.project / "app/new").exists())

    def test_module_that_is_missing(self):
        self.write("app/main.py", "import not_there\n")
        answer = json.loads(self.invoke({}).stdout)
        self.assertEqual(answer["errorType"], "Runtime.ImportModuleError")
        self.assertIn("not_there", answer["errorMessage"])

    def test_interrupted_in_the_middle(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                with self.start_sleeping() as program:
                    program.wait_for_line("sleeping")
                    self.assertNotEqual(program.stop(number, 10), 0)
                self.assert_nothing_left(program.process.pid)

    def serve(self, port, *arguments):
        return self.start("local", "start-lambda", "--port", port, *arguments, *self.options())

    def call(self, port, event, function="Roomy", *options):
        """Status and decoded body of one call of the Lambda service."""
        status, _, body = curl(f"http://127.0.0.1:{port}/2015-03-31/functions/{function}/invocations",
                               "-d", json.dumps(event), *options)
        return status, json.loads(body or "null")

    def kill_while_three_run(self):
        """A service that got SIGKILL in the middle of calls of three environments."""
        port = free_port()
        with self.serve(port) as program:
            program.wait_for_line("Press CTRL+C to quit")
            for _ in range(3):
                self.call(port, {"do": "sleep"}, "Roomy", "-H", "X-Amz-Invocation-Type: Event")
            wait_for(lambda: program.output().count("sleeping") == 3, "three calls that go on")
            os.kill(program.process.pid, signal.SIGKILL)
            program.process.wait()
        return program

    def environments_of(self, program):
        raise NotImplementedError

    def test_a_hundred_calls_at_once(self):
        port = free_port()
        answers, most = [], 0
        with self.serve(port, "--max-concurrency", "10") as program:
            program.wait_for_line("Press CTRL+C to quit")

            def once(number):
                status, body = self.call(port, {"do": "echo", "number": number}, "Fn")
                return None if status == 429 else (status, body["event"]["number"], body["id"])

            def ask(number):  # who is told to come back later does so
                return wait_for(lambda: once(number), f"the answer to call {number}", 120)

            with concurrent.futures.ThreadPoolExecutor(100) as callers:
                calls = [callers.submit(ask, number) for number in range(100)]
                while not all(call.done() for call in calls):
                    most = max(most, self.environments_of(program))
                answers = [call.result() for call in calls]
            self.assertEqual([answer[:2] for answer in answers], [(200, number) for number in range(100)])
            self.assertEqual(len({answer[2] for answer in answers}), 100, "a request id twice")
            self.assertTrue(1 < most <= 10, most)
            self.assertEqual(program.stop(), 0)
        self.assert_nothing_left(program.process.pid)

    def test_log_file(self):
        result = self.samara("local", "invoke", "Fn", "--log-file", "out.log", *self.options()).stdout
        log = (self.project / "out.log").read_text()
        self.assertIn("a line of log", log)
        self.assertTrue(result.strip() and log.endswith(result), log)


class OnTheSandbox(Cases, SamaraTest):
    engine = "sandbox"

    def environments_of(self, program):
        return len(list(self.temporary.glob("samara-*sandbox*")))

    def test_interpreter_of_another_version(self):
        self.write("template.yaml", TEMPLATE.replace("python3.11", "python3.8"))
        result = self.invoke({"do": "echo"})
        self.assertEqual(result.stderr.count("runtime python3.8 is not installed here"), 1, result.stderr)
        self.write("template.yaml", TEMPLATE.replace("python3.11", "python3.13"))
        refused = self.samara("local", "invoke", "Fn", "--strict", code=1)
        self.assertIn("Error: runtime python3.13 is not installed here: ", refused.stderr)
        self.assert_nothing_left()

    def test_killed_without_mercy_is_swept_by_the_next(self):
        self.kill_while_three_run()
        wait_for(lambda: not self.processes_of_this_test(), "the end of the sandboxes", 10)
        self.assertEqual(len(list(self.temporary.iterdir())), 3, "folders that nobody could remove")
        self.invoke({"do": "echo"})


class OnDocker(Cases, SamaraTest):
    engine = "docker"

    def environments_of(self, program):
        return len(self.containers_of(program.process.pid))

    def setUp(self):
        needs_docker()
        super().setUp()

    def test_container_is_named(self):
        result = self.invoke({"do": "echo"})
        self.assertTrue(re.search(r"^SAM_CONTAINER_ID: [0-9a-f]{12,}$", result.stderr, re.M), result.stderr)

    def test_killed_without_mercy_is_swept_by_the_next(self):
        program = self.kill_while_three_run()
        self.assertEqual(len(self.containers_of(program.process.pid)), 3, "the engine goes on without us")
        self.invoke({"do": "echo"})
        self.assertEqual(self.containers_of(program.process.pid), [])


if __name__ == "__main__":
    unittest.main()
