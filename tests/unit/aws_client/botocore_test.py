"""The client beside botocore: the same signatures, endpoints and credentials from the same input."""

import contextlib
import datetime
import http.server
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
from pathlib import Path

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    import botocore.endpoint_provider
    import botocore.exceptions
    import botocore.loaders
    import botocore.session
except ImportError:
    botocore = None

PROBE = os.environ.get("AWS_CLIENT_PROBE", "")
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def ask(questions, environment=None, debug=False, code=0):
    ran = subprocess.run([PROBE, *(["--debug"] if debug else [])], input=json.dumps(questions),
                         env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == code, ran.stderr
    answers = json.loads(ran.stdout)
    return (answers, ran.stderr) if debug else answers


@contextlib.contextmanager
def fixed_time(seconds):
    """botocore's clock, of 1.29 and of later versions."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)

    class Clock(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return moment.replace(tzinfo=None)

    saved = botocore.auth.datetime, getattr(botocore.auth, "get_current_datetime", None)
    if saved[1]:
        botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment.replace(tzinfo=None)
    else:
        botocore.auth.datetime = type("module", (), {"datetime": Clock})
    try:
        yield
    finally:
        botocore.auth.datetime = saved[0]
        if saved[1]:
            botocore.auth.get_current_datetime = saved[1]


@unittest.skipIf(botocore is None, "python3-botocore is not installed")
class ClientTest(unittest.TestCase):
    maxDiff = None


class SignatureTest(ClientTest):
    segments = ["a", "a b", "a+b", "~x", "é", "日本", "..", ".", "", "a%b", "arn:aws:lambda:r:1:function:f", "-_.", "$LATEST", "{x}"]
    values = ["", "1", "a b", "a+b", "é", "x=y", "a/b", "~", "%41", "&"]

    def requests(self, count):
        dice = random.Random(19)
        for _ in range(count):
            s3 = dice.random() < 0.4
            path = "/" + "/".join(
                urllib.parse.quote(dice.choice(self.segments), safe="-_.~") for _ in range(dice.randint(0, 5)))
            names = [dice.choice(["a", "b", "A", "a-b", "list-type", "é", "X-Amz"]) for _ in range(dice.randint(0, 4))]
            query = "&".join(f"{urllib.parse.quote(n, safe='-_.~')}={urllib.parse.quote(dice.choice(self.values), safe='-_.~')}"
                             for n in names)
            body = dice.choice(["", "Action=X&Version=1", "{}", "\x00\x01binary", "日本語"])
            headers = [["Host", dice.choice(["h.amazonaws.com", "127.0.0.1:4566", "b.s3.eu-west-1.amazonaws.com"])]]
            for header in [["Content-Type", "application/json"], ["X-Amz-Target", "T.Op"], ["x-amz-meta-a", "  two   blanks "],
                           ["x-amzn-query-mode", "true"], ["User-Agent", "samara"], ["X-Amzn-Trace-Id", "Root=1"]]:
                if dice.random() < 0.4:
                    headers.append(header)
            yield {"ask": "sign", "s3": s3, "method": dice.choice(["GET", "PUT", "POST", "DELETE", "HEAD"]),
                   "target": path + ("?" + query if query else ""), "headers": headers, "body": body,
                   "payload": "UNSIGNED-PAYLOAD" if s3 and dice.random() < 0.3 else "",
                   "key": "AKIDEXAMPLE", "secret": SECRET, "token": dice.choice(["", "TOKEN/+=="]),
                   "region": dice.choice(["us-east-1", "eu-central-1"]), "service": "s3" if s3 else "lambda",
                   "time": 1795230741 + dice.randint(0, 10**8)}

    def expected(self, question):
        host = question["headers"][0][1]
        url = f"https://{host}{question['target']}"
        request = botocore.awsrequest.AWSRequest(
            method=question["method"], url=url, headers=dict(question["headers"]), data=question["body"].encode())
        credentials = botocore.credentials.Credentials(question["key"], SECRET, question["token"] or None)
        kind = botocore.auth.S3SigV4Auth if question["s3"] else botocore.auth.SigV4Auth
        signer = kind(credentials, question["service"], question["region"])
        if question["s3"]:
            unsigned = question["payload"] == "UNSIGNED-PAYLOAD"
            signer._should_sha256_sign_payload = lambda _: not unsigned  # pylint: disable=protected-access
        with fixed_time(question["time"]):
            signer.add_auth(request)
        return request.headers["Authorization"], request.headers.get("X-Amz-Content-SHA256")

    def test_three_hundred_requests(self):
        questions = list(self.requests(300))
        wanted = []
        for question in questions:
            authorization, payload = self.expected(question)
            wanted.append(authorization)
            if question["s3"]:  # S3 has the hash as a header, which is signed
                question["headers"].append(["X-Amz-Content-SHA256", payload])
        for question, own, other in zip(questions, ask(questions), wanted):
            self.assertEqual(own, other, question)


class EndpointTest(ClientTest):
    services = {"cloudformation": "cloudformation", "sts": "sts", "s3": "s3", "ecr": "ecr", "lambda": "lambda", "logs": "logs",
                "states": "stepfunctions", "sqs": "sqs", "kinesis": "kinesis", "apigateway": "apigateway", "iam": "iam", "signer": "signer"}

    @staticmethod
    def is_left_out(service, region, fips, dual):
        """What newer models than Debian's say otherwise, and one host without a rule."""
        new = tuple(int(n) for n in botocore.__version__.split(".")[:2]) >= (1, 43)
        if service == "states" and region.startswith("us-gov") or service == "iam" and region.startswith("us-gov") and dual:
            return True
        changed = (service == "ecr" and (fips or dual) or service == "iam" and (dual or fips and region.startswith("cn-"))
                   or region.startswith("us-gov") and fips and service in ("cloudformation", "sqs", "kinesis"))
        return changed and not new

    def test_every_region_with_fips_and_dual_stack(self):
        loader = botocore.loaders.Loader()
        partitions = loader.load_data("partitions")
        regions = [r for p in partitions["partitions"] for r in p["regions"] if not r.startswith("aws-") and "iso" not in r]
        questions, wanted = [], []
        for own, name in self.services.items():
            rules = loader.load_service_model(name, "endpoint-rule-set-1")
            provider = botocore.endpoint_provider.EndpointProvider(rules, partitions)
            for region in regions:
                for fips in (False, True):
                    for dual in (False, True):
                        if self.is_left_out(own, region, fips, dual):
                            continue
                        parameters = {"Region": region, "UseFIPS": fips, "UseDualStack": dual}
                        if own == "s3":
                            parameters["UseGlobalEndpoint"] = region == "us-east-1"
                        try:
                            url = provider.resolve_endpoint(**parameters).url
                        except botocore.exceptions.EndpointProviderError:
                            continue  # there is no such endpoint
                        questions.append({"ask": "endpoint", "service": own, "region": region, "fips": fips, "dual": dual})
                        wanted.append(url)
        self.assertGreater(len(questions), 500)
        different = [(q["service"], q["region"], q["fips"], q["dual"], mine, other)
                     for q, mine, other in zip(questions, ask(questions), wanted) if mine != other]
        self.assertEqual([], different[:20], f"{len(different)} of {len(questions)}")


class Answers(http.server.BaseHTTPRequestHandler):
    """STS, SSO, containers and instance metadata, each as short as can be."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, kind="application/json", headers=()):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        script = self.server.script
        if script:
            step = script.pop(0)
            if callable(step):
                step = step(self)
            if step is not None:
                return self.reply(*step)
            return None
        later = "2040-01-01T00:00:00Z"
        if self.path == "/" and "Action=AssumeRole" in body:
            form = dict(urllib.parse.parse_qsl(body))
            action = form["Action"]
            self.reply(200, f"<{action}Response><{action}Result><Credentials><AccessKeyId>ASIA{form['RoleArn'].split('/')[-1]}"
                            f"</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{later}"
                            f"</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>A:b</AssumedRoleId><Arn>a</Arn>"
                            f"</AssumedRoleUser></{action}Result></{action}Response>", "text/xml")
        elif self.path.startswith("/federation/credentials"):
            if self.headers["x-amz-sso_bearer_token"] not in ("TOKEN", "FRESH"):
                return self.reply(401, '{"message": "no"}', headers=[("x-amzn-ErrorType", "UnauthorizedException")])
            self.reply(200, json.dumps({"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "t",
                                                            "expiration": 2208988800000}}))
        elif self.path == "/token":
            self.reply(200, json.dumps({"accessToken": "FRESH", "tokenType": "Bearer", "expiresIn": 28800, "refreshToken": "R2"}))
        elif self.path.split("?")[0] == "/container":
            self.reply(200, json.dumps({"AccessKeyId": "ASIABOX", "SecretAccessKey": "s", "Token": self.headers.get("Authorization", "none"),
                                        "Expiration": later}))
        elif self.path == "/latest/api/token":
            self.reply(*((200, "IMDS") if self.server.tokens else (404, "")))
        elif self.path.endswith("/security-credentials/"):
            self.reply(200, "role\n")
        elif self.path.endswith("/security-credentials/role"):
            self.reply(200, json.dumps({"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": later, "AccessKeyId": "ASIAEC2",
                                        "SecretAccessKey": "s", "Token": "t", "Expiration": later}))
        else:
            self.reply(404, "{}")
        return None

    do_GET = do_PUT = do_POST = do_HEAD = handle_any


class ServedTest(ClientTest):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.server.seen, self.server.script, self.server.tokens = [], [], True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        (self.home / ".aws/sso/cache").mkdir(parents=True)
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": self.url,
                            "AWS_EC2_METADATA_DISABLED": "true"}

    def config(self, text):
        (self.home / ".aws/config").write_text(text)

    def shared(self, text):
        (self.home / ".aws/credentials").write_text(text)

    def own(self, debug=False, **question):
        return ask([{"ask": "credentials", "region": "us-east-1", **question}], self.environment, debug)[0]

    def call(self, code=None, **question):
        answer = ask([{"ask": "call", "region": "us-east-1", **question}], self.environment)[0]
        self.assertEqual(answer.get("code"), code, answer)
        return answer

    def theirs(self, profile=None):
        """What botocore picks, in a process of its own."""
        program = (
            "import os, sys, json, botocore.session\n"
            "s = botocore.session.Session(profile=sys.argv[1] or None)\n"
            "make = s.create_client\n"  # 1.29 does not know AWS_ENDPOINT_URL
            "s.create_client = lambda name, **more: make(name, **{'endpoint_url': os.environ['AWS_ENDPOINT_URL'], **more})\n"
            "c = s.get_credentials()\n"
            "print(json.dumps(c and list(c.get_frozen_credentials())))\n")
        ran = subprocess.run([sys.executable, "-c", program, profile or ""], capture_output=True, text=True, timeout=60,
                             env={**self.environment, "AWS_DEFAULT_REGION": "us-east-1"})
        return json.loads(ran.stdout) if ran.returncode == 0 else ran.stderr.strip().splitlines()[-1]

    def same(self, profile=None, key=None):
        other = self.theirs(profile)
        for cached in (self.home / ".aws").glob("cli/cache/*"):
            cached.unlink()
        own = self.own(**({"profile": profile} if profile else {}))
        self.assertNotIn("error", own)
        self.assertNotIn("error", own)
        self.assertEqual([own["key"], own["secret"], own["token"]], [text or "" for text in other])
        if key:
            self.assertEqual(own["key"], key)
        return own


class CredentialsTest(ServedTest):
    KEYS = "aws_access_key_id = {0}\naws_secret_access_key = secret{0}\n"

    def test_places_in_order(self):
        self.shared("[default]\n" + self.KEYS.format("SHARED") + "[other]\n" + self.KEYS.format("OTHER"))
        self.config("[default]\n" + self.KEYS.format("CONFIG") + "[profile only]\n" + self.KEYS.format("ONLY")
                    + "[profile 'a b']\n" + self.KEYS.format("QUOTED"))
        self.same(key="SHARED")
        self.same("only", "ONLY")
        self.same("a b", "QUOTED")
        self.environment |= {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "e", "AWS_SESSION_TOKEN": "t"}
        self.same(key="ENV")
        self.same("other", "OTHER")  # --profile comes before the environment
        self.environment["AWS_PROFILE"] = "other"
        self.same(key="ENV")  # AWS_PROFILE does not
        del self.environment["AWS_ACCESS_KEY_ID"]
        self.same(key="OTHER")
        self.environment["AWS_DEFAULT_PROFILE"] = "only"
        self.same(key="ONLY")

    def test_every_source_gives_way_to_those_before_it(self):
        """All of them at once; then the first that yields is taken away, and so on."""
        tool, jwt = self.home / "tool", self.home / "jwt"
        tool.write_text("#!/bin/sh\necho '{\"Version\": 1, \"AccessKeyId\": \"PROCESS\", \"SecretAccessKey\": \"s\"}'\n")
        tool.chmod(0o755)
        jwt.write_text("token")
        self.sso()
        base = (self.home / ".aws/config").read_text() + "[profile base]\n" + self.KEYS.format("BASE") + "[default]\n"
        config = {"role_arn": "arn:aws:iam::1:role/one", "source_profile": "base", "sso_session": "main",
                  "sso_account_id": "123456789012", "sso_role_name": "admin", "credential_process": str(tool),
                  "aws_access_key_id": "CONFIG", "aws_secret_access_key": "c"}
        self.shared("[default]\n" + self.KEYS.format("SHARED"))
        self.environment |= {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "e", "AWS_EC2_METADATA_DISABLED": "false",
                             "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url,
                             "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url + "/container"}

        def picked(key):
            self.config(base + "".join(f"{name} = {value}\n" for name, value in config.items()))
            self.same(key=key)

        picked("ENV")
        del self.environment["AWS_ACCESS_KEY_ID"], self.environment["AWS_SECRET_ACCESS_KEY"]
        picked("ASIAone")
        config |= {"web_identity_token_file": str(jwt), "role_arn": "arn:aws:iam::1:role/web"}
        picked("ASIAweb")
        del config["web_identity_token_file"], config["role_arn"], config["source_profile"]
        picked("ASIASSO")
        del config["sso_session"], config["sso_account_id"], config["sso_role_name"]
        picked("SHARED")
        self.shared("")
        picked("PROCESS")
        del config["credential_process"]
        picked("CONFIG")
        del config["aws_access_key_id"], config["aws_secret_access_key"]
        picked("ASIABOX")
        del self.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        picked("ASIAEC2")
        self.environment["AWS_EC2_METADATA_DISABLED"] = "true"
        self.assertEqual(self.own()["error"], "Unable to locate credentials")
        self.assertIsNone(self.theirs())

    def test_files_elsewhere_and_odd_spellings(self):
        (self.home / "c").write_text("[default]\ns3 =\n  aws_access_key_id = NESTED\n# comment\nAWS_ACCESS_KEY_ID=UPPER\n"
                                     "aws_secret_access_key = a=b\naws_session_token=\n")
        self.environment["AWS_CONFIG_FILE"] = "~/c"
        own = self.own()
        self.assertEqual((own["key"], own["secret"]), ("UPPER", "a=b"))
        self.environment["AWS_CONFIG_FILE"] = "$HOME/c"
        self.same(key="UPPER")

    def test_half_of_a_pair_is_an_error(self):
        self.environment["AWS_ACCESS_KEY_ID"] = "ENV"
        self.assertIn("Partial credentials found in env", self.own()["error"])
        self.assertIn("PartialCredentialsError", self.theirs())

    def test_nothing_anywhere(self):
        self.assertEqual(self.own()["error"], "Unable to locate credentials")
        self.assertIsNone(self.theirs())

    def test_a_profile_that_is_not_there(self):
        self.assertEqual(self.own(profile="no")["error"], "The config profile (no) could not be found")
        self.assertIn("The config profile (no) could not be found", self.theirs("no"))

    def test_credential_process(self):
        tool = self.home / "my tool"
        tool.write_text("#!/bin/sh\nprintf '{\"Version\": 1, \"AccessKeyId\": \"P%s\", \"SecretAccessKey\": \"s\"}' \"$1\"\n")
        tool.chmod(0o755)
        self.config(f"[default]\ncredential_process = \"{tool}\" 'a b'\n")
        self.same(key="Pa b")
        tool.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
        self.assertIn("custom-process: broken", self.own()["error"])
        self.assertIn("custom-process: broken", self.theirs())
        tool.write_text("#!/bin/sh\necho '{\"Version\": 2}'\n")
        self.assertIn("Version '2' is not supported", self.own()["error"])
        self.assertIn("custom-process: ", self.theirs())

    def test_container(self):
        self.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self.url + "/container"
        self.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Bearer x"
        self.same(key="ASIABOX")
        (self.home / "token").write_text("Bearer file\n")
        self.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(self.home / "token")
        self.assertEqual(self.own()["token"], "Bearer file")
        self.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://192.0.2.1/container"
        self.assertIn("Unsupported host '192.0.2.1'", self.own()["error"])
        self.assertIn("Unsupported host '192.0.2.1'", self.theirs())

    def test_instance_metadata(self):
        self.environment["AWS_EC2_METADATA_DISABLED"] = "false"
        self.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = self.url
        self.same(key="ASIAEC2")
        self.assertTrue(any(h.get("x-aws-ec2-metadata-token") == "IMDS" for _, _, h, _ in self.server.seen))
        self.server.tokens = False
        self.same(key="ASIAEC2")
        self.environment["AWS_EC2_METADATA_V1_DISABLED"] = "true"
        self.assertEqual(self.own()["error"], "Unable to locate credentials")

    def test_roles(self):
        self.shared("[base]\n" + self.KEYS.format("BASE"))
        self.config("[profile role]\nrole_arn = arn:aws:iam::1234:role/one\nsource_profile = base\nexternal_id = ee\nduration_seconds = 900\n"
                    "[profile chain]\nrole_arn = arn:aws:iam::1234:role/two\nsource_profile = role\n"
                    "[profile self]\nrole_arn = arn:aws:iam::1234:role/self\nsource_profile = self\n" + self.KEYS.format("SELF") +
                    "[profile env]\nrole_arn = arn:aws:iam::1234:role/env\ncredential_source = Environment\n"
                    "[profile loop]\nrole_arn = arn:aws:iam::1234:role/l\nsource_profile = pool\n"
                    "[profile pool]\nrole_arn = arn:aws:iam::1234:role/l\nsource_profile = loop\n"
                    "[profile both]\nrole_arn = r\nsource_profile = base\ncredential_source = Environment\n"
                    "[profile none]\nrole_arn = r\n[profile gone]\nrole_arn = r\nsource_profile = missing\n")
        self.environment |= {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "e"}
        for profile, key in (("role", "ASIAone"), ("chain", "ASIAtwo"), ("self", "ASIAself"), ("env", "ASIAenv")):
            self.same(profile, key)
        calls = [dict(urllib.parse.parse_qsl(body)) for _, _, _, body in self.server.seen if "AssumeRole" in body]
        one = next(c for c in calls if c["RoleArn"].endswith("one"))
        self.assertEqual((one["ExternalId"], one["DurationSeconds"]), ("ee", "900"))
        for profile, words in (("loop", "Infinite loop"), ("both", "both"), ("none", "source_profile"), ("gone", "missing")):
            self.assertIn(words, self.own(profile=profile)["error"])
            self.assertIsInstance(self.theirs(profile), str)

    def test_roles_share_their_cache_with_the_aws_cli(self):
        self.shared("[base]\n" + self.KEYS.format("BASE"))
        self.config("[profile role]\nrole_arn = arn:aws:iam::1:role/one\nsource_profile = base\nexternal_id = e\n")
        self.own(profile="role")
        before = len(self.server.seen)
        self.own(profile="role")
        self.assertEqual(len(self.server.seen), before, "asked STS though the cache lasts")
        files = list((self.home / ".aws/cli/cache").iterdir())
        self.assertEqual(len(files), 1)
        self.assertEqual(files[0].stat().st_mode & 0o777, 0o600)
        fetcher = botocore.credentials.AssumeRoleCredentialFetcher(
            None, None, "arn:aws:iam::1:role/one", extra_args={"ExternalId": "e"}, cache={})
        self.assertEqual(files[0].stem, fetcher._cache_key)  # pylint: disable=protected-access

    def test_mfa(self):
        self.shared("[base]\n" + self.KEYS.format("BASE"))
        self.config("[profile mfa]\nrole_arn = arn:aws:iam::1:role/m\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n")
        self.assertIn("MFA code", self.own(profile="mfa")["error"])
        self.assertEqual(self.own(profile="mfa", mfa="123456")["key"], "ASIAm")
        self.assertIn("TokenCode=123456", self.server.seen[-1][3])

    def test_web_identity(self):
        (self.home / "jwt").write_text("first")
        self.environment |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(self.home / "jwt"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/web"}
        self.assertEqual(self.own()["key"], "ASIAweb")
        method, _, headers, body = self.server.seen[-1]
        self.assertIn("WebIdentityToken=first", body)
        self.assertNotIn("Authorization", headers)
        (self.home / "jwt").write_text("second")
        self.own()
        self.assertIn("WebIdentityToken=second", self.server.seen[-1][3])
        del self.environment["AWS_ROLE_ARN"]
        self.assertIn("no role ARN", self.own()["error"])

    def sso(self, expires="2040-01-01T00:00:00Z", token="TOKEN", **more):
        import hashlib
        self.config("[sso-session main]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n"
                    "[profile sso]\nsso_session = main\nsso_account_id = 123456789012\nsso_role_name = admin\n"
                    "[profile old]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n"
                    "[profile lost]\nsso_session = nowhere\nsso_account_id = 1\nsso_role_name = r\n")
        for name in ("main", "https://x.awsapps.com/start"):
            (self.home / ".aws/sso/cache" / (hashlib.sha1(name.encode()).hexdigest() + ".json")).write_text(
                json.dumps({"accessToken": token, "expiresAt": expires, **more}))

    def test_sso(self):
        self.sso()
        for profile in ("sso", "old"):
            self.assertEqual(self.own(profile=profile)["key"], "ASIASSO")
        path = self.server.seen[0][1]
        self.assertEqual(path, "/federation/credentials?role_name=admin&account_id=123456789012")
        before = len(self.server.seen)
        self.own(profile="sso")
        self.assertEqual(len(self.server.seen), before)
        self.assertIn("nowhere", self.own(profile="lost")["error"])

    def test_sso_that_has_expired(self):
        self.sso(expires="2020-01-01T00:00:00Z")
        self.assertIn("The SSO session associated with this profile has expired", self.own(profile="sso")["error"])
        self.sso(token="REVOKED")
        self.assertIn("The SSO session associated with this profile has expired", self.own(profile="old")["error"])
        for file in (self.home / ".aws/sso/cache").iterdir():
            file.unlink()
        self.assertIn("Error loading SSO Token:", self.own(profile="sso")["error"])

    def test_sso_is_refreshed(self):
        self.sso(expires="2020-01-01T00:00:00UTC", clientId="c", clientSecret="cs", refreshToken="R1",
                 registrationExpiresAt="2040-01-01T00:00:00Z")
        self.assertEqual(self.own(profile="sso")["key"], "ASIASSO")
        self.assertEqual(json.loads(self.server.seen[0][3]),
                         {"clientId": "c", "clientSecret": "cs", "grantType": "refresh_token", "refreshToken": "R1"})
        import hashlib
        kept = json.loads((self.home / ".aws/sso/cache" / (hashlib.sha1(b"main").hexdigest() + ".json")).read_text())
        self.assertEqual((kept["accessToken"], kept["refreshToken"], kept["clientId"]), ("FRESH", "R2", "c"))


class SecrecyTest(ServedTest):
    def test_no_secret_is_told_to_debug(self):
        self.shared("[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = SECRETBASE\naws_session_token = TOKENBASE\n")
        self.config("[profile role]\nrole_arn = arn:aws:iam::1:role/one\nsource_profile = base\nexternal_id = SECRETEXTERNAL\n")
        answers, told = self.own(debug=True, profile="role"), None
        self.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self.url + "/container?SECRETPATH"
        self.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "SECRETHEADER"
        questions = [{"ask": "credentials", "region": "us-east-1", "profile": "role"}, {"ask": "credentials", "region": "us-east-1"},
                     {"ask": "call", "region": "us-east-1", "service": "s3", "operation": "GetObject", "input": {"Bucket": "b", "Key": "k"}}]
        for file in (self.home / ".aws/cli/cache").iterdir():
            file.unlink()
        answers, told = ask(questions, self.environment, debug=True)
        self.assertEqual(answers[0]["key"], "ASIAone")
        self.assertEqual(answers[1]["token"], "SECRETHEADER")
        self.assertIn("GetObject", told)
        for secret in ("SECRET", "TOKENBASE", "Signature=", "AKIABASE"):
            self.assertNotIn(secret, told)


class RetryTest(ServedTest):
    CALL = {"service": "cloudformation", "operation": "DescribeStacks", "input": {"StackName": "x"}}
    GOOD = (200, "<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>", "text/xml")

    def setUp(self):
        super().setUp()
        self.environment |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}

    def fault(self, code, status=400, message="m", headers=()):
        return (status, f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>", "text/xml", headers)

    def test_throttling_and_failures_are_tried_again(self):
        self.server.script = [self.fault("Throttling"), self.fault("InternalFailure", 500), self.GOOD]
        self.call(**self.CALL)
        attempts = [h["amz-sdk-request"] for _, _, h, _ in self.server.seen]
        self.assertEqual(attempts, ["attempt=1; max=5", "attempt=2; max=5", "attempt=3; max=5"])
        self.assertEqual(len({h["amz-sdk-invocation-id"] for _, _, h, _ in self.server.seen}), 1)

    def test_a_connection_that_is_cut_is_made_again(self):
        self.server.script = [lambda handler: handler.connection.shutdown(2), self.GOOD]
        self.call(**self.CALL)

    def test_attempts_are_counted(self):
        self.environment["AWS_MAX_ATTEMPTS"] = "2"
        self.server.script = [self.fault("Throttling")] * 3
        answer = self.call("Throttling", **self.CALL)
        self.assertEqual(answer["error"], "An error occurred (Throttling) when calling the DescribeStacks operation "
                                          "(reached max retries: 1): m")
        self.assertEqual(len(self.server.seen), 2)

    def test_what_is_wrong_is_not_tried_again(self):
        self.server.script = [self.fault("ValidationError", message="Stack with id x does not exist")]
        answer = self.call("ValidationError", **self.CALL)
        self.assertEqual(answer["error"], "An error occurred (ValidationError) when calling the DescribeStacks operation: "
                                          "Stack with id x does not exist")

    def test_the_clock_of_the_service_is_followed(self):
        def skewed(handler):
            handler.send_response_only(403)
            body = b"<ErrorResponse><Error><Code>RequestExpired</Code><Message>late</Message></Error></ErrorResponse>"
            for name, value in (("Date", "Wed, 01 Jan 2031 10:00:00 GMT"), ("Content-Length", str(len(body)))):
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)
        self.server.script = [skewed, self.GOOD]
        self.call(**self.CALL)
        self.assertTrue(self.server.seen[1][2]["X-Amz-Date"].startswith("20310101T10"), self.server.seen[1][2])

    def test_credentials_that_have_expired_are_renewed(self):
        del self.environment["AWS_ACCESS_KEY_ID"]
        tool = self.home / "tool"
        tool.write_text("#!/bin/sh\necho x >> ~/count\necho '{\"Version\": 1, \"AccessKeyId\": \"K'$(wc -l < ~/count)'\", "
                        "\"SecretAccessKey\": \"s\", \"Expiration\": \"2040-01-01T00:00:00Z\"}'\n")
        tool.chmod(0o755)
        self.config(f"[default]\ncredential_process = {tool}\n")
        self.server.script = [self.fault("ExpiredToken", 403), self.GOOD]
        self.call(**self.CALL)
        self.assertIn("Credential=K1/", self.server.seen[0][2]["Authorization"])
        self.assertIn("Credential=K2/", self.server.seen[1][2]["Authorization"])

    def test_keys_of_a_role_that_aws_refuses_are_not_taken_from_the_cache_again(self):
        import hashlib
        del self.environment["AWS_ACCESS_KEY_ID"]
        self.config("[default]\nsso_session = main\nsso_account_id = 1\nsso_role_name = r\n"
                    "[sso-session main]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n")
        folder = self.home / ".aws"
        token = folder / "sso/cache" / (hashlib.sha1(b"main").hexdigest() + ".json")
        token.write_text(json.dumps({"accessToken": "TOKEN", "expiresAt": "2040-01-01T00:00:00Z"}))
        name = hashlib.sha1(b'{"accountId":"1","roleName":"r","sessionName":"main"}').hexdigest()
        (folder / "cli/cache").mkdir(parents=True, exist_ok=True)
        (folder / "cli/cache" / f"{name}.json").write_text(json.dumps({"Credentials": {
            "AccessKeyId": "ASIAREVOKED", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2999-01-01T00:00:00Z"}}))
        role = json.dumps({"roleCredentials": {"accessKeyId": "ASIANEW", "secretAccessKey": "s", "sessionToken": "t",
                                               "expiration": 32503680000000}})
        self.server.script = [self.fault("ExpiredToken", 403), (200, role), self.GOOD]
        self.call(**self.CALL)
        self.assertIn("Credential=ASIAREVOKED/", self.server.seen[0][2]["Authorization"])
        self.assertIn("/federation/credentials", self.server.seen[1][1])
        self.assertIn("Credential=ASIANEW/", self.server.seen[2][2]["Authorization"])

    def test_a_bucket_is_followed_to_its_region(self):
        moved = (301, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>", "text/xml", [("x-amz-bucket-region", "eu-west-1")])
        self.server.script = [moved, (200, "content", "text/plain")]
        answer = self.call(service="s3", operation="GetObject", input={"Bucket": "b", "Key": "k"})
        self.assertEqual(answer["body"], "content")
        self.assertIn("/eu-west-1/s3/", self.server.seen[1][2]["Authorization"])

    def test_a_function_is_not_run_twice(self):
        self.server.script = [(500, '{"Message": "m"}'), (200, "{}")]
        self.call("500", service="lambda", operation="Invoke", input={"FunctionName": "f"})
        self.assertEqual(len(self.server.seen), 1)

    def test_services_section(self):
        del self.environment["AWS_ENDPOINT_URL"]
        self.config(f"[default]\nservices = here\n[services here]\ncloudformation =\n  endpoint_url = {self.url}/base/\n")
        self.server.script = [self.GOOD]
        self.call(**self.CALL)
        self.assertEqual(self.server.seen[0][1], "/base/")
        self.config("[default]\nservices = elsewhere\n")
        self.assertIn("elsewhere", ask([{"ask": "call", "region": "us-east-1", **self.CALL}], self.environment)[0]["error"])


class ProxyTest(ServedTest):
    def test_plain_http_goes_to_the_proxy_with_its_whole_url(self):
        self.environment |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": "http://cfn.test:8000",
                             "http_proxy": self.url.replace("http://", "http://me:p%40ss@")}
        self.server.script = [RetryTest.GOOD]
        self.call(**RetryTest.CALL)
        self.assertEqual(self.server.seen[0][1], "http://cfn.test:8000/")
        self.assertEqual(self.server.seen[0][2]["Proxy-Authorization"], "Basic bWU6cEBzcw==")
        self.assertEqual(self.server.seen[0][2]["Host"], "cfn.test:8000")

    def test_exceptions(self):
        self.environment |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "HTTP_PROXY": "http://127.0.0.1:9",
                             "NO_PROXY": "example.org, 127.0.0.1"}
        self.server.script = [RetryTest.GOOD]
        self.call(**RetryTest.CALL)

    def test_https_goes_through_a_tunnel(self):
        keys = self.home / "key.pem", self.home / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keys[0], "-out", keys[1], "-days", "2",
                        "-subj", "/CN=cfn.test", "-addext", "subjectAltName=DNS:cfn.test"], check=True, capture_output=True)
        import socket
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keys[1], keys[0])
        target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        target.seen, target.script = [], [RetryTest.GOOD, RetryTest.GOOD]
        target.socket = context.wrap_socket(target.socket, server_side=True)
        threading.Thread(target=target.serve_forever, daemon=True).start()
        self.addCleanup(target.server_close)
        self.addCleanup(target.shutdown)
        asked = []

        def pump(source, sink):
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)

        def proxy(listener):
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += client.recv(1)
                asked.append(head.decode())
                out = socket.create_connection(("127.0.0.1", target.server_port))
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                for pair in ((client, out), (out, client)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        threading.Thread(target=proxy, args=(listener,), daemon=True).start()
        self.environment |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": "https://cfn.test",
                             "HTTPS_PROXY": f"http://127.0.0.1:{listener.getsockname()[1]}", "AWS_CA_BUNDLE": str(keys[1])}
        self.call(**RetryTest.CALL)
        self.assertTrue(asked[0].startswith("CONNECT cfn.test:443 HTTP/1.1\r\n"), asked)
        self.environment["AWS_ENDPOINT_URL"] = "https://other.test"  # not in the certificate
        self.environment["AWS_MAX_ATTEMPTS"] = "1"
        answer = ask([{"ask": "call", "region": "us-east-1", **RetryTest.CALL}], self.environment)[0]
        self.assertIn("SSL validation failed for https://other.test/", answer["error"])


if __name__ == "__main__":
    unittest.main()
