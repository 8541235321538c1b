"""start-lambda as its clients see it: boto3, the AWS CLI, curl; AWS's own decoder for streamed answers."""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: app, Timeout: 20}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Handler: main.worker, Runtime: python3.11, FunctionName: the-worker, AutoPublishAlias: live}
  Streamer:
    Type: AWS::Serverless::Function
    Properties: {Handler: index.handler, Runtime: nodejs18.x, Timeout: 5}
"""

PYTHON = """
import time

def worker(event, context):
    print("x" * event.get("log", 0), flush=True)
    time.sleep(event.get("seconds", 0))
    if event.get("fail"):
        raise RuntimeError("as asked")
    custom = context.client_context.custom if context.client_context else None
    return {"worked": event, "arn": context.invoked_function_arn, "custom": custom}
"""

NODE = """
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("one,");
  if (event.pause) await new Promise((done) => setTimeout(done, event.pause));
  if (event.fail) throw new Error("as asked");
  for (let line = 0; line < 1000; ++line) stream.write("two,");
  stream.end("three");
});
"""

# boto3 with one client; `call` gives what a test wants to know of an answer or of an error.
BOTO3 = """
import base64, boto3, botocore.config, botocore.exceptions, concurrent.futures, json
client = boto3.client("lambda", endpoint_url="URL", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x",
                      config=botocore.config.Config(retries={"max_attempts": 0}, max_pool_connections=100))
def call(**arguments):
    try:
        answer = client.invoke(**{"FunctionName": "Worker", "Payload": b"{}", **arguments})
    except botocore.exceptions.ClientError as error:
        return [error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"],
                error.response["Error"]["Message"], bool(error.response["ResponseMetadata"].get("RequestId"))]
    payload = answer["Payload"].read()
    return [answer["StatusCode"], json.loads(payload) if payload else None, answer.get("FunctionError"), answer.get("ExecutedVersion"),
            answer.get("LogResult"), bool(answer["ResponseMetadata"].get("RequestId"))]
"""

DECODE = """
import json, sys
from botocore.eventstream import EventStreamBuffer
buffer = EventStreamBuffer()
buffer.add_data(sys.stdin.buffer.read())
print(json.dumps([[event.headers[":event-type"], event.payload.decode()] for event in buffer]))
"""

STREAM = """
import boto3, json
client = boto3.client("lambda", endpoint_url="URL", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
answer = client.invoke_with_response_stream(FunctionName="Streamer", Payload=b"{}", LogType="Tail")
text, complete = b"", None
for event in answer["EventStream"]:
    text += event.get("PayloadChunk", {}).get("Payload", b"")
    complete = event.get("InvokeComplete", complete)
print(json.dumps([text.decode(), sorted(complete), answer["StatusCode"], answer["ExecutedVersion"]]))
"""

STREAMED = "one," + "two," * 1000 + "three"


class LambdaApi(SamaraTest):
    engine = "sandbox"
    more = ()

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", PYTHON)
        self.write("app/index.js", NODE)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def service(self, *arguments):
        return self.start("local", "start-lambda", "--port", self.port, *self.more, *arguments)

    def python(self, script, interpreter="/usr/bin/python3"):
        done = subprocess.run([interpreter, "-c", script.replace("URL", self.url)], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def boto3(self, calls):
        """The answers to `calls`, each the text of keyword arguments."""
        return self.python(BOTO3 + "print(json.dumps([" + ", ".join(f"call({call})" for call in calls) + "]))")

    def streamed(self, function, payload):
        """Status, headers and events of InvokeWithResponseStream, taken apart by botocore."""
        status, headers, body = curl(
            "-d", json.dumps(payload), f"{self.url}/2021-11-15/functions/{function}/response-streaming-invocations")
        if status != 200:
            return status, headers, body
        done = subprocess.run(["/usr/bin/python3", "-c", DECODE], input=body, capture_output=True, check=True)
        return status, headers, json.loads(done.stdout)

    def streams(self):
        status, headers, events = self.streamed("Streamer", {})
        self.assertEqual((status, headers["content-type"]), (200, "application/vnd.amazon.eventstream"))
        self.assertEqual({name for name, _ in events[:-1]}, {"PayloadChunk"})
        self.assertEqual("".join(payload for _, payload in events[:-1]), STREAMED)
        self.assertEqual(events[-1], ["InvokeComplete", "{}"])


class LambdaApiOfSandboxes(LambdaApi):
    def test_streamed_answers(self):
        with self.service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            self.streams()
            _, _, events = self.streamed("the-worker", {"a": 1})  # a function that does not stream
            self.assertEqual([name for name, _ in events], ["PayloadChunk", "InvokeComplete"])
            self.assertEqual(json.loads(events[0][1])["worked"], {"a": 1})
            _, _, events = self.streamed("Worker", {"fail": True})
            complete = json.loads(events[-1][1])
            self.assertEqual(complete["ErrorCode"], "Unhandled")
            self.assertEqual(json.loads(complete["ErrorDetails"])["errorMessage"], "as asked")
            status, headers, _ = self.streamed("Nobody", {})
            self.assertEqual((status, headers["x-amzn-errortype"]), (404, "ResourceNotFoundException"))

    def test_a_stream_reaches_the_client_while_the_function_runs(self):
        path = "/2021-11-15/functions/Streamer/response-streaming-invocations"
        with self.service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            client.request("POST", path, b'{"pause": 2000}', {"X-Amz-Log-Type": "Tail"})
            answer = client.getresponse()
            first = answer.read1()
            begin = time.monotonic()
            self.assertIn(b"one,", first)
            self.assertNotIn(b"InvokeComplete", first)
            rest = answer.read()
            self.assertIn(b"InvokeComplete", rest)
            self.assertIn(b"LogResult", rest)
            self.assertGreater(time.monotonic() - begin, 1.5, "the rest came later")
            self.assertGreater(float(re.search(r"invocations 200 ([0-9.]+) ms Streamer", service.wait_for_line("ms Streamer"))[1]), 1500)
            # What was written reaches the client, whatever happens after.
            for payload, told in (({"fail": True}, "as asked"), ({"pause": 60000}, "Task timed out after 5.00 seconds")):
                _, _, events = self.streamed("Streamer", payload)
                self.assertEqual(events[0], ["PayloadChunk", "one,"])
                complete = json.loads(events[-1][1])
                self.assertEqual(complete["ErrorCode"], "Unhandled")
                self.assertIn(told, complete["ErrorDetails"])
            # A client that goes away ends nothing but its own answer.
            client.request("POST", path, b'{"pause": 1000}')
            answer = client.getresponse()
            answer.read1()
            answer.close()
            client.close()
            self.streams()
            service.wait_for_line("the client went away")
            self.assertEqual(service.stop(), 0)

    def test_streamed_answers_with_boto3(self):
        able = [path for path in filter(None, (shutil.which("python3"), "/usr/bin/python3")) if subprocess.run(
            [path, "-c", "import boto3; boto3.client('lambda', region_name='x').invoke_with_response_stream"],
            capture_output=True).returncode == 0]
        if not able:
            self.skipTest("no boto3 here knows invoke_with_response_stream; AWS's decoder is tested without it")
        with self.service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.python(STREAM, able[0]), [STREAMED, ["LogResult"], 200, "$LATEST"])

    def test_names_and_qualifiers(self):
        with self.service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            arn = "arn:aws:lambda:us-east-1:123456789012:function:"
            names = ["Worker", "the-worker", "the-worker:live", "function:Worker", "123456789012:function:the-worker",
                     arn + "the-worker", arn + "Worker:$LATEST", arn + "the-worker:1"]
            for name, answer in zip(names, self.boto3([f"FunctionName='{name}'" for name in names])):
                self.assertEqual(answer[0], 200, (name, answer))
            answers = self.boto3(["", "Qualifier='live'", "Qualifier='$LATEST'", "Qualifier='1'", "FunctionName='the-worker:live'"])
            self.assertEqual(
                [(a[0], a[1]["arn"].removeprefix(arn), a[3], a[5]) for a in answers],
                [(200, "the-worker", "$LATEST", True), (200, "the-worker:live", "1", True),
                 (200, "the-worker:$LATEST", "$LATEST", True), (200, "the-worker:1", "1", True), (200, "the-worker:live", "1", True)])
            unknown = self.boto3(["Qualifier='7'", "FunctionName='Worker:dead'", "Qualifier='1', FunctionName='Worker:live'",
                                  "FunctionName='Streamer', Qualifier='1'"])
            self.assertEqual([answer[:2] for answer in unknown],
                             [[404, "ResourceNotFoundException"]] * 2 +
                             [[400, "InvalidParameterValueException"], [404, "ResourceNotFoundException"]])
            self.assertEqual(unknown[1][2], f"Function not found: {arn}the-worker:dead")

    def test_tail_context_and_errors_of_the_function(self):
        context = base64.b64encode(b'{"custom": {"who": "me"}}').decode()
        with self.service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            plain, tail, failed, known = self.boto3([
                "Payload=b'{}'", "LogType='Tail', Payload=b'{\"log\": 9000}'", "Payload=b'{\"fail\": true}', LogType='Tail'",
                f"ClientContext='{context}'"])
            self.assertIsNone(plain[4])
            log = base64.b64decode(tail[4])
            self.assertTrue(log.endswith(b"\n") and b"REPORT RequestId" in log and b"xxxx" in log)
            self.assertEqual(len(log), 4096)
            self.assertEqual((failed[0], failed[1]["errorType"], failed[2]), (200, "RuntimeError", "Unhandled"))
            self.assertIn(b"as asked", base64.b64decode(failed[4]))
            self.assertEqual(known[1]["custom"], {"who": "me"})

    def test_refusals(self):
        with self.service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            nobody, content, large, event, dry, bad_dry = self.boto3([
                "FunctionName='Nobody'", "Payload=b'{not json'", "Payload=json.dumps('x' * 6300000)",
                "Payload=json.dumps('x' * 1100000), InvocationType='Event'", "InvocationType='DryRun'",
                "FunctionName='Nobody', InvocationType='DryRun'"])
            self.assertEqual(nobody, [404, "ResourceNotFoundException",
                                      "Function not found: arn:aws:lambda:us-east-1:123456789012:function:Nobody", True])
            no_context = self.boto3(["ClientContext='!'", "ClientContext='WzFd'"])  # no base64, and a list
            self.assertEqual(no_context, [[400, "InvalidRequestContentException",
                                           "Client context must be a valid Base64-encoded JSON object.", True]] * 2)
            self.assertEqual(content[:2], [400, "InvalidRequestContentException"])
            self.assertIn("Could not parse request body into json: ", content[2])
            self.assertEqual(large[:2], [413, "RequestTooLargeException"])
            self.assertIn("6291456", large[2])
            self.assertEqual(event[:2], [413, "RequestTooLargeException"])
            self.assertEqual(dry[:2], [204, None])
            self.assertEqual(bad_dry[0], 404)
            for method, path, status, code in (
                    ("GET", "/2015-03-31/functions/Worker/invocations", 405, "MethodNotAllowedException"),
                    ("GET", "/2015-03-31/functions/Worker", 404, "PathNotFoundException"),
                    ("POST", "/", 404, "PathNotFoundException"),
                    ("POST", "/2015-03-31/functions//invocations", 404, "PathNotFoundException"),
                    ("POST", "/2015-03-31/functions/..%2f..%2fetc/invocations", 404, "ResourceNotFoundException")):
                answer, headers, body = curl("--path-as-is", "-X", method, self.url + path)
                self.assertEqual((answer, headers["x-amzn-errortype"]), (status, code), path)
                self.assertIn("x-amzn-requestid", headers)
                self.assertEqual(sorted(json.loads(body)), ["Message", "Type"])

    def test_other_verbs_of_the_aws_cli(self):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "x",
                       "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1"}
        with self.service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            for verb in (["list-functions"], ["get-function", "--function-name", "Worker"]):
                done = subprocess.run(["/usr/bin/aws", "lambda", *verb, "--endpoint-url", self.url],
                                      capture_output=True, text=True, env=environment)
                self.assertIn("PathNotFoundException", done.stderr)
                self.assertIn("only Invoke and InvokeWithResponseStream are answered here", done.stderr)

    def test_a_hundred_at_once(self):
        with self.service("--max-concurrency", "8") as service:
            service.wait_for_line("Press CTRL+C to quit")
            answers = self.python(BOTO3 + (
                "with concurrent.futures.ThreadPoolExecutor(100) as pool:\n"
                "    answers = list(pool.map(lambda n: call(Payload=json.dumps({'n': n, 'seconds': 1})), range(100)))\n"
                "print(json.dumps(answers))\n"))
            self.assertEqual({answer[0] for answer in answers}, {200}, "nobody is refused")
            for number, answer in enumerate(answers):
                self.assertEqual(answer[1]["worked"]["n"], number)
            self.assertLessEqual(len([p for p in self.temporary.iterdir() if "sandbox" in p.name]), 8)
            self.assertEqual(service.stop(), 0)
        self.assert_nothing_left()


class LambdaApiOfContainers(LambdaApi):
    engine = "docker"

    def setUp(self):
        needs_docker()
        super().setUp()
        self.more = ("--invoke-image", f"Worker={STAND_IN}/python:3.11", "--invoke-image", f"Streamer={STAND_IN}/nodejs:18",
                     "--skip-pull-image")

    def test_streamed_and_whole_answers(self):
        with self.service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            self.streams()
            self.assertEqual(self.boto3(["Payload=b'{\"n\": 1}'"])[0][1]["worked"], {"n": 1})
            self.assertEqual(service.stop(seconds=10), 0)
        self.assert_nothing_left(service.process.pid)



class WebPages(SamaraTest):
    """Pages in the user's browser may not call functions; programs and containers may."""

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", PYTHON)
        self.port = free_port()

    def status(self, *headers, address=None):
        address = address or f"127.0.0.1:{self.port}"
        arguments = [part for header in headers for part in ("-H", header)]
        return curl(*arguments, "-d", "{}", f"http://{address}/2015-03-31/functions/Worker/invocations")[0]

    def test_are_kept_out(self):
        with self.start("local", "start-lambda", "--port", self.port, "--allow-host", "Lambda.example.com") as server:
            server.wait_for_line("Press CTRL+C to quit")
            for headers in ((), ("Host: localhost",), ("Host: host.docker.internal:3001",), ("Host: lambda.example.com",),
                            ("Host: [::1]:9",), (f"Origin: http://127.0.0.1:{self.port}",), ("Sec-Fetch-Site: none",)):
                self.assertEqual(self.status(*headers), 200, headers)
            for headers in (("Host: evil.example",), ("Host: example.com",), ("Origin: https://evil.example",),
                            ("Origin: null",), ("Origin: http://127.0.0.1:1",), ("Sec-Fetch-Site: cross-site",),
                            ("Sec-Fetch-Site: same-site",), ("Referer: https://evil.example/",)):
                self.assertEqual(self.status(*headers), 403, headers)
            status, _, body = curl("-H", "Host: box", f"http://127.0.0.1:{self.port}/")
            self.assertEqual(status, 403)
            self.assertIn("--allow-host box", json.loads(body)["Message"])
            server.wait_for_line("--allow-host box")

    def test_of_every_address_of_this_machine(self):
        addresses = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()
        with self.start("local", "start-lambda", "--port", self.port, "--host", "0.0.0.0") as server:
            server.wait_for_line("Press CTRL+C to quit")
            for address in (a for a in addresses if ":" not in a):
                self.assertEqual(self.status(address=f"{address}:{self.port}"), 200, address)

    def test_are_kept_out_of_the_one_beside_start_api(self):
        self.write("template.yaml", TEMPLATE.replace(
            "FunctionName: the-worker, AutoPublishAlias: live}",
            "FunctionName: the-worker, Events: {G: {Type: HttpApi, Properties: {Path: /x, Method: get}}}}"))
        api_port = free_port()
        with self.start("local", "start-api", "--port", api_port, "--local-lambda", "--allow-host", "box") as server:
            line = server.wait_for_line("The functions reach each other at ")
            server.wait_for_line("Press CTRL+C to quit")
            self.port = int(line.rsplit(":", 1)[1])
            for header, expected in (("Host: localhost", 200), ("Host: box", 200), ("Host: evil.example", 403),
                                     ("Origin: https://evil.example", 403)):
                self.assertEqual(self.status(header), expected, header)
            # Routes of an API refuse nothing by themselves.
            for header in ("Host: tunnel.example", "Origin: https://other.example", "Sec-Fetch-Site: cross-site"):
                self.assertNotEqual(curl("-H", header, f"http://127.0.0.1:{api_port}/x")[0], 403, header)

    def test_what_is_no_host_is_refused(self):
        for command in ("invoke", "start-api", "start-lambda"):
            done = self.samara("local", command, "--allow-host", "http://x", code=2)
            self.assertIn("--allow-host", done.stderr)


if __name__ == "__main__":
    unittest.main()
