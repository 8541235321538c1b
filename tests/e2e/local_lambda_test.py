"""Functions that call functions with --local-lambda, tenants, chosen functions, and images that are built anew."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: app, Timeout: 30}
Resources:
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.caller
      Runtime: nodejs18.x
      Environment: {Variables: {WORKER: !Ref Worker}}
      Events: {Get: {Type: HttpApi, Properties: {Path: /call, Method: get}}}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Handler: index.worker, Runtime: nodejs18.x, FunctionName: the-worker}
"""

# Without an endpoint in the code: the SDK reads AWS_ENDPOINT_URL_LAMBDA.
CODE = """
const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");

async function call(name, event) {
  const answer = await new LambdaClient({}).send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
  return JSON.parse(Buffer.from(answer.Payload).toString());
}

exports.worker = async (event) => ({ worked: event.depth, at: process.env.AWS_ENDPOINT_URL_LAMBDA });

exports.caller = async (event) => {
  const depth = event.depth ?? 2;
  if (depth === 0) return call(process.env.WORKER, { depth });
  return call(process.env.AWS_LAMBDA_FUNCTION_NAME, { depth: depth - 1 });
};
"""


def listening_addresses(pid):
    """The addresses that this process listens on."""
    rows = subprocess.run(["ss", "-ltnpH"], check=True, capture_output=True, text=True).stdout.splitlines()
    return {row.split()[3].rsplit(":", 1)[0] for row in rows if f"pid={pid}," in row}


class LocalLambda(SamaraTest):
    engine = "sandbox"
    more = ()

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE)
        self.write("app/index.js", CODE)
        modules = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/var/cache/samara-tools")) / "node_modules"
        for name in ("@aws-sdk", "@smithy", "@aws-crypto", "@aws", "tslib", "uuid", "fast-xml-parser", "strnum", "bowser"):
            if (modules / name).exists():
                shutil.copytree(modules / name, self.project / "app/node_modules" / name)

    def test_a_function_calls_itself_and_another_one(self):
        result = self.samara("local", "invoke", "Caller", "--local-lambda", *self.more, environment=self.keys())
        answer = json.loads(result.stdout)
        self.assertEqual(answer["worked"], 0, result.stderr)
        self.assertRegex(answer["at"], r"^http://[\d.]+:\d+$")
        self.assert_nothing_left()

    def keys(self):
        return {"AWS_REGION": "us-east-1"}

    def test_behind_a_route(self):
        port = free_port()
        with self.start("local", "start-api", "--local-lambda", "--port", port, *self.more) as api:
            api.wait_for_line("Press CTRL+C to quit")
            status, _, body = curl(f"http://127.0.0.1:{port}/call")
            self.assertEqual(status, 200, body.decode() + api.output())
            self.assertEqual(json.loads(body)["worked"], 0)
            addresses = listening_addresses(api.process.pid)
            self.assertIn("127.0.0.1", addresses)
            self.assertFalse(addresses & {"0.0.0.0", "*", "[::]"}, addresses)
            self.assertEqual(api.stop(), 0)

    def test_without_the_option_there_is_no_endpoint(self):
        result = self.samara("local", "invoke", "Worker", *self.more)
        self.assertNotIn("at", json.loads(result.stdout))


class LocalLambdaInContainers(LocalLambda, SamaraTest):
    engine = "docker"
    more = ("--invoke-image", f"{STAND_IN}/nodejs:18")

    def setUp(self):
        needs_docker()
        super().setUp()


TENANTS = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: app, Runtime: python3.11}
Resources:
  Shared:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler}
  Isolated:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      TenancyConfig: {TenantIsolationMode: PER_TENANT}
      Events: {Get: {Type: Api, Properties: {Path: /tenant, Method: get}}}
  Missing:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: nowhere}
"""

TENANT_CODE = """
seen = []

def handler(event, context):
    seen.append(context.tenant_id)
    return {"statusCode": 200, "body": ",".join(map(str, seen))}
"""


class Tenants(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", TENANTS)
        self.write("app/app.py", TENANT_CODE)

    def test_invoke_asks_for_the_tenant(self):
        result = self.samara("local", "invoke", "Isolated", "--tenant-id", "blue")
        self.assertEqual(json.loads(result.stdout)["body"], "blue")
        self.assertIn("valid tenant ID", self.samara("local", "invoke", "Isolated", code=1).stderr)
        self.assertIn("does not use tenant isolation",
                      self.samara("local", "invoke", "Shared", "--tenant-id", "blue", code=1).stderr)

    def test_no_environment_serves_two_tenants(self):
        port = free_port()
        with self.start("local", "start-lambda", "--port", port, "Isolated", "Shared") as server:
            server.wait_for_line("Press CTRL+C to quit")

            def call(name, *headers):
                status, _, body = curl("-d", "{}", *[part for header in headers for part in ("-H", header)],
                                       f"http://127.0.0.1:{port}/2015-03-31/functions/{name}/invocations")
                return status, json.loads(body)

            for tenant, expected in (("blue", "blue"), ("green", "green"), ("blue", "blue,blue")):
                self.assertEqual(call("Isolated", f"X-Amz-Tenant-Id: {tenant}")[1]["body"], expected)
            self.assertEqual(call("Isolated")[0], 400)
            self.assertEqual(call("Shared", "X-Amz-Tenant-Id: blue")[0], 400)
            self.assertEqual(call("Shared")[1]["body"], "None")
            self.assertEqual(call("Missing")[0], 404, "only the functions that were named are served")
            self.assertNotIn("nowhere", server.output())

    def test_a_route_passes_the_tenant_on(self):
        port = free_port()
        with self.start("local", "start-api", "--port", port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(curl("-H", "X-Amz-Tenant-Id: red", f"http://127.0.0.1:{port}/tenant")[2], b"red")
            self.assertEqual(curl(f"http://127.0.0.1:{port}/tenant")[0], 502)

    def test_unknown_functions_are_told_with_the_known_ones(self):
        refused = self.samara("local", "start-lambda", "--port", free_port(), "Nope", code=1).stderr
        self.assertIn("Function Nope not found in template", refused)
        self.assertIn("Isolated", refused)


class ImagesBuiltAnew(SamaraTest):
    def setUp(self):
        needs_docker()
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "docker"
        self.image = f"samara-test-anew-{os.getpid()}"
        self.addCleanup(self.remove)
        self.write("template.yaml", f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {{PackageType: Image, ImageUri: '{self.image}:v1'}}
""")

    def remove(self):
        names = subprocess.run(["docker", "images", "--format", "{{.Repository}}:{{.Tag}}", self.image],
                               capture_output=True, text=True).stdout.split()
        subprocess.run(["docker", "rmi", "-f", *names], capture_output=True)

    def build(self, answer):
        self.write("image/app.py", f"def handler(event, context):\n    return '{answer}'\n")
        self.write("image/Dockerfile", f'FROM {STAND_IN}/python:3.11\nCOPY app.py /var/task/\nCMD ["app.handler"]\n')
        subprocess.run(["docker", "build", "-q", "-t", f"{self.image}:v1", str(self.project / "image")], check=True,
                       capture_output=True)

    def test_a_running_server_takes_them_up(self):
        self.build("first")
        port = free_port()
        with self.start("local", "start-lambda", "--port", port) as server:
            server.wait_for_line("Press CTRL+C to quit")

            def answer():
                return curl("-d", "{}", f"http://127.0.0.1:{port}/2015-03-31/functions/Fn/invocations")[2].decode()

            self.assertEqual(answer(), '"first"')
            self.build("second")
            wait_for(lambda: answer() == '"second"', "the new image's answer")
            self.assertTrue(re.search(r"Fn: its image is another one now", server.output()))
            self.assertEqual(server.stop(), 0)
        self.assert_nothing_left(server.process.pid)


if __name__ == "__main__":
    unittest.main()
