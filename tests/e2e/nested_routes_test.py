"""The routes and functions of nested stacks and of what the CDK has synthesized, before anything is built."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, curl, free_port  # noqa: E402

CODE = "def handler(event, context):\n    return {'statusCode': 200, 'body': context.function_name}\n"

ROOT = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Child:
    Type: AWS::Serverless::Application
    Properties: {Location: child/template.yaml, Parameters: {Route: /of-child}}
  Broken:
    Type: AWS::Serverless::Application
    Properties: {Location: nowhere/template.yaml}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: {title: root, version: '1'}
        paths:
          /of-root:
            get:
              x-amazon-apigateway-integration:
                type: aws_proxy
                payloadFormatVersion: '2.0'
                uri: !Sub
                  - arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn}/invocations
                  - {Fn: !GetAtt Child.Outputs.FnArn}
"""

CHILD = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Route: {Type: String}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.11
      Events:
        Get: {Type: HttpApi, Properties: {Path: !Ref Route, Method: get}}
        Fixed: {Type: Api, Properties: {Path: /fixed, Method: get}}
Outputs:
  FnArn: {Value: !GetAtt Fn.Arn}
"""

CDK = {
    "Resources": {
        "Fn1234": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": {"Ref": "BucketParameter"},
                         "S3Key": {"Fn::Select": [1, {"Fn::Split": ["||", {"Ref": "VersionParameter"}]}]}},
                "Handler": "app.handler", "Runtime": "python3.11"},
            "Metadata": {"aws:cdk:path": "Stack/Fn/Resource", "aws:asset:path": "asset.1", "aws:asset:property": "Code"}},
        "Broken": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "app.handler"},
                   "Metadata": {"aws:cdk:path": "Stack/Broken/Resource"}},
    },
    "Parameters": {"BucketParameter": {"Type": "String"}, "VersionParameter": {"Type": "String"}},
}


class NestedRoutes(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", ROOT)
        self.write("child/template.yaml", CHILD)
        self.write("child/src/app.py", CODE)
        self.port = free_port()

    def test_routes_of_every_stack(self):
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            for path in ("/of-child", "/fixed", "/of-root"):
                status, _, body = curl(f"http://127.0.0.1:{self.port}{path}")
                self.assertEqual((status, body), (200, b"Child-Fn"), path + "\n" + api.output())
            self.assertEqual(api.output().count("nowhere/template.yaml"), 1, api.output())
            self.assertEqual(api.stop(), 0)

    def test_every_name_of_a_function(self):
        with self.start("local", "start-lambda", "--port", self.port, "Child/Fn") as server:
            server.wait_for_line("Press CTRL+C to quit")
            for name in ("Child%2FFn", "Child-Fn", "arn:aws:lambda:us-east-1:123456789012:function:Child-Fn"):
                url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/{name}/invocations"
                self.assertEqual(json.loads(curl("-d", "{}", url)[2])["body"], "Child-Fn", name)
        for name in ("Fn", "Child/Fn", "Child-Fn"):
            self.assertIn("Child-Fn", self.samara("local", "invoke", name).stdout, name)

    def test_what_the_cdk_has_synthesized(self):
        self.write("cdk.out/Stack.template.json", json.dumps(CDK))
        self.write("cdk.out/asset.1/app.py", CODE)
        validated = self.samara("validate", "-t", "cdk.out/Stack.template.json", code=1).stderr  # Broken is
        self.assertIn("Warning: CDK apps are not officially supported with this command", validated)
        for name in ("Fn1234", "Fn", "Stack/Fn/Resource"):
            result = self.samara("local", "invoke", name, "-t", "cdk.out/Stack.template.json")
            self.assertEqual(json.loads(result.stdout)["body"], "Fn1234", result.stderr)
            self.assertEqual(result.stderr.count("Warning: CDK apps are not officially supported with this command"), 1)


if __name__ == "__main__":
    unittest.main()
