"""Resource policies of REST APIs in start-api: who may call an API at all, and what is answered."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, curl, free_port

API = """\
  {name}:
    Type: AWS::Serverless::Api
    Properties:
      StageName: Prod
      Auth: {{ResourcePolicy: {{{policy}}}}}
"""

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, CodeUri: app, Handler: main.handler}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Open: {Type: Api, Properties: {RestApiId: !Ref Here, Path: /here, Method: get}}
        Far: {Type: Api, Properties: {RestApiId: !Ref Elsewhere, Path: /elsewhere, Method: get}}
        Vpc: {Type: Api, Properties: {RestApiId: !Ref Private, Path: /private, Method: get}}
  Denial:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      RestApiId: !Ref Private
      ResponseType: ACCESS_DENIED
      StatusCode: 404
      ResponseParameters: {gatewayresponse.header.X-Kept: "'out'"}
""" + "".join(API.format(name=name, policy=policy) for name, policy in (
    ("Here", "IpRangeWhitelist: [127.0.0.0/8]"),
    ("Elsewhere", "IpRangeWhitelist: [192.0.2.0/24]"),
    ("Private", "SourceVpcWhitelist: [vpc-1234]")))


class ResourcePolicies(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'in'}\n")

    def serve(self, *options):
        self.port = free_port()
        server = self.start("local", "start-api", "--port", str(self.port), *options)
        return server

    def get(self, path):
        return curl(f"http://127.0.0.1:{self.port}{path}")

    def test_an_address_of_the_range_comes_in_and_others_do_not(self):
        with self.serve() as server:
            server.wait_for_line(f":{self.port}")
            self.assertEqual(self.get("/here")[::2], (200, b"in"))
            status, _, body = self.get("/elsewhere")
            self.assertEqual(status, 403)
            self.assertRegex(
                json.loads(body)["Message"],
                r"not authorized to perform: execute-api:Invoke on resource: .*\*{8}9012:.*/elsewhere with an explicit deny")
            server.wait_for_line("resource policy")

    def test_the_answer_is_the_gateway_response_of_the_template(self):
        with self.serve() as server:
            server.wait_for_line(f":{self.port}")
            status, headers, _ = self.get("/private")
            self.assertEqual((status, headers.get("x-kept")), (404, "out"))

    def test_disable_authorizer_opens_it_and_says_so(self):
        with self.serve("--disable-authorizer") as server:
            server.wait_for_line(f":{self.port}")
            self.assertEqual(self.get("/elsewhere")[0], 200)
            server.wait_for_line("authorizer")


if __name__ == "__main__":
    unittest.main()
