"""Tokens of an issuer that start-api asks for its keys over HTTPS, as API Gateway does."""
import base64
import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, curl, free_port  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Jwt
        Authorizers:
          Jwt:
            JwtConfiguration: {issuer: 'https://localhost:ISSUER', audience: [things]}
            IdentitySource: $request.header.Authorization
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      CodeUri: app
      Handler: main.handler
      Events: {Get: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /x, Method: get}}}
"""


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """An HTTPS server with a discovery document and a key set, and what was asked of it."""

    def __init__(self, folder, port):
        self.folder, self.port, self.asked = folder, port, []
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "tls.pem",
                     "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
        self.openssl("genrsa", "-out", "sign.pem", "2048")
        modulus = self.openssl("rsa", "-in", "sign.pem", "-noout", "-modulus").decode().strip().split("=")[1]
        documents = {
            "/.well-known/openid-configuration": {"jwks_uri": f"https://localhost:{port}/keys"},
            "/keys": {"keys": [{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "e": "AQAB",
                                "n": url64(bytes.fromhex(modulus))}]}}
        asked = self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                body = json.dumps(documents[self.path]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def openssl(self, *arguments, text=None):
        return subprocess.run(["openssl", *arguments], cwd=self.folder, input=text, capture_output=True, check=True).stdout

    def token(self, kid="one", alg="RS256", **claims):
        claims = {"iss": f"https://localhost:{self.port}", "aud": "things", "exp": 4102444800, **claims}
        text = url64(json.dumps({"alg": alg, "kid": kid}).encode()) + "." + url64(json.dumps(claims).encode())
        return text + "." + url64(self.openssl("dgst", "-sha256", "-sign", "sign.pem", text=text.encode()))

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class AskedForKeys(SamaraTest):
    def setUp(self):
        super().setUp()
        self.issuer_port = free_port()
        self.port = free_port()
        self.environment.update({"SAMARA_ENGINE": "sandbox", "XDG_CACHE_HOME": str(self.folder / "cache")})
        self.write("template.yaml", TEMPLATE.replace("ISSUER", str(self.issuer_port)))
        self.write("app/main.py", "def handler(event, context):\n    return event['requestContext']['authorizer']\n")

    def get(self, token):
        status, headers, body = curl("-H", f"Authorization: Bearer {token}", f"http://127.0.0.1:{self.port}/x")
        return status, headers, json.loads(body)

    def test_keys_are_asked_for_once_and_outlive_the_issuer(self):
        issuer = Issuer(self.folder, self.issuer_port)
        self.environment["SSL_CERT_FILE"] = str(self.folder / "tls.pem")
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.get(issuer.token(iss="https://localhost:1"))[0], 401)
            self.assertEqual(issuer.asked, [], "another's token is no reason to ask")
            status, _, body = self.get(issuer.token(sub="me"))
            self.assertEqual((status, body["jwt"]["claims"]["sub"]), (200, "me"))
            for kid in ("two", "three", "", "../one"):
                self.assertEqual(self.get(issuer.token(kid=kid))[0], 401, kid)
            for alg in ("RS384", "HS256", "none", "ES256"):
                self.assertEqual(self.get(issuer.token(alg=alg))[0], 401, alg)
            self.assertEqual(issuer.asked, ["/.well-known/openid-configuration", "/keys"])
            issuer.stop()
            self.assertEqual(self.get(issuer.token())[0], 200)

    def test_an_issuer_that_cannot_be_asked_closes_its_routes(self):
        issuer = Issuer(self.folder, self.issuer_port)  # its certificate is not trusted
        token = issuer.token()
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            status, _, body = self.get(token)
            issuer.stop()
            self.assertEqual(status, 501)
            self.assertIn(f"localhost:{self.issuer_port}", body["message"])
            self.assertEqual(issuer.asked, [])
            self.assertEqual(self.get(token)[0], 501)


if __name__ == "__main__":
    unittest.main()
