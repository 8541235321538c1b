"""An application with every kind of route that start-api serves, with its page at /_samara/."""
import http.client
import json

from samara_e2e import free_port, wait_for
from web_socket_api import RESPONSE, web_socket_api

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Handler: app.handler, Runtime: python3.11, CodeUri: app, Timeout: 20, MemorySize: 256}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {DB_PASSWORD: correct-horse-battery}}
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Get: {Type: HttpApi, Properties: {Path: '/orders/{id}', Method: get}}
        Post: {Type: HttpApi, Properties: {Path: '/orders/{id}', Method: post}}
        Guarded: {Type: Api, Properties: {Path: '/guarded', Method: get, RestApiId: !Ref Guarded}}
  Auth:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.authorize}
  Guarded:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth: {DefaultAuthorizer: Mine, Authorizers: {Mine: {FunctionArn: !GetAtt Auth.Arn, Identity: {ReauthorizeEvery: 0}}}}
""" + web_socket_api("Orders", [("Connect", "$connect"), ("Disconnect", "$disconnect"), ("Default", "$default", RESPONSE)])

CODE = """
import json, os
print("loading")

def handler(event, context):
    path = event.get("rawPath") or event.get("path") or ""
    headers = event.get("headers") or {}
    print("asked for", path, os.environ["DB_PASSWORD"], headers.get("authorization"))
    if path.endswith("/boom"):
        raise ValueError("<b>no such order</b>")
    return {"statusCode": 200, "headers": {"Content-Type": "application/json", "Set-Cookie": "sid=fresh-cookie-value"},
            "body": json.dumps({"path": path, "body": event.get("body"), "authorization": headers.get("authorization"),
                                "authorized": headers.get("authorization") == "Bearer top-secret-token",
                                "password": os.environ["DB_PASSWORD"]})}

def authorize(event, context):
    allowed = event["authorizationToken"] == "Bearer let-me-in"
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": "execute-api:Invoke", "Effect": "Allow" if allowed else "Deny", "Resource": event["methodArn"]}]}}
"""


class ConsoleServer:
    """Serves it for each test."""

    engine = "sandbox"
    more = ()

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE)
        self.write("app/app.py", CODE)
        self.port = free_port()
        starting = self.start("local", "start-api", "--port", self.port, *self.more)
        self.server = starting.__enter__()
        self.addCleanup(starting.__exit__, None, None, None)
        self.server.wait_for_line("Press CTRL+C to quit")

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        return answer

    def page(self, path, method="GET", body=None, status=200):
        answer = self.ask(method, "/_samara/" + path, body)
        self.assertEqual(answer.status, status, answer.text)
        return json.loads(answer.text)

    def requests(self):
        return self.page("requests")["requests"]

    def details(self, number):
        """Of a request whose functions have written all of their log."""
        def complete():
            found = self.page(f"requests/{number}")
            return found if all("REPORT RequestId" in call["log"]["text"] for call in found["calls"]) else None
        return wait_for(complete, "the report of every call")
