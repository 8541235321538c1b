"""Code and layers that do not lie in a folder: zip archives, layer versions of AWS, several layers over each other."""
import base64
import contextlib
import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import threading
import unittest
import urllib.parse
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, needs_docker  # noqa: E402

ARN = "arn:aws:lambda:eu-west-1:345057560386:layer:Tools:7"

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {code}
      Handler: main.handler
      Runtime: python3.11
      MemorySize: 256
      Layers: {layers}
  Own:
    Type: AWS::Serverless::LayerVersion
    Properties: {{ContentUri: {own}}}
  Second:
    Type: AWS::Serverless::LayerVersion
    Properties: {{ContentUri: second}}
  Third:
    Type: AWS::Serverless::LayerVersion
    Properties: {{ContentUri: third}}
"""

# All that lies below /opt, and the text of each file.
PYTHON = """
import os
def handler(event, context):
    found = {}
    for folder, _, files in os.walk("/opt"):
        for name in files:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, "/opt")] = open(path).read()
    return found
"""


def zip_of(files):
    """Bytes of an archive; a text that begins with "-> " is a link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            if isinstance(text, str) and text.startswith("-> "):
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
                text = text.removeprefix("-> ")
            archive.writestr(entry, text)
    return out.getvalue()


class FakeLambda:
    """GetLayerVersionByArn and the bucket behind it. `claimed` is the content whose digest it tells."""

    def __init__(self, content, claimed=None, status=200):
        self.requests = []
        self.content = content
        self.status = status
        self.before_content = lambda: None
        digest = base64.b64encode(hashlib.sha256(claimed or content).digest()).decode()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                fake.requests.append((self.path, dict(self.headers)))
                if self.path.startswith("/bucket/"):
                    fake.before_content()
                    return self.answer(200, fake.content)
                location = f"http://{self.headers['Host']}/bucket/layer.zip?X-Amz-Signature=0"
                body = {"Content": {"Location": location, "CodeSha256": digest, "CodeSize": len(fake.content)}}
                if fake.status != 200:
                    body = {"Type": "User", "Message": "not authorized to perform: lambda:GetLayerVersion"}
                self.answer(fake.status, json.dumps(body).encode())

            def answer(self, code, body):
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                with contextlib.suppress(BrokenPipeError):  # from one that was killed
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Cases:
    engine = ""

    def setUp(self):
        super().setUp()
        home = self.folder / "home"
        home.mkdir()
        self.cache = home / ".aws-sam" / "layers-pkg"
        self.environment.update(
            SAMARA_ENGINE=self.engine, HOME=str(home), XDG_CACHE_HOME=str(home / "cache"),
            AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="secret", AWS_SESSION_TOKEN="token")
        if "DOCKER_HOST" in os.environ:
            self.environment["DOCKER_HOST"] = os.environ["DOCKER_HOST"]
        self.write("app/main.py", PYTHON)
        for name in ("own", "second", "third"):
            self.write(f"{name}/python/{name}.txt", name)
            self.write(f"{name}/shared.txt", name)

    def template(self, layers="[!Ref Own]", code="app", own="own"):
        self.write("template.yaml", TEMPLATE.format(code=code, layers=layers, own=own))

    def lambda_with(self, *arguments, **options):
        fake = FakeLambda(*arguments, **options)
        self.addCleanup(fake.stop)
        self.environment["AWS_ENDPOINT_URL"] = fake.url
        return fake

    def invoke(self, *options, code=0, **more):
        result = self.run_once(*options, code=code, **more)
        self.assert_nothing_left()
        return result

    def run_once(self, *options, **more):
        if self.engine == "docker":
            options = (*options, "--invoke-image", f"{STAND_IN}/python:3.11", "--skip-pull-image")
        result = self.samara("local", "invoke", "Fn", *options, **more)
        for image in re.findall(r"Building image (samcli/\S+)", result.stderr):
            self.addCleanup(subprocess.run, ["docker", "rmi", image], capture_output=True)
        return result

    def seen(self, *options):
        return json.loads(self.invoke(*options).stdout)

    def told(self):
        return self.invoke().stderr

    def refused(self, text, *options):
        result = self.invoke(*options, code=1)
        self.assertIn(text, result.stderr)
        self.assertEqual(result.stdout, "")
        return result

    def test_later_layers_win(self):
        self.template("[!Ref Own, !Ref Second, !Ref Third]")
        expected = {"python/own.txt": "own", "python/second.txt": "second", "python/third.txt": "third"}
        self.assertEqual(self.seen(), {**expected, "shared.txt": "third"})
        self.template("[!Ref Third, !Ref Own, !Ref Second]")
        self.assertEqual(self.seen(), {**expected, "shared.txt": "second"})

    def test_edited_layer_is_seen_and_an_unchanged_one_builds_nothing(self):
        self.template("[!Ref Own, !Ref Second]")
        first = self.invoke()
        second = self.invoke()
        self.assertEqual(second.stdout, first.stdout)
        self.assertNotIn("Building image", second.stderr)
        self.write("own/python/own.txt", "edited")
        third = self.invoke()
        self.assertEqual(json.loads(third.stdout)["python/own.txt"], "edited")
        if self.engine == "docker":
            self.assertIn("Building image", first.stderr)
            self.assertIn("a layer changed", third.stderr)

    def test_code_and_layer_in_archives(self):
        (self.project / "code.zip").write_bytes(zip_of({"main.py": PYTHON}))
        (self.project / "layer.zip").write_bytes(zip_of({"python/a.txt": "zipped", "b.txt": "-> python/a.txt"}))
        self.template(code="code.zip", own="layer.zip")
        first = self.invoke()
        self.assertEqual(json.loads(first.stdout), {"python/a.txt": "zipped", "b.txt": "zipped"})
        self.assertEqual(first.stderr.count("Decompressing"), 2)
        second = self.invoke()
        self.assertEqual(second.stdout, first.stdout)
        self.assertNotIn("Decompressing", second.stderr)
        (self.project / "layer.zip").write_bytes(zip_of({"python/a.txt": "new"}))
        self.assertEqual(self.seen(), {"python/a.txt": "new"})

    def test_build_leaves_archives_as_they_are(self):
        (self.project / "code.zip").write_bytes(zip_of({"main.py": PYTHON}))
        (self.project / "layer.zip").write_bytes(zip_of({"a.txt": "zipped"}))
        self.template(code="code.zip", own="layer.zip")
        built = self.samara("build")
        self.assertIn("Skip building zip function: Fn", built.stderr)
        self.assertEqual(self.seen(), {"a.txt": "zipped"})

    def test_archives_that_reach_out_are_refused(self):
        self.template(code="code.zip")
        for files, why in (
                ({"../evil": "x"}, "leads out of the folder"),
                ({"a/../../evil": "x"}, "leads out of the folder"),
                ({"/tmp/evil": "x"}, "leads out of the folder"),
                ({"link": "-> /etc", "link/passwd": "x"}, "links out of it"),
                ({"link": "-> ../..", "link/evil": "x"}, "links out of it"),
                ({"zeros": bytes(300 << 20)}, "unpacks to more than 262144000 bytes")):
            with self.subTest(files=list(files)):
                (self.project / "code.zip").write_bytes(zip_of(files))
                self.refused(why)
                unpacked = self.folder / "home/cache/samara/unpacked"
                self.assertEqual([p.name for p in unpacked.iterdir() if p.is_dir()], [])
                self.assertFalse((unpacked.parent / "evil").exists())

    def test_file_that_is_no_archive(self):
        self.write("code.txt", "")
        self.template(code="code.txt")
        self.refused("is neither a folder nor a zip archive")
        self.write("code.zip", "no zip at all")
        self.template(code="code.zip")
        self.refused("cannot unpack")

    def test_layer_version_is_fetched_once(self):
        fake = self.lambda_with(zip_of({"python/tool.txt": "fetched", "shared.txt": "fetched"}))
        self.template(f"[!Ref Own, '{ARN}']")
        self.assertEqual(
            self.seen(), {"python/own.txt": "own", "python/tool.txt": "fetched", "shared.txt": "fetched"})
        (path, headers), (content_path, content_headers) = fake.requests
        url = urllib.parse.urlsplit(path)
        self.assertEqual(url.path, "/2018-10-31/layers")
        self.assertEqual(urllib.parse.parse_qs(url.query), {"find": ["LayerVersion"], "Arn": [ARN]})
        self.assertRegex(
            headers["Authorization"], r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-west-1/lambda/aws4_request, ")
        self.assertEqual(headers["X-Amz-Security-Token"], "token")
        self.assertEqual(content_path, "/bucket/layer.zip?X-Amz-Signature=0")
        self.assertNotIn("Authorization", content_headers)
        # The name that the AWS SAM CLI would look for.
        name = f"Tools-7-{hashlib.sha256(ARN.encode()).hexdigest()[:10]}"
        self.assertTrue((self.cache / name / "python/tool.txt").is_file())
        self.assertNotIn("Downloading", self.invoke().stderr)
        self.assertEqual(len(fake.requests), 2)
        self.invoke("--layer-cache-basedir", "elsewhere")
        self.assertEqual(len(fake.requests), 4)
        self.assertTrue((self.project / "elsewhere" / name).is_dir())

    def test_layer_version_that_is_not_what_it_should_be(self):
        self.lambda_with(zip_of({"a": "1"}), claimed=zip_of({"a": "2"}))
        self.template(f"['{ARN}']")
        self.refused("its SHA-256 is")
        self.assertEqual([p.name for p in self.cache.iterdir() if p.is_dir()], [])

    def test_layer_version_that_aws_refuses(self):
        self.lambda_with(b"", status=403)
        self.template(f"['{ARN}']")
        result = self.refused("(403) when calling the GetLayerVersionByArn operation: not authorized to perform: lambda:GetLayerVersion")
        self.assertIn(f"--layer-archive {ARN}=FILE", result.stderr)
        self.assertIn("template.yaml", result.stderr)

    def test_layer_version_without_credentials(self):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            del self.environment[name]
        fake = self.lambda_with(zip_of({"a.txt": "1"}))
        self.template(f"['{ARN}']")
        self.environment["AWS_EC2_METADATA_DISABLED"] = "true"
        refused = self.refused("Unable to locate credentials")
        self.assertIn("aws sso login", refused.stderr)
        self.assertEqual(fake.requests, [])
        answer = {"Version": 1, "AccessKeyId": "ASIASSO", "SecretAccessKey": "s", "SessionToken": "t"}
        tool = self.folder / "credentials-tool"
        tool.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
        tool.chmod(0o755)
        config = self.folder / "aws-config"
        config.write_text(f"[default]\ncredential_process = {tool}\n")
        self.environment["AWS_CONFIG_FILE"] = str(config)
        self.assertEqual(self.seen(), {"a.txt": "1"})
        self.assertIn("Credential=ASIASSO/", fake.requests[0][1]["Authorization"])

    def test_layer_archive_needs_no_network(self):
        fake = self.lambda_with(b"")
        (self.project / "tools.zip").write_bytes(zip_of({"a.txt": "offline"}))
        self.template(f"['{ARN}']")
        self.assertEqual(self.seen("--layer-archive", f"{ARN}=tools.zip"), {"a.txt": "offline"})
        self.assertEqual(fake.requests, [])
        self.assertIn("is not a zip archive", self.invoke("--layer-archive", f"{ARN}=none.zip", code=2).stderr)

    def test_two_processes_fetch_once(self):
        fake = self.lambda_with(zip_of({"a.txt": "1"}))
        self.template(f"['{ARN}']")
        started = threading.Event()
        go_on = threading.Event()
        fake.before_content = lambda: (started.set(), go_on.wait(30))
        results = []
        threads = [threading.Thread(target=lambda: results.append(json.loads(self.run_once().stdout))) for _ in range(2)]
        for thread in threads:
            thread.start()
        self.assertTrue(started.wait(30))
        go_on.set()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [{"a.txt": "1"}] * 2)
        self.assertEqual(len(fake.requests), 2)
        self.assert_nothing_left()

    def test_killed_while_it_fetches(self):
        fake = self.lambda_with(zip_of({"a.txt": "1"}))
        self.template(f"['{ARN}']")
        started = threading.Event()
        go_on = threading.Event()
        self.addCleanup(go_on.set)
        fake.before_content = lambda: (started.set(), go_on.wait(30))
        with self.start("local", "invoke", "Fn") as program:
            self.assertTrue(started.wait(30))
            program.stop(signal.SIGKILL)
        fake.before_content = lambda: None
        self.assertEqual(self.seen(), {"a.txt": "1"})
        self.assertEqual(len([p for p in self.cache.iterdir() if p.is_dir()]), 1)

    def test_more_than_lambda_takes(self):
        self.template(f"[{', '.join(['!Ref Own'] * 6)}]")
        self.assertIn("'Fn' has 6 layers, and Lambda takes 5", self.told())
        for name in ("own", "second"):
            with open(self.project / name / "large", "wb") as large:
                large.truncate(130 << 20)
        self.template("[!Ref Own, !Ref Second]")
        self.assertIn("are 260 MB together, and Lambda takes 250 MB", self.told())


class Sandbox(Cases, SamaraTest):
    engine = "sandbox"


class Docker(Cases, SamaraTest):
    engine = "docker"

    def setUp(self):
        needs_docker()
        super().setUp()


if __name__ == "__main__":
    unittest.main()
