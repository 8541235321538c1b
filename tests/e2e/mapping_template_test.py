"""REST APIs with mapping templates: functions of two methods, a form, errors by pattern, CORS by a mock."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker  # noqa: E402

CODE = """\
def handler(event, context):
    if event.get('fail'):
        raise ValueError('Not found: ' + event['fail'])
    return event
"""

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        swagger: '2.0'
        info: {title: mapped, version: '1'}
        paths:
          /items:
            get: &method
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations
                passthroughBehavior: WHEN_NO_TEMPLATES
                requestTemplates:
                  application/json: |
                    #set($fail = $input.params('fail'))
                    {
                      "method": "$context.httpMethod",
                      "body": $input.json('$'),
                      "fail": "$util.escapeJavaScript($fail)"
                    }
                  application/x-www-form-urlencoded: |
                    {
                    #foreach($pair in $input.body.split('&'))
                    #set($parts = $pair.split('='))
                      "$util.urlDecode($parts[0])": "$util.urlDecode($parts[1])"#if($foreach.hasNext),#end
                    #end
                    }
                responses:
                  default: {statusCode: '200'}
                  Not found.*:
                    statusCode: '404'
                    responseTemplates:
                      application/json: '{"message": $input.json("$.errorMessage")}'
            post: *method
            options:
              x-amazon-apigateway-integration:
                type: mock
                requestTemplates: {application/json: '{"statusCode": 200}'}
                responses:
                  default:
                    statusCode: '204'
                    responseParameters:
                      method.response.header.Access-Control-Allow-Origin: "'*'"
                      method.response.header.Access-Control-Allow-Methods: "'GET,POST'"
"""


class MappedRequests(SamaraTest):
    def setUp(self):
        super().setUp()
        self.write("template.yaml", TEMPLATE)
        self.write("src/app.py", CODE)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/items"

    def test_in_sandboxes(self):
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.check()

    def test_in_containers(self):
        needs_docker()
        self.environment["SAMARA_ENGINE"] = "docker"
        self.check("--invoke-image", f"{STAND_IN}/python:3.11")

    def check(self, *more):
        with self.start("local", "start-api", "--port", self.port, *more) as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.check_routes()
            self.assertEqual(api.stop(), 0)

    def check_routes(self):
        status, _, body = curl(self.url)
        self.assertEqual((status, json.loads(body)), (200, {"method": "GET", "body": {}, "fail": ""}))
        status, _, body = curl("-d", '{"a": [1, "x"]}', "-H", "Content-Type: application/json", self.url)
        self.assertEqual(
            (status, json.loads(body)), (200, {"method": "POST", "body": {"a": [1, "x"]}, "fail": ""}))
        status, _, body = curl("-d", "name=Ann+B&city=K%C3%B6ln", self.url)
        self.assertEqual((status, json.loads(body)), (200, {"name": "Ann B", "city": "Köln"}))
        status, _, body = curl(self.url + "?fail=it's")
        self.assertEqual(status, 400, body)  # \\' is no JSON, which is why templates replace it
        status, _, body = curl(self.url + "?fail=x")
        self.assertEqual((status, json.loads(body)), (404, {"message": "Not found: x"}))
        status, _, body = curl("-d", "<x/>", "-H", "Content-Type: application/xml", self.url)
        self.assertEqual(status, 415, body)
        status, headers, _ = curl("-X", "OPTIONS", self.url)
        self.assertEqual(status, 204)
        self.assertEqual(headers["access-control-allow-methods"], "GET,POST")


if __name__ == "__main__":
    unittest.main()
