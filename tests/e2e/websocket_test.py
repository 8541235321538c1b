"""WebSocket APIs behind start-api: connecting, routes, the management API, and how connections end."""
import base64
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402
from web_socket import BINARY, CLOSE, Refused, WebSocket  # noqa: E402
from web_socket_api import RESPONSE, route, web_socket_api  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.11, CodeUri: app, Timeout: 20}
"""

ROUTES = (("Connect", "$connect", ""), ("Disconnect", "$disconnect", ""), ("Default", "$default", RESPONSE),
          ("Say", "say", RESPONSE), ("Quiet", "quiet", ""), ("Post", "post", ""), ("End", "end", ""))

# Its events go to standard error: what samara passes on.
CODE = """
import json, os, sys, urllib.error, urllib.request

def manage(method, connection, data=None):
    url = os.environ["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] + "/@connections/" + connection
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code

def handler(event, context):
    context_of = event["requestContext"]
    route, connection = context_of["routeKey"], context_of["connectionId"]
    print("EVENT", json.dumps(event), flush=True)
    if route == "$connect":
        query = event.get("queryStringParameters") or {}
        headers = {"Sec-WebSocket-Protocol": query["protocol"]} if "protocol" in query else {}
        return {"statusCode": int(query.get("status", 200)), "headers": headers, "body": "as it was asked"}
    if route == "$disconnect":
        return {"statusCode": 200}
    body = event["body"]
    if route == "post":
        to = json.loads(body).get("to", connection)
        status = manage("POST", to, json.dumps({"posted": body}).encode())
        if to != connection:
            manage("POST", connection, json.dumps({"status": status}).encode())
    if route == "end":
        manage("DELETE", connection)
    if event["isBase64Encoded"]:
        return {"statusCode": 200, "body": body, "isBase64Encoded": True}
    return {"statusCode": 200, "body": json.dumps({"route": route, "connection": connection})}
"""

# Posts, reads, ends, and meets the end.
BOTO3 = """
import sys, time, boto3
client, connection = boto3.client("apigatewaymanagementapi", endpoint_url=sys.argv[1]), sys.argv[2]
client.post_to_connection(ConnectionId=connection, Data=b"from boto3")
print(client.get_connection(ConnectionId=connection)["Identity"]["SourceIp"])
client.delete_connection(ConnectionId=connection)
print("closed")
for _ in range(200):
    try:
        client.get_connection(ConnectionId=connection)
        time.sleep(0.05)
    except client.exceptions.GoneException as gone:
        print(type(gone).__name__)
        break
"""


class WebSocketApi:
    """A chat that start-api serves."""

    engine = "sandbox"
    more = ()

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE + web_socket_api("Fn", ROUTES))
        self.write("app/app.py", CODE)
        self.port = free_port()
        starting = self.start("local", "start-api", "--port", self.port, *self.more)
        self.server = starting.__enter__()
        self.addCleanup(starting.__exit__, None, None, None)
        self.server.wait_for_line("Press CTRL+C to quit")

    def connect(self, target="/prod", **more):
        return WebSocket(self.port, target, **more)

    def events(self, route):
        lines = [line.partition("EVENT ")[2] for line in self.server.lines if "EVENT {" in line]
        return [event for event in map(json.loads, lines) if event["requestContext"]["routeKey"] == route]

    def manage(self, method, connection, *more):
        return curl("-X", method, *more, f"http://127.0.0.1:{self.port}/prod/@connections/{connection}")

    def say(self, client, action="say", **more):
        client.send(json.dumps({"action": action, **more}))
        return json.loads(client.text())


class Served(WebSocketApi, SamaraTest):
    def test_from_the_handshake_to_the_end(self):
        self.server.wait_for_line(f"WebSocket API Chat at ws://127.0.0.1:{self.port}/prod")
        self.assertNotIn("not served", self.server.output())
        with self.connect("/prod?protocol=chat&x=1", headers=["X-Mine: y"]) as client:
            self.assertIn("Sec-WebSocket-Protocol: chat", client.head)
            said = self.say(client)
            self.assertEqual(said["route"], "say")
            self.assertEqual(self.say(client, "unheard of")["route"], "$default")
            client.send("no JSON")
            self.assertEqual(json.loads(client.text())["route"], "$default")
            client.send(b"\x00\xff", BINARY)
            self.assertEqual(client.frame(), (BINARY, b"\x00\xff"))
            client.send(json.dumps({"action": "quiet"}))  # has no route response
            self.assertEqual(self.say(client)["route"], "say")
            self.assertEqual(client.close(4001, "enough")[0], 4001)
        connected = self.events("$connect")[0]
        self.assertEqual(connected["headers"]["X-Mine"], "y")
        self.assertEqual(connected["queryStringParameters"]["x"], "1")
        self.assertEqual(connected["requestContext"]["connectionId"], said["connection"])
        ended = wait_for(lambda: self.events("$disconnect"), "$disconnect")[0]["requestContext"]
        self.assertEqual((ended["connectionId"], ended["disconnectStatusCode"], ended["disconnectReason"]),
                         (said["connection"], 4001, "enough"))
        self.server.wait_for_line("GET /prod 101")
        self.server.wait_for_line("MESSAGE /prod/$default 200")
        self.server.wait_for_line("DISCONNECT /prod/$disconnect 200")
        self.assertEqual(self.server.stop(), 0)
        self.assert_nothing_left()

    def test_who_is_refused_was_never_there(self):
        with self.assertRaises(Refused) as refused:
            self.connect("/prod?status=401")
        self.assertEqual((refused.exception.status, refused.exception.body), (401, "as it was asked"))
        with self.assertRaises(Refused) as refused:
            self.connect("/prod", headers=["Sec-WebSocket-Extensions: x", "Content-Length: 1", "", "x"])
        self.assertEqual(refused.exception.status, 400)
        with self.assertRaises(Refused):
            self.connect("/elsewhere")
        with self.connect("/prod?status=200") as client:
            self.say(client)
            client.close()
        wait_for(lambda: self.events("$disconnect"), "$disconnect")
        self.assertEqual(len(self.events("$disconnect")), 1)
        self.assertEqual(len(self.events("$connect")), 2)

    def test_the_management_api(self):
        with self.connect() as one, self.connect() as other:
            ids = [self.say(client)["connection"] for client in (one, other)]
            one.send(json.dumps({"action": "post", "to": ids[1]}))
            self.assertEqual(json.loads(one.text()), {"status": 200})
            self.assertIn(ids[1], json.loads(other.text())["posted"])
            status, _, body = self.manage("POST", ids[0], "--data-binary", "from outside")
            self.assertEqual((status, body, one.text()), (200, b"", "from outside"))
            status, _, body = self.manage("GET", ids[0])
            self.assertEqual(status, 200)
            self.assertEqual(json.loads(body)["identity"]["sourceIp"], "127.0.0.1")
            status, _, body = self.manage("POST", ids[0], "-H", "Origin: https://evil.example", "-d", "x")
            self.assertEqual(status, 403, body)
            other.send(json.dumps({"action": "end"}))
            self.assertEqual(other.closed()[0], 1000)
            self.assertEqual(self.manage("DELETE", ids[0])[0], 204)
            self.assertEqual(one.close()[0], 1000)
        for connection in ids:
            wait_for(lambda: self.manage("GET", connection)[0] == 410, "410")
            status, headers, _ = self.manage("POST", connection, "-d", "x")
            self.assertEqual((status, headers["x-amzn-errortype"]), (410, "GoneException"))
        wait_for(lambda: len(self.events("$disconnect")) == 2, "both ends")

    def test_debians_boto3_manages_connections(self):
        with self.connect() as client:
            connection = self.say(client)["connection"]
            told = subprocess.run(
                ["/usr/bin/python3", "-c", BOTO3, f"http://127.0.0.1:{self.port}/prod", connection],
                capture_output=True, text=True, timeout=60,
                env={**self.environment, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
                     "AWS_DEFAULT_REGION": "us-east-1"})
            self.assertEqual(told.stdout.split(), ["127.0.0.1", "closed", "GoneException"], told.stderr)
            self.assertEqual(client.text(), "from boto3")
            self.assertEqual(client.closed()[0], 1000)

    def test_limits_of_messages_and_frames(self):
        with self.connect() as client:
            for part in range(4):
                client.send(b"x" * 32 * 1024, 1 if part == 0 else 0, last=part == 3)
            self.assertEqual(json.loads(client.text())["route"], "$default", "128 KB are a message")
            for part in range(5):
                client.send(b"x" * 32 * 1024, 1 if part == 0 else 0, last=False)
            self.assertEqual(client.closed()[0], 1009)
        with self.connect() as client:
            client.send("x" * (32 * 1024 + 1))
            self.assertEqual(client.closed()[0], 1009)
        wait_for(lambda: {event["requestContext"]["disconnectStatusCode"] for event in self.events("$disconnect")} == {1009},
                 "1009 for $disconnect")
        with self.connect() as client:
            self.assertEqual(self.say(client)["route"], "say")

    def test_messages_of_a_connection_are_answered_in_order(self):
        with self.connect() as client:
            for number in range(30):
                client.send(base64.b64encode(str(number).encode()), BINARY)
            got = [client.frame()[1] for _ in range(30)]
            self.assertEqual([int(base64.b64decode(one)) for one in got], list(range(30)))

    def test_many_clients_and_the_end_of_the_server(self):
        clients = [self.connect() for _ in range(200)]
        try:
            ids = {self.say(client)["connection"] for client in clients[::20]}
            self.assertEqual(len(ids), 10)
            self.assertEqual(curl(f"http://127.0.0.1:{self.port}/nowhere")[0], 403)
            self.server.process.terminate()
            for client in clients:
                code, reason = client.closed()
                self.assertEqual((code, reason), (1001, "Going away"))
                client.send(b"\x03\xe9", CLOSE)
            self.assertEqual(self.server.process.wait(20), 0)
            self.assertNotIn("$disconnect:", self.server.output(), "what cannot be called any more is no news")
        finally:
            for client in clients:
                client.socket.close()
        self.assert_nothing_left()

    def test_an_edited_template_keeps_connections(self):
        with self.connect() as client:
            self.assertEqual(self.say(client, "later")["route"], "$default")
            with (self.project / "template.yaml").open("a") as template:
                template.write(route("Later", "later", RESPONSE))
            wait_for(lambda: self.say(client, "later")["route"] == "later", "the new route")
            (self.project / "app/app.py").write_text(CODE.replace('"route": route', '"route": "edited"'))
            wait_for(lambda: self.say(client)["route"] == "edited", "the new code")

    def test_a_client_of_others(self):
        modules = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/var/cache/samara-tools")) / "node_modules"
        self.assertTrue((modules / "ws").is_dir(), "npm install ws")
        script = """
const { WebSocket } = require("ws");
const socket = new WebSocket(process.argv[1]);
socket.on("open", () => socket.send(JSON.stringify({ action: "say" })));
socket.on("message", (data, binary) => { console.log(binary, data.toString()); socket.close(4000, "done"); });
socket.on("close", (code, reason) => console.log(code, reason.toString()));
"""
        result = subprocess.run(["node", "-e", script, f"ws://127.0.0.1:{self.port}/prod"], capture_output=True, text=True,
                                env={**os.environ, "NODE_PATH": str(modules)}, timeout=60)
        self.assertRegex(result.stdout, r'^false {"route": "say".*}\n4000 done\n$', result.stderr)


class Encrypted(WebSocketApi, SamaraTest):
    def setUp(self):
        self.more = ("--ssl-cert-file", "cert.pem", "--ssl-key-file", "key.pem")
        super().setUp()

    def write(self, name, text):
        if name == "template.yaml":
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                            "-keyout", str(self.project / "key.pem"), "-out", str(self.project / "cert.pem")],
                           check=True, capture_output=True)
        return super().write(name, text)

    def test_messages_go_both_ways_at_once(self):
        self.server.wait_for_line(f"WebSocket API Chat at wss://127.0.0.1:{self.port}/prod")
        with self.connect(tls=self.project / "cert.pem") as client:
            for number in range(20):
                client.send(bytes([number]) * 20_000, BINARY)
            for number in range(20):
                self.assertEqual(client.frame(), (BINARY, bytes([number]) * 20_000))
            self.assertEqual(client.close()[0], 1000)
        wait_for(lambda: self.events("$disconnect"), "$disconnect")


class InContainers(WebSocketApi, SamaraTest):
    engine = "docker"
    more = ("--invoke-image", f"{STAND_IN}/python:3.11")

    def setUp(self):
        needs_docker()
        super().setUp()

    def test_a_function_posts_to_its_client(self):
        with self.connect() as client:
            client.send(json.dumps({"action": "post"}))
            self.assertIn("post", json.loads(client.text())["posted"])


if __name__ == "__main__":
    unittest.main()
