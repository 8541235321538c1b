"""APIs however a template defines them, as curl sees them: files, included files, quick create, raw
resources, models and their validators, in the sandbox."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, curl, free_port  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Wait: {Type: Number, Default: 300}}
Globals:
  Function: {Runtime: python3.11, CodeUri: app, Timeout: 20, Handler: main.handler}
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}
  File: {Type: AWS::Serverless::Api, Properties: {StageName: prod, DefinitionUri: swagger.yaml, Variables: {team: red}}}
  Included:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: beta
      StageVariables: {fn: Fn}
      DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: included.yaml}}}
  Modelled:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Models: {User: {type: object, required: [name], properties: {name: {type: string}}}}
      GatewayResponses:
        BAD_REQUEST_BODY: {StatusCode: 422, ResponseTemplates: {application/json: '{"why": "$context.error.validationErrorString"}'}}
  Users:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Post:
          Type: Api
          Properties:
            RestApiId: !Ref Modelled
            Path: /users
            Method: post
            RequestModel: {Model: User, Required: true, ValidateBody: true, ValidateParameters: true}
            RequestParameters: [{method.request.querystring.page: {Required: true}}]
  Quick: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: q, ProtocolType: HTTP, Target: !GetAtt Fn.Arn, RouteKey: GET /quick}}
  Raw: {Type: AWS::ApiGateway::RestApi, Properties: {Name: raw}}
  Path: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Raw, ParentId: !GetAtt Raw.RootResourceId, PathPart: raw}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Raw
      ResourceId: !Ref Path
      HttpMethod: GET
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        TimeoutInMillis: !Ref Wait
        Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Alias}/invocations'
  Options:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Raw
      ResourceId: !Ref Path
      HttpMethod: OPTIONS
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 204}'}
        IntegrationResponses:
          - {StatusCode: 500, SelectionPattern: '5..'}
          - {StatusCode: 204, ResponseParameters: {method.response.header.Access-Control-Allow-Origin: "'*'"}}
  Deployed: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Raw, StageName: raw}}
"""

SWAGGER = """\
swagger: '2.0'
paths:
  /file/{id}:
    get:
      x-amazon-apigateway-integration:
        type: AWS_PROXY
        httpMethod: POST
        timeoutInMillis: 300
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:Fn/invocations
"""

INCLUDED = """\
openapi: 3.0.1
paths:
  /included/{proxy+}:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        type: aws_proxy
        payloadFormatVersion: 1.0
        uri: {Fn::Sub: 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FnAliaslive}/invocations'}
  /$default:
    x-amazon-apigateway-any-method:
      isDefaultRoute: true
      x-amazon-apigateway-integration:
        type: aws_proxy
        payloadFormatVersion: '2.0'
        timeoutInMillis: 300
        uri: {Fn::Sub: 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.fn}'}
"""

CODE = """
import json, time

def handler(event, context):
    time.sleep(float((event.get("queryStringParameters") or {}).get("wait", 0)))
    about = event["requestContext"]
    return {"statusCode": 200, "body": json.dumps({
        "version": event.get("version"), "stage": about["stage"], "variables": event.get("stageVariables"),
        "route": about.get("routeKey") or about["resourcePath"]})}
"""


class Definitions(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment.update({"SAMARA_ENGINE": "sandbox", "XDG_CACHE_HOME": str(self.folder / "cache")})
        for name, text in (("template.yaml", TEMPLATE), ("swagger.yaml", SWAGGER),
                           ("included.yaml", INCLUDED), ("app/main.py", CODE)):
            self.write(name, text)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.api = self.enterContext(self.start("local", "start-api", "--port", port))
        self.api.wait_for_line("Press CTRL+C to quit")

    def ask(self, path, *arguments):
        status, headers, body = curl(*arguments, self.url + path)
        return status, json.loads(body) if body else None, headers

    def served(self, path, **expected):
        status, body, _ = self.ask(path)
        self.assertEqual(status, 200, body)
        self.assertEqual({key: body[key] for key in expected}, expected, path)

    def test_every_definition_is_served(self):
        self.assertNotIn("Warning", self.api.output())
        self.served("/file/1", version=None, stage="prod", route="/file/{id}", variables={"team": "red"})
        self.served("/included/a/b", version="1.0", stage="beta", variables={"fn": "Fn"})
        self.served("/anything", version="2.0", stage="beta", route="$default")
        self.served("/quick", version="2.0", stage="$default", route="GET /quick")
        self.served("/raw", version=None, stage="raw", route="/raw")

    def test_declared_timeouts_end_requests(self):
        for path, status, message in (("/file/1", 504, "Endpoint request timed out"),
                                      ("/raw", 504, "Endpoint request timed out"),
                                      ("/anything", 503, "Service Unavailable")):
            self.assertEqual(self.ask(path + "?wait=1")[:2], (status, {"message": message}), path)

    def test_mocks_answer_what_they_declare(self):
        status, body, headers = self.ask("/raw", "-X", "OPTIONS")
        self.assertEqual((status, body, headers["access-control-allow-origin"]), (204, None, "*"))

    def test_requests_are_validated(self):
        post = ("-H", "Content-Type: application/json", "-d")
        self.assertEqual(self.ask("/users?page=1", *post, '{"name": "ann"}')[0], 200)
        self.assertEqual(self.ask("/users", *post, '{"name": "ann"}')[:2],
                         (400, {"message": "Missing required request parameters: [page]"}))
        self.assertEqual(self.ask("/users?page=1", *post, '{"name": 1}')[:2],
                         (422, {"why": "[name cannot be a number]"}))


if __name__ == "__main__":
    unittest.main()
