"""samara on an application that the CDK has synthesized: functions, layers, APIs, an authorizer, a nested stack."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, curl, free_port, needs_docker  # noqa: E402

PYTHON = f"python3.{sys.version_info.minor}"
APP = """
const cdk = require('aws-cdk-lib');
const lambda = require('aws-cdk-lib/aws-lambda');
const api = require('aws-cdk-lib/aws-apigateway');
const http = require('aws-cdk-lib/aws-apigatewayv2');
const { HttpLambdaIntegration } = require('aws-cdk-lib/aws-apigatewayv2-integrations');
const runtime = new lambda.Runtime('@RUNTIME@', lambda.RuntimeFamily.PYTHON);

const app = new cdk.App();
const stack = new cdk.Stack(app, 'App');
const layer = new lambda.LayerVersion(stack, 'Shared', { code: lambda.Code.fromAsset('layer') });
const fn = (scope, id, folder, more = {}) => new lambda.Function(scope, id, {
  runtime, handler: 'app.handler', code: lambda.Code.fromAsset(folder), ...more });
const hello = fn(stack, 'Hello', 'hello', { layers: [layer] });
const guard = fn(stack, 'Guard', 'guard');
const rest = new api.RestApi(stack, 'Rest');
rest.root.addResource('open').addMethod('GET', new api.LambdaIntegration(hello));
rest.root.addResource('closed').addMethod('GET', new api.LambdaIntegration(hello), {
  authorizer: new api.TokenAuthorizer(stack, 'Authorizer', { handler: guard }) });
const routes = new http.HttpApi(stack, 'Http');
routes.addRoutes({ path: '/http', methods: ['GET'], integration: new HttpLambdaIntegration('I', hello) });
const inner = new cdk.NestedStack(stack, 'Inner');
fn(inner, 'Deep', 'deep');
new lambda.DockerImageFunction(stack, 'Image', { code: lambda.DockerImageCode.fromImageAsset('image', {
  file: 'My.Dockerfile', buildArgs: { TEXT: 'from the build' }, target: 'last' }) });
new lambda.Function(stack, 'Bundled', { runtime, handler: 'app.handler',
  code: lambda.Code.fromAsset('hello', { bundling: { image: cdk.DockerImage.fromRegistry('none'),
    local: { tryBundle(out) { require('fs').copyFileSync('hello/app.py', out + '/app.py'); return true; } } } }) });
app.synth();
"""
HANDLER = """import json, os
def handler(event, context):
    extra = open('/opt/x.txt').read() if os.path.exists('/opt/x.txt') else None
    return {'statusCode': 200, 'body': json.dumps({'code': CODE, 'layer': extra})}
"""
GUARD = """def handler(event, context):
    allowed = 'Allow' if event['authorizationToken'] == 'sesame' else 'Deny'
    return {'principalId': 'u', 'policyDocument': {'Version': '2012-10-17', 'Statement': [
        {'Action': 'execute-api:Invoke', 'Effect': allowed, 'Resource': event['methodArn']}]}}
"""


class Cdk(SamaraTest):
    @classmethod
    def setUpClass(cls):
        npm = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/nowhere")) / "node_modules"
        if not (npm / "aws-cdk-lib").is_dir():
            raise unittest.SkipTest("aws-cdk-lib is not in SAMARA_TEST_NPM")
        cls.npm = npm

    def setUp(self):
        super().setUp()
        for name in ("hello", "deep"):
            self.write(f"{name}/app.py", HANDLER.replace("CODE", repr(name)))
        self.write("guard/app.py", GUARD)
        self.write("layer/x.txt", "shared")
        self.write("image/My.Dockerfile", f"FROM samara-test/lambda/{PYTHON.replace('python', 'python:')} AS first\n"
                   "FROM first AS last\nARG TEXT\nRUN echo \"$TEXT\" > /var/task/text.txt\nCOPY app.py /var/task/\n"
                   "CMD [\"app.handler\"]\n")
        self.write("image/app.py", "def handler(event, context):\n    return open('/var/task/text.txt').read().strip()\n")
        self.write("app.js", APP.replace("@RUNTIME@", PYTHON))
        # The CDK looks for its library beside the application.
        (self.project / "node_modules").symlink_to(self.npm)
        result = subprocess.run(
            [self.npm / ".bin/cdk", "synth", "--quiet", "--app", "node app.js", "--output", "cdk.out", "--no-notices"],
            cwd=self.project, capture_output=True, text=True, env={**self.environment, "HOME": str(self.folder), "CI": "1"})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.template = "cdk.out/App.template.json"

    def body(self, name, *more):
        result = self.samara("local", "invoke", name, "--no-event", "--engine", "sandbox", *more)
        return json.loads(json.loads(result.stdout)["body"])

    def test_unbuilt(self):
        more = ("-t", self.template)
        self.assertEqual(self.body("Hello", *more), {"code": "hello", "layer": "shared"})
        self.assertEqual(self.body("Deep", *more), {"code": "deep", "layer": None})
        self.assertEqual(self.body("Bundled", *more)["code"], "hello")

    def test_built_and_served(self):
        result = self.samara("build", "-t", self.template, "-x", "Image")
        self.assertIn("Build Succeeded", result.stdout)
        self.assertIn("(SkipBuild)", result.stderr)
        self.assertEqual(self.body("Hello"), {"code": "hello", "layer": "shared"})
        self.assertEqual(self.body("Deep"), {"code": "deep", "layer": None})
        self.assertEqual(self.body("Bundled")["code"], "hello")
        port = free_port()
        with self.start("local", "start-api", "-p", port, "--engine", "sandbox") as server:
            server.wait_for_line("Press CTRL+C to quit")
            for path, headers, status in (("open", [], 200), ("http", [], 200), ("closed", [], 401),
                                          ("closed", ["-H", "Authorization: sesame"], 200),
                                          ("closed", ["-H", "Authorization: no"], 403)):
                with self.subTest(path=path, headers=headers):
                    code, _, body = curl(*headers, f"http://127.0.0.1:{port}/{path}")
                    self.assertEqual(code, status, body)
                    if status == 200:
                        self.assertEqual(json.loads(body)["code"], "hello")

    def test_the_image(self):
        needs_docker()
        self.samara("build", "Image", "-t", self.template)
        result = self.samara("local", "invoke", "Image", "--no-event", "--engine", "docker")
        self.assertEqual(json.loads(result.stdout), "from the build")


if __name__ == "__main__":
    unittest.main()
