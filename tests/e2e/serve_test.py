"""start-api and start-lambda as their users see them: edits, signals, TLS, the real AWS CLI and boto3."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.11, CodeUri: app}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.handler
      Events:
        Get: {Type: HttpApi, Properties: {Path: '/things/{id}', Method: get}}
        Rest: {Type: Api, Properties: {Path: /rest, Method: post}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.worker
      FunctionName: the-worker
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig:
          OnSuccess: {Type: Lambda, Destination: !GetAtt Recorder.Arn}
          OnFailure: {Type: SQS, Destination: 'arn:aws:sqs:us-east-1:123456789012:failures'}
  Recorder:
    Type: AWS::Serverless::Function
    Properties: {Handler: main.recorder}
"""

CODE = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"version": "VERSION", "id": (event.get("pathParameters") or {}).get("id"),
            "format": event.get("version"), "method": event.get("httpMethod")})}

def recorder(event, context):
    print("recorded " + json.dumps(event, sort_keys=True), flush=True)

def worker(event, context):
    print("asked as " + context.aws_request_id, flush=True)
    if event.get("fail"):
        raise RuntimeError("as asked")
    return {"worked": event, "arn": context.invoked_function_arn}
"""


class Serving(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", CODE.replace("VERSION", "one"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def api(self, *arguments):
        return self.start("local", "start-api", "--port", self.port, *arguments)

    def body(self, path="/things/7", *arguments):
        status, _, body = curl(*arguments, self.url + path)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def test_routes_of_both_kinds(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertIn(f"Mounting Fn at {self.url}/things/{{id}} [GET]", api.output())
            self.assertIn(f"Mounting Fn at {self.url}/rest [POST]", api.output())
            self.assertEqual(self.body("/things/a%20b"), {"version": "one", "id": "a b", "format": "2.0", "method": None})
            self.assertEqual(self.body("/rest", "-X", "POST", "-d", "{}")["method"], "POST")
            self.assertEqual(api.stop(signal.SIGINT), 0)
        self.assert_nothing_left()

    def test_edits_are_taken_up_by_the_next_request(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.body()["version"], "one")
            self.write("app/main.py", CODE.replace("VERSION", "two"))
            wait_for(lambda: self.body()["version"] == "two", "the edited code", 5)
            self.write("template.yaml", TEMPLATE.replace("/things/", "/items/"))
            wait_for(lambda: curl(self.url + "/items/1")[0] == 200, "the edited route", 5)
            self.assertEqual(curl(self.url + "/things/1")[0], 403)  # the REST API answers for no route
            self.write("template.yaml", "Resources: [broken\n")
            api.wait_for_line("what was served before is still served")
            self.assertEqual(curl(self.url + "/items/1")[0], 200)
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_https(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
             "-keyout", str(self.folder / "key.pem"), "-out", str(self.folder / "cert.pem")],
            check=True, capture_output=True)
        with self.api("--ssl-cert-file", self.folder / "cert.pem", "--ssl-key-file", self.folder / "key.pem") as api:
            api.wait_for_line("Press CTRL+C to quit")
            status, _, body = curl("--cacert", str(self.folder / "cert.pem"), "--resolve", f"localhost:{self.port}:127.0.0.1",
                                   f"https://localhost:{self.port}/things/1")
            self.assertEqual(status, 200, body)
            self.assertEqual(api.stop(), 0)

    def test_eager_functions_are_warm_at_the_first_request(self):
        with self.api("--warm-containers", "EAGER") as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.body()
            api.wait_for_line("Fn warm")

    def lambda_service(self, *arguments):
        return self.start("local", "start-lambda", "--port", self.port, *arguments)

    def send(self, payload):
        """The request id of an asynchronous event for Worker."""
        status, headers, _ = curl("-d", json.dumps(payload), "-H", "X-Amz-Invocation-Type: Event",
                                  f"{self.url}/2015-03-31/functions/Worker/invocations")
        self.assertEqual(status, 202)
        return headers["x-amzn-requestid"]

    def test_asynchronous_events_and_their_destinations(self):
        with self.lambda_service("--retry-scale", "0", "--destinations-dir", self.folder / "records") as service:
            service.wait_for_line("Press CTRL+C to quit")
            good = self.send({"n": 1})
            record = json.loads(service.wait_for_line("recorded ").split("recorded ")[1])
            self.assertEqual(record["requestContext"]["requestId"], good)
            self.assertEqual(record["requestContext"]["condition"], "Success")
            self.assertEqual(record["responsePayload"]["worked"], {"n": 1})
            bad = self.send({"fail": True})
            service.wait_for_line("sqs-failures.jsonl")
            record = json.loads((self.folder / "records/sqs-failures.jsonl").read_text())
            self.assertEqual(record["requestContext"], {
                "requestId": bad, "condition": "RetriesExhausted", "approximateInvokeCount": 2,
                "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:the-worker:$LATEST"})
            self.assertEqual(record["requestPayload"], {"fail": True})
            self.assertEqual(record["responsePayload"]["errorMessage"], "as asked")
            wait_for(lambda: service.output().count(f"asked as {bad}") == 2, "the log of both attempts")
            self.assertEqual(service.stop(), 0)
        self.assert_nothing_left()

    def test_events_that_wait_for_a_retry_are_told_at_the_end(self):
        with self.lambda_service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            self.send({"fail": True})
            service.wait_for_line("again in 60 s")
            self.assertEqual(service.stop(), 0)
            self.assertIn("1 asynchronous event is still queued and dropped: 1 of Worker", service.output())
        self.assert_nothing_left()

    def test_provisioned_environments_are_there_before_the_first_call(self):
        self.write("template.yaml", TEMPLATE.replace(
            "      FunctionName: the-worker\n",
            "      FunctionName: the-worker\n      AutoPublishAlias: live\n"
            "      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}\n"))
        with self.lambda_service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            self.assertIn("Worker: 2 provisioned environments", service.output())
            self.assertEqual(len([p for p in self.temporary.iterdir() if "sandbox" in p.name]), 2)
            self.assertEqual(service.stop(), 0)
        self.assert_nothing_left()

    def aws(self, *arguments):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "x",
                       "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
        return subprocess.run(["/usr/bin/aws", "lambda", *arguments, "--endpoint-url", self.url, "--cli-binary-format", "raw-in-base64-out"],
                              capture_output=True, text=True, env=environment, cwd=self.folder)

    def test_lambda_service_with_the_aws_cli(self):
        with self.lambda_service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            for name in ("Worker", "the-worker", "arn:aws:lambda:us-east-1:123456789012:function:the-worker"):
                done = self.aws("invoke", "--function-name", name, "--payload", '{"a": 1}', "out.json")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads((self.folder / "out.json").read_text())["worked"], {"a": 1})
            done = self.aws("invoke", "--function-name", "Worker", "--payload", '{"fail": true}', "out.json")
            self.assertEqual(json.loads((self.folder / "out.json").read_text())["errorType"], "RuntimeError")
            self.assertEqual(json.loads(done.stdout)["StatusCode"], 200)
            done = self.aws("invoke", "--function-name", "Worker", "--invocation-type", "Event", "out.json")
            self.assertEqual(json.loads(done.stdout)["StatusCode"], 202)
            self.assertIn("ResourceNotFoundException", self.aws("invoke", "--function-name", "Nobody", "out.json").stderr)
            self.assertEqual(service.stop(), 0)
        self.assert_nothing_left()

    def test_lambda_service_with_boto3(self):
        script = (
            "import boto3, json\n"
            f"client = boto3.client('lambda', endpoint_url='{self.url}', region_name='us-east-1',\n"
            "                      aws_access_key_id='x', aws_secret_access_key='x')\n"
            "answer = client.invoke(FunctionName='Worker', Payload=json.dumps({'b': 2}), LogType='Tail')\n"
            "import base64\n"
            "print(json.dumps([answer['StatusCode'], json.load(answer['Payload'])['worked'],\n"
            "                  'START RequestId' in base64.b64decode(answer['LogResult']).decode()]))\n")
        with self.lambda_service() as service:
            service.wait_for_line("Press CTRL+C to quit")
            done = subprocess.run(["/usr/bin/python3", "-c", script], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout), [200, {"b": 2}, True])


class ServingFromContainers(SamaraTest):
    def test_a_route_and_a_clean_end(self):
        needs_docker()
        self.environment["SAMARA_ENGINE"] = "docker"
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", CODE.replace("VERSION", "one"))
        port = free_port()
        with self.start("local", "start-api", "--port", port, "--invoke-image", f"{STAND_IN}/python:3.11",
                        "--skip-pull-image") as api:
            api.wait_for_line("Press CTRL+C to quit")
            for _ in range(3):
                status, _, body = curl(f"http://127.0.0.1:{port}/things/1")
                self.assertEqual(status, 200, body)
            self.assertEqual(len(self.containers_of(api.process.pid)), 1, "one environment serves them all")
            self.assertEqual(api.stop(signal.SIGINT, 10), 0)
        self.assert_nothing_left(api.process.pid)


if __name__ == "__main__":
    unittest.main()
