"""Who may come in to start-api, as clients see it: curl, requests signed by botocore and by curl,
tokens of `samara local token`, against functions in the sandbox and in containers."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.11, CodeUri: app, Timeout: 20}
Resources:
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: Prod
      Auth:
        Authorizers:
          Token: {FunctionArn: !GetAtt Guard.Arn, Identity: {ValidationExpression: '^[a-z-]+$', ReauthorizeEvery: 60}}
          Request:
            FunctionArn: !GetAtt Guard.Arn
            FunctionPayloadType: REQUEST
            Identity: {QueryStrings: [who], Headers: [X-Who], ReauthorizeEvery: 0}
      GatewayResponses:
        UNAUTHORIZED:
          StatusCode: 418
          ResponseParameters: {Headers: {X-Why: "'no token'"}}
          ResponseTemplates: {application/json: '{"why": $context.error.messageString}'}
        DEFAULT_4XX:
          ResponseParameters: {Headers: {Access-Control-Allow-Origin: "'*'"}}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        EnableIamAuthorizer: true
        Authorizers:
          Old: {FunctionArn: !GetAtt Guard.Arn, AuthorizerPayloadFormatVersion: '1.0', Identity: {Headers: [Authorization]}}
          New: {FunctionArn: !GetAtt Guard.Arn, AuthorizerPayloadFormatVersion: '2.0', Identity: {Headers: [Authorization]}}
          Simple:
            FunctionArn: !GetAtt Simple.Arn
            AuthorizerPayloadFormatVersion: '2.0'
            EnableSimpleResponses: true
            Identity: {Headers: [Authorization]}
          Jwt:
            JwtConfiguration: {issuer: 'https://issuer.example', audience: [things]}
            IdentitySource: $request.header.Authorization
            AuthorizationScopes: [read]
  Key: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: key-of-the-template-0123}}
  Guard: {Type: AWS::Serverless::Function, Properties: {Handler: main.guard}}
  Simple: {Type: AWS::Serverless::Function, Properties: {Handler: main.simple}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.handler
      Events:
        Token: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /rest/token, Method: get, Auth: {Authorizer: Token}}}
        Request: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /rest/request, Method: get, Auth: {Authorizer: Request}}}
        Iam: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /rest/iam, Method: any, Auth: {Authorizer: AWS_IAM}}}
        Key: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /rest/key, Method: get, Auth: {ApiKeyRequired: true}}}
        Open: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /rest/open, Method: get}}
        Old: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /http/old, Method: get, Auth: {Authorizer: Old}}}
        New: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /http/new, Method: get, Auth: {Authorizer: New}}}
        Simple: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /http/simple, Method: get, Auth: {Authorizer: Simple}}}
        Jwt: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /http/jwt, Method: get, Auth: {Authorizer: Jwt}}}
        HttpIam: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: '/http/iam/{proxy+}', Method: any, Auth: {Authorizer: AWS_IAM}}}
"""

CODE = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"authorizer": event["requestContext"].get("authorizer"),
            "identity": event["requestContext"].get("identity")})}

def word(event):
    if event.get("type") == "TOKEN":
        return event["authorizationToken"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return headers.get("x-who") or headers.get("authorization")

def guard(event, context):
    said = word(event)
    print("guard asked by " + said, flush=True)
    if said == "unauthorized":
        raise Exception("Unauthorized")
    if said == "broken":
        raise Exception("anything else")
    if said == "nonsense":
        return {"principalId": "someone"}
    resource = event.get("methodArn") or event.get("routeArn")
    statement = {"Action": "execute-api:Invoke", "Effect": "Deny" if said == "deny" else "Allow", "Resource": resource}
    if said == "elsewhere":
        statement["Condition"] = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    if said == "here":
        statement["Condition"] = {"IpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1/128"]}}
    return {"principalId": "someone", "context": {"said": said, "number": 7},
            "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}

def simple(event, context):
    return {"isAuthorized": event["headers"]["authorization"] == "allow", "context": {"deep": {"er": [1]}}}
"""

CREDENTIALS = ("[alice]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret-of-alice\n"
               "[bob]\naws_access_key_id = ASIABOB\naws_secret_access_key = secret-of-bob\naws_session_token = a/session+token==\n")


class GatewayTest(SamaraTest):
    engine = "sandbox"
    more = ()

    def setUp(self):
        super().setUp()
        self.environment.update({"SAMARA_ENGINE": self.engine, "XDG_CACHE_HOME": str(self.folder / "cache")})
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", CODE)
        self.write("credentials", CREDENTIALS)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def api(self, *arguments):
        return self.start("local", "start-api", "--port", self.port, "--local-issuer",
                          "--iam-credentials", "credentials", *self.more, *arguments)

    def get(self, path, *headers):
        status, head, body = curl(*[part for header in headers for part in ("-H", header)], self.url + path)
        return status, head, json.loads(body)

    def authorizer(self, path, *headers):
        status, _, body = self.get(path, *headers)
        self.assertEqual(status, 200, body)
        return body["authorizer"]

    def refused(self, status, message, path, *headers):
        answer = self.get(path, *headers)
        self.assertEqual((answer[0], answer[2]), (status, {"message": message}), headers)
        return answer[1]

    def lambda_authorizers(self, api):
        denied = "User is not authorized to access this resource"
        context = self.authorizer("/rest/token", "Authorization: allow")
        self.assertEqual({k: context[k] for k in ("principalId", "said", "number")},
                         {"principalId": "someone", "said": "allow", "number": "7"})
        self.authorizer("/rest/token", "Authorization: allow")
        self.assertEqual(api.output().count("guard asked by allow"), 1, "the verdict is kept")
        self.refused(403, denied, "/rest/token", "Authorization: deny")
        self.assertEqual(self.get("/rest/token")[0], 418)
        self.assertEqual(self.authorizer("/rest/request?who=a", "X-Who: allow")["said"], "allow")
        self.refused(403, denied, "/rest/request?who=a", "X-Who: deny")
        for path in ("/http/old", "/http/new"):
            context = self.authorizer(path, "Authorization: allow")
            self.assertEqual(context["lambda"], {"said": "allow", "number": 7})
            self.refused(403, "Forbidden", path, "Authorization: deny")
            self.refused(401, "Unauthorized", path)
        self.assertEqual(self.authorizer("/http/simple", "Authorization: allow")["lambda"], {"deep": {"er": [1]}})
        self.refused(403, "Forbidden", "/http/simple", "Authorization: deny")

    def token(self, **claims):
        return self.samara("local", "token", "--claims", json.dumps(claims)).stdout.strip()

    def signed(self, url, method="GET", body=None, secret="secret-of-alice", presigned=False, service="execute-api",
               region="us-east-1", key="AKIDEXAMPLE", session=None):
        """Arguments for curl, signed by botocore."""
        script = (
            "import json, sys\n"
            "from botocore.auth import SigV4Auth, SigV4QueryAuth\n"
            "from botocore.awsrequest import AWSRequest\n"
            "from botocore.credentials import Credentials\n"
            "url, method, body, secret, presigned, service, region, key, session = json.loads(sys.argv[1])\n"
            "request = AWSRequest(method, url, data=body)\n"
            "auth = SigV4QueryAuth if presigned else SigV4Auth\n"
            "auth(Credentials(key, secret, session), service, region).add_auth(request)\n"
            "print(json.dumps([request.prepare().url, dict(request.headers)]))\n")
        done = subprocess.run(["/usr/bin/python3", "-c", script, json.dumps([url, method, body, secret, presigned, service, region, key, session])],
                              capture_output=True, text=True, check=True)
        url, headers = json.loads(done.stdout)
        arguments = ["--path-as-is", "-X", method, url]
        for name, value in headers.items():
            arguments += ["-H", f"{name}: {value}"]
        return arguments + (["-d", body, "-H", "Content-Type:"] if body else [])


class WhoMayComeIn(GatewayTest):
    def test_lambda_authorizers(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.lambda_authorizers(api)
            self.assertEqual(self.get("/rest/token", "Authorization: UPPER CASE")[0], 418)
            self.assertNotIn("guard asked by UPPER", api.output())
            self.assertEqual(self.get("/rest/token", "Authorization: unauthorized")[0], 418)
            self.assertEqual(self.get("/rest/request", "X-Who: allow")[0], 418, "both identity sources are needed")
            self.assertEqual(self.get("/rest/token", "Authorization: broken")[0], 500)
            self.assertEqual(self.get("/http/old", "Authorization: nonsense")[0], 500)
            self.assertEqual(self.authorizer("/http/new", "Authorization: here")["lambda"]["said"], "here")
            self.refused(403, "Forbidden", "/http/new", "Authorization: elsewhere")
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_gateway_responses_of_the_template(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            status, headers, body = self.get("/rest/token")
            self.assertEqual((status, headers["x-why"], body), (418, "no token", {"why": "Unauthorized"}))
            headers = self.refused(403, "Forbidden", "/rest/key")
            self.assertEqual(headers["access-control-allow-origin"], "*")

    def test_tokens_of_the_local_issuer(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            good = {"iss": "https://issuer.example", "aud": "things", "scope": "read write"}
            context = self.authorizer("/http/jwt", "Authorization: Bearer " + self.token(**good))
            self.assertEqual(context["jwt"]["claims"]["aud"], "things")
            self.refused(403, "Forbidden", "/http/jwt", "Authorization: Bearer " + self.token(**{**good, "scope": "write"}))
            for bad in ({"aud": "others"}, {"iss": "https://elsewhere.example"}, {"exp": 1000}, {"nbf": 99999999999}):
                headers = self.refused(401, "Unauthorized", "/http/jwt", "Authorization: Bearer " + self.token(**{**good, **bad}))
                self.assertRegex(headers["www-authenticate"], '^Bearer scope="read" error="invalid_token" error_description="the token [a-z ]+"$')
            self.refused(401, "Unauthorized", "/http/jwt")

    def test_tokens_checked_against_a_key_set_file(self):
        """The key set is made by openssl, the token signed by it."""
        script = self.write("sign.sh", (
            "set -e\n"
            "openssl genrsa -out key.pem 2048 2>/dev/null\n"
            "b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }\n"
            "n=$(openssl rsa -in key.pem -noout -modulus | cut -d= -f2 | xxd -r -p | b64)\n"
            "echo '{\"keys\": [{\"kty\": \"RSA\", \"alg\": \"RS256\", \"use\": \"sig\", \"kid\": \"one\", \"e\": \"AQAB\", \"n\": \"'$n'\"}]}' >jwks.json\n"
            "text=$(printf '%s' '{\"alg\":\"RS256\",\"kid\":\"one\"}' | b64).$(printf '%s' \"$1\" | b64)\n"
            "echo $text.$(printf '%s' $text | openssl dgst -sha256 -sign key.pem | b64)\n"))
        claims = {"iss": "https://issuer.example", "aud": ["things"], "scope": "read", "exp": 4102444800}
        done = subprocess.run(["bash", str(script), json.dumps(claims)], cwd=self.project, capture_output=True, text=True, check=True)
        token = done.stdout.strip()
        with self.start("local", "start-api", "--port", self.port, "--jwks", "jwks.json") as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.authorizer("/http/jwt", f"Authorization: Bearer {token}")
            self.refused(401, "Unauthorized", "/http/jwt", "Authorization: Bearer " + token[:-8] + "AAAAAAAA")
            self.refused(401, "Unauthorized", "/http/jwt", "Authorization: Bearer " + self.token(**claims))
            status, _, body = self.get("/http/iam/x")
            self.assertEqual(status, 501, "without credentials the route is closed")
            self.assertIn("--iam-credentials", body["message"])

    def test_requests_signed_by_botocore_and_curl(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            for path in ("/rest/iam?b=2&a=1&a=0", "/http/iam/a%20b/c?x=%2F&empty"):
                status, _, body = curl(*self.signed(self.url + path))
                self.assertEqual(status, 200, body)
                status, _, body = curl(*self.signed(self.url + path, "POST", '{"some": "body"}'))
                self.assertEqual(status, 200, body)
                status, _, body = curl(*self.signed(self.url + path, presigned=True))
                self.assertEqual(status, 200, body)
                for wrong in (self.signed(self.url + path, secret="guessed"),
                              self.signed(self.url + path, secret="guessed", presigned=True),
                              self.signed(self.url + path, service="s3"),
                              self.signed(self.url + path, region="eu-west-1"),
                              self.signed(self.url + path, key="ASIABOB", secret="secret-of-bob"),
                              self.signed(self.url + path, session="invented"),
                              self.signed(self.url + path) + ["-H", "X-Amz-Date: 20200101T000000Z"],
                              self.signed(self.url + path, "POST", "one") + ["-d", "another"]):
                    self.assertEqual(curl(*wrong)[0], 403, wrong)
                self.assertEqual(curl(self.url + path)[0], 403)
                status, _, body = curl("--aws-sigv4", "aws:amz:us-east-1:execute-api", "--user", "AKIDEXAMPLE:secret-of-alice",
                                       self.url + path.split("?")[0].replace("%20", ""))
                self.assertEqual(status, 200, body)
            bob = {"key": "ASIABOB", "secret": "secret-of-bob", "session": "a/session+token=="}
            for path in ("/http/iam/x", "/http/iam//x", "/http/iam/./y/../x", "/http/iam/x/", "/http/iam/%7Ex/%C3%BC"):
                for how in ({}, bob, {"presigned": True}, {"presigned": True, **bob}):
                    self.assertEqual(curl(*self.signed(self.url + path, **how))[0], 200, (path, how))
            status, _, body = curl(*self.signed(self.url + "/rest/iam", region="eu-west-1"))
            self.assertEqual((status, json.loads(body)["message"]),
                             (403, "Credential should be scoped to a valid region, not 'eu-west-1'."))
            status, _, body = curl(*self.signed(self.url + "/http/iam/x", **bob))
            iam = json.loads(body)["authorizer"]["iam"]
            self.assertEqual((iam["accessKey"], iam["accountId"], iam["userArn"]),
                             ("ASIABOB", "123456789012", "arn:aws:iam::123456789012:user/bob"))
            status, _, body = curl(*self.signed(self.url + "/rest/iam"))
            self.assertEqual(json.loads(body)["identity"]["accessKey"], "AKIDEXAMPLE")
            self.assertIn("alice", json.loads(body)["identity"]["userArn"])

    def test_files_of_keys_that_cannot_be_used_are_named_with_their_line(self):
        self.write("credentials", "[alice]\naws_access_key_id = A\n\n[bob]\n")
        self.write("jwks.json", '{"keys": [\n{"kid": }]}')
        for option, place in (("--iam-credentials", "credentials:2:1"), ("--jwks", "jwks.json:2:")):
            done = self.samara("local", "start-api", "--port", self.port, option, place.split(":")[0], code=1)
            self.assertRegex(done.stderr, f"Error: .*{place}")

    def test_api_keys(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            status, _, body = self.get("/rest/key", "x-api-key: key-of-the-template-0123")
            self.assertEqual(status, 200, body)
            self.assertEqual(body["identity"]["apiKey"], "key-of-the-template-0123")
            self.refused(403, "Forbidden", "/rest/key", "x-api-key: key-of-the-template-012")

    def test_disable_authorizer_opens_every_route_and_says_so(self):
        with self.api("--disable-authorizer") as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertIn("--disable-authorizer: every route is open", api.output())
            for path in ("/rest/token", "/rest/iam", "/rest/key", "/http/old", "/http/simple", "/http/jwt", "/http/iam/x"):
                self.assertEqual(self.get(path)[0], 200, path)
            self.assertNotIn("guard asked", api.output())

    def test_routes_are_edited_with_their_protection(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.get("/rest/open")[0], 200)
            self.write("template.yaml", TEMPLATE.replace(
                "Path: /rest/open, Method: get", "Path: /rest/open, Method: get, Auth: {Authorizer: Token}"))
            wait_for(lambda: self.get("/rest/open")[0] == 418, "the edited protection", 5)
            self.authorizer("/rest/open", "Authorization: allow")

    def test_static_files_and_nothing_outside_them(self):
        self.write("public/index.html", "<p>welcome")
        self.write("public/sub/page.css", "p {}")
        self.write("secret.txt", "secret")
        os.symlink("../secret.txt", self.project / "public/link.txt")
        os.symlink("..", self.project / "public/up")
        os.symlink("sub/page.css", self.project / "public/inside.css")
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            status, headers, body = curl(self.url + "/")
            self.assertEqual((status, body), (200, b"<p>welcome"))
            self.assertIn("text/html", headers["content-type"])
            self.assertEqual(curl(self.url + "/inside.css")[2], b"p {}")
            for path in ("/link.txt", "/up/secret.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/sub/..%2f..%2fsecret.txt"):
                status, _, body = curl("--path-as-is", self.url + path)
                self.assertIn(status, (400, 403, 404), path)
                self.assertNotIn(b"secret", body)


class WhoMayComeInToContainers(GatewayTest):
    engine = "docker"
    more = ("--invoke-image", f"{STAND_IN}/python:3.11", "--skip-pull-image")

    def test_lambda_authorizers_tokens_and_signatures(self):
        needs_docker()
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.lambda_authorizers(api)
            token = self.token(iss="https://issuer.example", aud="things", scope="read")
            self.authorizer("/http/jwt", f"Authorization: Bearer {token}")
            self.assertEqual(curl(*self.signed(self.url + "/rest/iam"))[0], 200)
            self.assertEqual(api.stop(seconds=10), 0)
        self.assert_nothing_left(api.process.pid)


if __name__ == "__main__":
    unittest.main()
