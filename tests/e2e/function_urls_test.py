"""Function URLs beside the APIs of start-api, and what stages, keys and plans say of requests."""
import json
import pathlib
import re
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker  # noqa: E402

CODE = """\
import json, os

def fn(event, context):
    return {'statusCode': 200, 'headers': {'x-url': os.environ.get('OWN', '')}, 'body': json.dumps(event)}
"""

URLS = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, CodeUri: src, Handler: app.fn}}
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigins: ['https://a.example'], AllowMethods: [GET]}}
      Environment: {Variables: {OWN: !GetAtt TwoUrl.FunctionUrl}}
  Two:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: {AuthType: AWS_IAM}
  Api:
    Type: AWS::Serverless::Function
    Properties:
      Events: {X: {Type: HttpApi, Properties: {Path: /x, Method: get}}}
"""


class FunctionUrls(SamaraTest):
    def setUp(self):
        super().setUp()
        self.write("template.yaml", URLS)
        self.write("src/app.py", CODE)
        self.write("keys", "[me]\naws_access_key_id=AK\naws_secret_access_key=secret\n")
        self.port = free_port()

    def check(self, *more):
        with self.start("local", "start-api", "--port", self.port, "--iam-credentials", "keys", *more) as api:
            api.wait_for_line("Press CTRL+C to quit")
            told = dict(re.findall(r"Function URL of (\w+) at (http://\S+)", api.output()))
            self.assertEqual(list(told), ["One", "Two"])
            ports = [int(re.search(r":(\d+)/$", url)[1]) for url in told.values()]
            self.assertLess(ports[0], ports[1])
            self.assertGreaterEqual(ports[0], 3100)
            status, headers, body = curl("-H", "Origin: https://a.example", told["One"] + "any/path?q=1")
            event = json.loads(body)
            self.assertEqual((status, headers["x-url"]), (200, told["Two"]))
            self.assertEqual(headers["access-control-allow-origin"], "https://a.example")
            self.assertEqual((event["version"], event["rawPath"], event["rawQueryString"]), ("2.0", "/any/path", "q=1"))
            self.assertEqual(event["requestContext"]["domainName"], f"127.0.0.1:{ports[0]}")
            self.assertEqual(curl(told["Two"])[0], 403)
            signed = ("--aws-sigv4", "aws:amz:us-east-1:lambda", "--user", "AK:secret")
            status, _, body = curl(*signed, told["Two"])
            self.assertEqual(status, 200, body)
            self.assertEqual(json.loads(body)["requestContext"]["authorizer"]["iam"]["accessKey"], "AK")
            self.assertEqual(curl(f"http://127.0.0.1:{self.port}/x")[0], 200)
            self.assertEqual(api.stop(), 0)
            return ports

    def test_in_sandboxes(self):
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.check()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            busy = listener.getsockname()[1]
            given = self.samara("local", "start-api", "--port", self.port, "--function-url-port", busy, code=1)
            self.assertIn(str(busy), given.stderr)
        first = free_port()
        self.assertEqual(self.check("--function-url-port", first)[0], first)
        with self.start("local", "start-api", "--port", self.port, "--no-function-urls") as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertNotIn("Function URL", api.output())
            self.assertEqual(api.stop(), 0)

    def test_in_containers(self):
        needs_docker()
        self.environment["SAMARA_ENGINE"] = "docker"
        self.check("--invoke-image", f"{STAND_IN}/python:3.11")


STAGES = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, CodeUri: src, Handler: app.fn}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        X: {Type: Api, Properties: {Path: /x, Method: get, RestApiId: !Ref Api}}
        Keyed: {Type: Api, Properties: {Path: /keyed, Method: get, RestApiId: !Ref Api, Auth: {ApiKeyRequired: true}}}
        Other: {Type: HttpApi, Properties: {Path: /x, Method: get}}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      AccessLogSetting: {Format: 'LINE $context.httpMethod $context.resourcePath $context.status', DestinationArn: 'arn:x'}
      MethodSettings: [{ResourcePath: /x, HttpMethod: GET, ThrottlingRateLimit: 0, ThrottlingBurstLimit: 2}]
  Key:
    Type: AWS::ApiGateway::ApiKey
    Properties: {Value: the-key-of-this-test-0, Enabled: true}
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    DependsOn: ApiStage
    Properties: {ApiStages: [{ApiId: !Ref Api, Stage: v1}], Quota: {Limit: 1, Period: MONTH}}
  PlanKey:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan}
"""


class Stages(SamaraTest):
    def test_limits_hosts_paths_and_lines(self):
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", STAGES)
        self.write("src/app.py", CODE)
        port = free_port()
        with self.start("local", "start-api", "--port", port, "--stage-in-path", "--no-function-urls") as api:
            api.wait_for_line("Press CTRL+C to quit")
            url = f"http://127.0.0.1:{port}"
            version = json.loads(curl(f"{url}/x")[2])["version"]  # the HTTP API has no stage in its paths
            self.assertEqual(version, "2.0")
            status, _, body = curl(f"{url}/v1/x")
            event = json.loads(body)
            self.assertEqual((status, event["path"], event["requestContext"]["path"]), (200, "/x", "/v1/x"))
            self.assertEqual(curl("-H", "Host: api.localhost", f"{url}/v1/x")[0], 200)
            status, headers, body = curl(f"{url}/v1/x")
            self.assertEqual((status, json.loads(body)), (429, {"message": "Too Many Requests"}))
            self.assertEqual(headers["x-amzn-errortype"], "TooManyRequestsException")
            self.assertEqual(curl(f"{url}/v1/keyed")[0], 403)
            key = ("-H", "x-api-key: the-key-of-this-test-0")
            self.assertEqual(curl(*key, f"{url}/v1/keyed")[0], 200)
            status, headers, body = curl(*key, f"{url}/v1/keyed")
            self.assertEqual((status, headers["x-amzn-errortype"]), (429, "LimitExceededException"))
            self.assertEqual(json.loads(body), {"message": "Limit Exceeded"})
            api.wait_for_line("LINE GET /x 200")
            api.wait_for_line("LINE GET /keyed 429")
            self.assertEqual(api.stop(), 0)


if __name__ == "__main__":
    unittest.main()
