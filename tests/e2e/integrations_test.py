"""Integrations with servers of this machine, and authorizers that fail, as start-api serves them."""
import gzip
import http.server
import json
import pathlib
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker  # noqa: E402

CODE = """\
import time

def fn(event, context):
    return {'statusCode': 200, 'body': context.invoked_function_arn}

def auth(event, context):
    how = event['authorizationToken']
    if how == 'throw':
        raise ValueError('it broke')
    if how == 'slow':
        time.sleep(30)
    if how == 'nonsense':
        return {'statusCode': 200}
    return {'principalId': 'me', 'policyDocument': {'Version': '2012-10-17', 'Statement': [
        {'Action': 'execute-api:Invoke', 'Effect': 'Allow', 'Resource': '*'}]}}
"""

AUTHORIZED = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, CodeUri: src}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.fn
      AutoPublishAlias: live
      Events: {X: {Type: Api, Properties: {Path: /x, Method: get, RestApiId: !Ref Api}}}
  Auth:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.auth, Timeout: 1}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth: {DefaultAuthorizer: A, Authorizers: {A: {FunctionArn: !GetAtt Auth.Arn}}}
      GatewayResponses:
        AUTHORIZER_FAILURE: {StatusCode: 561}
        AUTHORIZER_CONFIGURATION_ERROR: {StatusCode: 562}
"""

# AWS's page: supported-gateway-response-types.html
ANSWERS = {"good": 200, "throw": 561, "slow": 561, "nonsense": 562}


class AuthorizersThatFail(SamaraTest):
    def setUp(self):
        super().setUp()
        self.write("template.yaml", AUTHORIZED)
        self.write("src/app.py", CODE)
        self.port = free_port()

    def check(self, *more):
        with self.start("local", "start-api", "--port", self.port, *more) as api:
            api.wait_for_line("Press CTRL+C to quit")
            for token, status in ANSWERS.items():
                answer = curl("-H", f"Authorization: {token}", f"http://127.0.0.1:{self.port}/x")
                self.assertEqual(answer[0], status, (token, answer))
                if status == 200:  # the route calls the alias that SAM made for it
                    self.assertTrue(answer[2].endswith(b":function:Fn:live"), answer[2])
            self.assertEqual(api.stop(), 0)

    def test_in_sandboxes(self):
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.check()

    def test_in_containers(self):
        needs_docker()
        self.environment["SAMARA_ENGINE"] = "docker"
        self.check("--invoke-image", f"{STAND_IN}/python:3.11")


BACKENDS = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {{Port: {{Type: String, Default: '{port}'}}}}
Resources:
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      MinimumCompressionSize: 0
      DefinitionBody:
        swagger: '2.0'
        info: {{title: rest, version: '1'}}
        paths:
          /rest/{{proxy+}}:
            x-amazon-apigateway-any-method:
              x-amazon-apigateway-integration:
                type: http_proxy
                httpMethod: ANY
                uri: !Sub http://127.0.0.1:${{Port}}/behind/{{proxy}}
                requestParameters: {{integration.request.path.proxy: method.request.path.proxy}}
          /silent:
            get:
              x-amazon-apigateway-integration: {{type: http_proxy, httpMethod: GET, uri: 'http://127.0.0.1:{silent}/'}}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: {{title: http, version: '1'}}
        paths:
          /http/{{id}}:
            get:
              x-amazon-apigateway-integration:
                type: http_proxy
                httpMethod: GET
                payloadFormatVersion: '1.0'
                uri: !Sub http://127.0.0.1:${{Port}}/plain
                requestParameters:
                  append:header.x-id: $request.path.id
                  overwrite:querystring.q: ${{request.querystring.q}}!
                  overwrite:path: /pets/${{request.path.id}}
                responseParameters:
                  '200': {{'overwrite:statuscode': '203', 'append:header.x-who': $response.body.method}}
"""


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers what it was asked."""

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        text = json.dumps({"method": self.command, "path": self.path, "headers": dict(self.headers.items()),
                           "body": body.decode()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_PUT = do_GET

    def log_message(self, *arguments):
        pass


class ServersOfThisMachine(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        self.addCleanup(self.backend.server_close)
        self.addCleanup(self.backend.shutdown)
        threading.Thread(target=self.backend.serve_forever, daemon=True).start()
        self.silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.silent.close)
        self.write("template.yaml", BACKENDS.format(
            port=self.backend.server_address[1], silent=self.silent.getsockname()[1]))
        self.port = free_port()

    def test_are_asked_and_told_who_asks(self):
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            url = f"http://127.0.0.1:{self.port}"
            status, _, body = curl("-X", "PUT", "-d", "hello", f"{url}/rest/a/b%20c?q=1")
            seen = json.loads(body)
            self.assertEqual((status, seen["method"], seen["path"], seen["body"]), (200, "PUT", "/behind/a/b%20c?q=1", "hello"))
            self.assertEqual(seen["headers"]["X-Forwarded-For"], "127.0.0.1")
            self.assertEqual(seen["headers"]["X-Forwarded-Port"], str(self.port))
            packed = self.folder / "packed"
            packed.write_bytes(gzip.compress(b"squeezed"))
            status, headers, body = curl("--compressed", "-X", "PUT", "-H", "Content-Encoding: gzip",
                                         "--data-binary", f"@{packed}", f"{url}/rest/a")
            seen = json.loads(body)
            self.assertEqual((status, headers["content-encoding"], seen["body"]), (200, "deflate", "squeezed"))
            self.assertNotIn("Content-Encoding", seen["headers"])
            status, headers, body = curl(f"{url}/http/7?q=1")
            seen = json.loads(body)
            self.assertEqual((status, headers["x-who"]), (203, "GET"))
            self.assertEqual((seen["path"], seen["headers"]["x-id"]), ("/pets/7?q=1%21", "7"))
            self.assertIn("for=127.0.0.1", seen["headers"]["Forwarded"])
            self.assertEqual(api.stop(), 0)

    def test_one_that_is_silent_does_not_hold_up_the_end(self):
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            asked = threading.Thread(target=curl, args=(f"http://127.0.0.1:{self.port}/silent",))
            asked.start()
            connection, _ = self.silent.accept()
            with connection:
                connection.recv(1)
                begin = time.monotonic()
                self.assertEqual(api.stop(), 0)
                self.assertLess(time.monotonic() - begin, 4)
            asked.join()


if __name__ == "__main__":
    unittest.main()
