"""Ways into a protected route of a running start-api that are not for everybody: each has to be closed,
or served as API Gateway would serve it."""
import json
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, curl, free_port  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.11, CodeUri: app, Timeout: 20}
Resources:
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: Prod
      Cors: "'*'"
      Auth:
        DefaultAuthorizer: Token
        AddDefaultAuthorizerToCorsPreflight: false
        Authorizers: {Token: {FunctionArn: !GetAtt Guard.Arn, Identity: {ReauthorizeEvery: 0}}}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {AllowOrigins: ['*'], AllowMethods: [GET], AllowHeaders: [authorization]}
      Auth:
        DefaultAuthorizer: Jwt
        Authorizers:
          Jwt:
            JwtConfiguration: {issuer: 'https://issuer.example', audience: [things]}
            IdentitySource: $request.header.Authorization
  Defined:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: {title: defined, version: '1'}
        security: [{Simple: []}]
        components:
          securitySchemes:
            Simple:
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authorizer:
                type: request
                identitySource: $request.header.Authorization
                authorizerPayloadFormatVersion: '2.0'
                enableSimpleResponses: true
                authorizerUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Simple.Arn}/invocations'
            Saml: {type: http, scheme: bearer, x-amazon-apigateway-authorizer: {type: saml}}
        paths:
          /defined/default: {get: &operation {x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, payloadFormatVersion: '2.0',
            uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'}}}
          /defined/both: {get: {<<: *operation, security: [{Simple: [], Saml: []}]}}
          /defined/either: {get: {<<: *operation, security: [{Simple: []}, {Saml: []}]}}
          /defined/unknown: {get: {<<: *operation, security: [{Saml: []}]}}
          /defined/missing: {get: {<<: *operation, security: [{Nowhere: []}]}}
          /defined/odd: {get: {<<: *operation, security: {Simple: []}}}
          /defined/open: {get: {<<: *operation, security: []}}
  Guard: {Type: AWS::Serverless::Function, Properties: {Handler: main.guard}}
  Simple: {Type: AWS::Serverless::Function, Properties: {Handler: main.simple}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.handler
      Events:
        Secret: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /rest/secret, Method: get}}
        Tree: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: '/rest/tree/{proxy+}', Method: any}}
        Open: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: '/rest/open/{proxy+}', Method: any, Auth: {Authorizer: NONE}}}
        HttpSecret: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /http/secret, Method: get}}
        HttpOpen: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: '/http/open/{proxy+}', Method: get, Auth: {Authorizer: NONE}}}
"""

CODE = """
import json

def handler(event, context):
    path = event.get("rawPath") or event["path"]
    return {"statusCode": 200, "body": json.dumps({"served": event.get("resource") or event["routeKey"], "path": path})}

def guard(event, context):
    allowed = event["authorizationToken"] == "allow"
    return {"principalId": "someone", "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": "execute-api:Invoke", "Effect": "Allow" if allowed else "Deny", "Resource": event["methodArn"]}]}}

def simple(event, context):
    return {"isAuthorized": event["identitySource"] == ["allow"]}
"""

SECRETS = ("/rest/secret", "/http/secret", "/defined/default")


class Intruder(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment.update({"SAMARA_ENGINE": "sandbox", "XDG_CACHE_HOME": str(self.folder / "cache")})
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", CODE)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def api(self):
        return self.start("local", "start-api", "--port", self.port, "--local-issuer")

    def ask(self, path, *arguments):
        return curl("--path-as-is", *arguments, self.url + path)

    def assert_closed(self, path, *arguments, statuses=(400, 401, 403, 404, 405)):
        status, _, body = self.ask(path, *arguments)
        self.assertIn(status, statuses, (path, arguments, body))
        self.assertNotIn(b'"served"', body, (path, arguments))

    def raw(self, text):
        """Status and body of what a socket answers to the bytes of a request."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(text.replace("\n", "\r\n").encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def test_protected_routes_stay_closed(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.ask("/rest/secret", "-H", "Authorization: allow")[0], 200)
            self.assertEqual(self.ask("/defined/default", "-H", "Authorization: allow")[0], 200)
            for path in SECRETS:
                self.methods_and_headers(path)
                self.spellings(path)
                self.requests_no_client_sends(path)
            self.paths_through_open_routes()
            self.preflights()
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def methods_and_headers(self, path):
        self.assert_closed(path)
        for method in ("HEAD", "OPTIONS", "POST", "get", "Get", "TRACE", "PROPFIND", "ANY", "X-AMAZON-APIGATEWAY-ANY-METHOD"):
            status, _, body = self.ask(path, *(("-I",) if method == "HEAD" else ("-X", method)))
            self.assertNotIn(b'"served"', body, (path, method))
            # Where CORS is configured, API Gateway answers OPTIONS itself.
            preflight = method == "OPTIONS" and path in ("/rest/secret", "/http/secret")
            self.assertTrue(status >= 400 or preflight, (path, method, status))
        for header in ("X-HTTP-Method-Override: OPTIONS", "X-HTTP-Method: OPTIONS", "X-Method-Override: OPTIONS",
                       "X-Original-URL: /rest/open/x", "X-Rewrite-URL: /rest/open/x", "X-Forwarded-For: 127.0.0.1",
                       "X-Forwarded-Prefix: /rest/open", "Authorization;", "Authorization:  ", "Authorization: Bearer",
                       "Authorization: Bearer null", "Authorization: deny", "X-Amzn-Authorization: allow",
                       "Proxy-Authorization: allow", "Cookie: Authorization=allow"):
            self.assert_closed(path, "-H", header)
        self.assert_closed(path + "?Authorization=allow")

    def spellings(self, path):
        name = path.rsplit("/", 1)[1]
        for other in (path.upper(), path + "/", "/" + path, path.replace("/", "//", 2)[1:] + "/", path + "/.", path + "/./", path + "%2f",
                      path + "%00", path + "%20", path + ".", path + ";a=b", path + "%3Fx", path + "/..", path[:-1] + "%" + f"{ord(path[-1]):02x}",
                      "/x/.." + path, "/%2e" + path, "/%2e%2e" + path, "/x/%2e%2e" + path, "/rest/open%2f..%2f" + name,
                      "/." + path, path.replace("/", "\\"), path.replace("/", "%5c"), path + "%", path + "%zz", "/Prod" + path, "/$default" + path):
            self.assert_closed(other if other.startswith("/") else "/" + other)

    def requests_no_client_sends(self, path):
        for target in (f"http://127.0.0.1{path}", f"http://elsewhere{path}", f"HTTP://user@127.0.0.1:{self.port}{path}", f"//elsewhere{path}"):
            status, body = self.raw(f"GET {target} HTTP/1.1\nHost: x\nConnection: close\n\n")
            self.assertNotIn(b'"served"', body, target)
            self.assertGreaterEqual(status, 400, target)
        for first, second in (("allow", "deny"), ("deny", "allow"), ("allow", "allow"), ("", "allow,"), ("allow", "")):
            status, body = self.raw(
                f"GET {path} HTTP/1.1\nHost: x\nAuthorization: {first}\nConnection: close\nauthorization: {second}\n\n")
            self.assertNotIn(b'"served"', body, (path, first, second))
            self.assertGreaterEqual(status, 400)

    def paths_through_open_routes(self):
        """A greedy route takes what lies below it, whatever the dots say: it serves itself, never another."""
        for below in ("../secret", "%2e%2e/secret", "..%2fsecret", "./../secret", "../../http/secret", "%2e%2e%2fsecret"):
            for opened, served in (("/rest/open/", "/rest/open/{proxy+}"), ("/http/open/", "GET /http/open/{proxy+}")):
                status, _, body = self.ask(opened + below)
                if status == 200:
                    self.assertEqual(json.loads(body)["served"], served)
                else:
                    self.assertIn(status, (400, 401, 403, 404), (opened, below))
            self.assert_closed("/rest/tree/" + below)

    def preflights(self):
        for path in ("/rest/secret", "/http/secret"):
            status, headers, body = self.ask(path, "-X", "OPTIONS", "-H", "Origin: https://evil.example",
                                             "-H", "Access-Control-Request-Method: GET")
            self.assertIn(status, (200, 204), path)
            self.assertNotIn(b'"served"', body)
            self.assertEqual(headers["access-control-allow-origin"], "*")
            self.assert_closed(path, "-H", "Origin: https://evil.example", "-H", "Access-Control-Request-Method: GET")
        # A route of all methods has its own OPTIONS in SAM's CORS, without the function behind it.
        self.assertNotIn(b'"served"', self.ask("/rest/tree/x", "-X", "OPTIONS")[2])

    def test_security_of_a_definition(self):
        self.write("public/defined/default", "a file of the static folder, where a route is")
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.ask("/defined/open")[0], 200)
            for path in ("/defined/default", "/defined/either"):
                self.assert_closed(path, statuses=(401,))
                self.assertEqual(self.ask(path, "-H", "Authorization: allow")[0], 200, path)
            for path in ("/defined/both", "/defined/unknown", "/defined/missing", "/defined/odd"):
                self.assert_closed(path, "-H", "Authorization: allow", statuses=(501,))
                self.assertRegex(api.output(), f"(?m)^.*{path}.*$", "told at start")
            self.assertEqual(self.ask("/rest/open/x")[0], 200)
            self.assertEqual(self.ask("/http/open/x")[0], 200)
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
