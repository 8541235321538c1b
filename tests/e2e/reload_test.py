"""Edits while start-api and start-lambda run: what editors, git and builds do to files, taken up by the next request."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SAMARA, STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.11, CodeUri: app, Timeout: 30}
Resources:
  Described:
    Type: AWS::Serverless::HttpApi
    Properties: {DefinitionUri: api.yaml}
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.handler
      Layers: [!Ref Layer]
      Environment:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: environment.yaml}}
      Events:
        Get: {Type: HttpApi, Properties: {Path: /one, Method: get}}
        Slow: {Type: HttpApi, Properties: {Path: /slow, Method: get}}
"""

DEFINITION = """\
openapi: 3.0.1
paths:
  /described:
    get:
      x-amazon-apigateway-integration:
        type: aws_proxy
        payloadFormatVersion: '2.0'
        uri: {Fn::Sub: 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'}
"""

CODE = """
import json, os, time
import layered

def handler(event, context):
    if event["rawPath"] == "/slow":
        print("slow one has begun", flush=True)
        time.sleep(1.5)
    return {"code": "VERSION", "layer": layered.version, "variable": os.environ["SETTING"]}
"""


class Reloading(SamaraTest):
    engine = "sandbox"
    more = ()

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = self.engine
        self.write("template.yaml", TEMPLATE)
        self.write("api.yaml", DEFINITION)
        self.write("environment.yaml", "Variables: {SETTING: first}\n")
        self.write("layer/python/layered.py", "version = 'first'\n")
        self.write("app/main.py", CODE.replace("VERSION", "first"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def api(self, *arguments):
        return self.start("local", "start-api", "--port", self.port, *self.more, *arguments)

    def get(self, path="/one"):
        status, _, body = curl(self.url + path)
        return json.loads(body) if status == 200 else status

    def taken_up(self, key, value, what):
        wait_for(lambda: self.get()[key] == value, what, 10)

    def save_by_rename(self, name, text):
        """As vim, VS Code on some systems, and sed -i do."""
        beside = self.write(name + ".new", text)
        os.rename(beside, self.project / name)

    def environments(self):
        return [path for path in self.temporary.iterdir() if "sandbox" in path.name]

    def every_kind_of_file(self):
        self.assertEqual(self.get(), {"code": "first", "layer": "first", "variable": "first"})
        self.write("app/main.py", CODE.replace("VERSION", "second"))
        self.taken_up("code", "second", "code that was written in place")
        self.save_by_rename("app/main.py", CODE.replace("VERSION", "third"))
        self.taken_up("code", "third", "code that was replaced")
        self.write("layer/python/layered.py", "version = 'second'\n")
        self.taken_up("layer", "second", "the layer")
        self.save_by_rename("environment.yaml", "Variables: {SETTING: second}\n")
        self.taken_up("variable", "second", "the file that AWS::Include names")
        self.write("api.yaml", DEFINITION.replace("/described", "/renamed"))
        wait_for(lambda: self.get("/renamed") != 404, "the file that DefinitionUri names", 10)
        self.assertEqual(self.get("/described"), 404)
        self.save_by_rename("template.yaml", TEMPLATE.replace("Path: /one", "Path: /two"))
        wait_for(lambda: self.get("/two") != 404, "the template", 10)
        self.assertEqual(self.get(), 404)


class TheNextRequest(Reloading):  # alone: requests within milliseconds of an edit
    """sees an edit, however soon after it comes: nothing here waits for anything."""

    def code(self, version):
        return CODE.replace("VERSION", version)

    def test_sees_code(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.get()
            for i in range(24):
                self.save_by_rename("app/main.py", self.code(f"renamed {i}"))
                self.assertEqual(self.get()["code"], f"renamed {i}")
                self.write("app/main.py", self.code(f"written {i}"))
                self.assertEqual(self.get()["code"], f"written {i}")
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_sees_routes_and_variables(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            for i in range(24):
                self.save_by_rename("template.yaml", TEMPLATE.replace("Path: /one", f"Path: /at/{i}"))
                self.save_by_rename("environment.yaml", f"Variables: {{SETTING: at {i}}}\n")
                self.assertEqual(self.get(f"/at/{i}")["variable"], f"at {i}")
                self.assertEqual(self.get(), 404)

    def test_of_start_lambda_sees_functions(self):
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions"
        with self.start("local", "start-lambda", "--port", self.port) as server:
            server.wait_for_line("Press CTRL+C to quit")
            for i in range(24):
                self.save_by_rename("template.yaml", TEMPLATE.replace("  Fn:", f"  Fn{i}:").replace("${Fn.", f"${{Fn{i}."))
                status, _, _ = curl("-d", '{"rawPath": "/"}', f"{url}/Fn{i}/invocations")
                self.assertEqual(status, 200)

    def test_is_served_what_was_there_while_an_edit_is_half_done(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.get()["code"], "first")
            self.save_by_rename("template.yaml", "Resources: [")
            self.assertEqual(self.get()["code"], "first")
            api.wait_for_line("what was served before is still served")
            self.save_by_rename("template.yaml", TEMPLATE)
            self.save_by_rename("app/main.py", self.code("second"))
            self.assertEqual(self.get()["code"], "second")
            self.assertEqual(api.output().count("is still served"), 1)
            self.assertEqual(api.output().count("Edits are served again"), 1)


class ReloadingFromTheSandbox(Reloading):  # alone: how soon an edit applies
    def test_every_kind_of_file(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.every_kind_of_file()
            self.assertIn(f"Mounting Fn at {self.url}/two [GET]", api.output())
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_an_edit_is_taken_up_within_100_ms_of_the_write(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            delays = []
            for edit in range(5):
                self.write("app/main.py", CODE.replace("VERSION", str(edit)))
                written = time.monotonic()
                while True:
                    asked = time.monotonic()
                    if self.get()["code"] == str(edit):
                        break
                    self.assertLess(asked - written, 10)
                delays.append(asked - written)
            # The machine may be busy with others: the best one tells what samara itself needs.
            self.assertLess(min(delays), 0.1, delays)

    def test_a_template_that_is_broken_or_gone_for_a_moment(self):
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.write("template.yaml", TEMPLATE.replace("Runtime: python3.11", "Runtime: [python"))
            api.wait_for_line("what was served before is still served")
            self.assertIn("template.yaml:3:", api.output())
            self.assertEqual(self.get()["code"], "first")
            (self.project / "template.yaml").unlink()
            wait_for(lambda: api.output().count("still served") == 2, "word of the template that is gone")
            self.assertEqual(self.get()["code"], "first")
            # What an error asks for may come in a file that nobody has named before.
            self.write("template.yaml", TEMPLATE.replace("environment.yaml", "other/late.yaml"))
            wait_for(lambda: api.output().count("still served") == 3, "word of the file that is not there")
            self.write("other/late.yaml", "Variables: {SETTING: late}\n")
            self.taken_up("variable", "late", "the file that was missing")
            self.write("api.yaml", "openapi: [")
            wait_for(lambda: "api.yaml:1:" in api.output(), "word of the broken definition")
            self.assertEqual(self.get("/described")["code"], "first")
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_a_running_request_is_not_dropped(self):
        with self.api("--max-concurrency", "1") as api:
            api.wait_for_line("Press CTRL+C to quit")
            answers = []
            client = threading.Thread(target=lambda: answers.append(self.get("/slow")))
            client.start()
            self.addCleanup(client.join)
            api.wait_for_line("slow one has begun")
            self.write("app/main.py", CODE.replace("VERSION", "second"))
            self.write("template.yaml", TEMPLATE.replace("/slow", "/other"))
            wait_for(lambda: self.get("/other") != 404 and self.get()["code"] == "second", "the edit", 10)
            client.join()
            self.assertEqual(answers, [{"code": "first", "layer": "first", "variable": "first"}])
            wait_for(lambda: len(self.environments()) == 2, "the end of the old environment", 10)

    def test_fifty_edits_leave_one_environment(self):
        with self.api("--max-concurrency", "1") as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.get()
            descriptors = pathlib.Path(f"/proc/{api.process.pid}/fd")
            for edit in range(50):
                self.write("app/main.py", CODE.replace("VERSION", str(edit)))
                self.taken_up("code", str(edit), f"edit {edit}")
                if edit == 5:
                    before = len(list(descriptors.iterdir()))
            wait_for(lambda: len(self.environments()) == 1, "the end of the former environments", 15)
            wait_for(lambda: len(list(descriptors.iterdir())) <= before + 5, "the former descriptors", 15)
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_another_branch_is_checked_out(self):
        def git(*arguments):
            subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
                           cwd=self.project, check=True, capture_output=True)
        for number in range(300):
            self.write(f"app/package/module{number}.py", "number = 1\n")
        git("init", "-q", "-b", "old")
        git("add", ".")
        git("commit", "-qm", "old")
        git("checkout", "-qb", "new")
        for number in range(300):
            self.write(f"app/package/module{number}.py", "number = 2\n")
        shutil.rmtree(self.project / "layer")
        self.write("other-layer/python/layered.py", "version = 'other'\n")
        self.write("template.yaml", TEMPLATE.replace("ContentUri: layer", "ContentUri: other-layer").replace("/one", "/new"))
        self.write("app/main.py", CODE.replace("VERSION", "new") + "from package import module299\nassert module299.number == 2\n")
        git("add", ".")
        git("commit", "-qm", "new")
        git("checkout", "-q", "old")
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            for _ in range(2):
                wait_for(lambda: self.get("/one") != 404 and self.get("/one")["code"] == "first", "the old branch", 10)
                git("checkout", "-q", "new")
                wait_for(lambda: self.get("/new") != 404 and self.get("/new")["layer"] == "other", "the new branch", 10)
                git("checkout", "-q", "old")

    def test_samara_build_runs_meanwhile(self):
        self.write("app/requirements.txt", "")
        self.samara("build")
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            for version in ("second", "third", "fourth"):
                self.write("app/main.py", CODE.replace("VERSION", version))
                self.samara("build")
                self.taken_up("code", version, "what was built")
            shutil.rmtree(self.project / ".aws-sam")
            api.wait_for_line("what was served before is still served")
            self.write("app/main.py", CODE.replace("VERSION", "anew"))
            self.samara("build")
            self.taken_up("code", "anew", "what was built from nothing")
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_functions_of_start_lambda(self):
        with self.start("local", "start-lambda", "--port", self.port) as service:
            service.wait_for_line("Press CTRL+C to quit")
            def call(function):
                status, _, body = curl("-d", '{"rawPath": "/"}', f"{self.url}/2015-03-31/functions/{function}/invocations")
                return json.loads(body)["code"] if status == 200 else status
            self.assertEqual([call("Fn"), call("Other")], ["first", 404])
            self.write("template.yaml", TEMPLATE.replace("  Fn:\n", "  Other:\n").replace("/one", "/other"))
            self.write("api.yaml", DEFINITION.replace("Fn.Arn", "Other.Arn"))
            wait_for(lambda: call("Other") == "first", "the function under its new name", 10)
            self.assertEqual(call("Fn"), 404)

    def test_too_few_watches_are_told(self):
        self.write("app/one/two/three.py", "")
        limited = ["unshare", "-Ur", "sh", "-c", 'echo 3 >/proc/sys/user/max_inotify_watches && exec "$@"', "sh"]
        if subprocess.run([*limited, "true"], capture_output=True).returncode != 0:
            self.skipTest("no user namespace can be made here")
        done = subprocess.run([*limited, SAMARA, "local", "start-api", "--port", str(self.port)], cwd=self.project,
                              env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("Error: cannot watch all files", done.stderr)
        self.assertIn("--no-watch", done.stderr)

    def test_no_watch_takes_nothing_up(self):
        with self.api("--no-watch") as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(self.get()["code"], "first")
            self.write("template.yaml", TEMPLATE.replace("/one", "/two"))
            links = [os.readlink(link) for link in pathlib.Path(f"/proc/{api.process.pid}/fd").iterdir()]
            self.assertNotIn("anon_inode:inotify", links)
            self.assertEqual(self.get()["code"], "first")


class WarningsOfApis(SamaraTest):
    """are told when they come up, not with every edit."""

    def test_each_is_told_once(self):
        definition = """
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody:
        swagger: "2.0"
        info: {title: TITLE}
        paths:
          /PATH: {fetch: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: "http://127.0.0.1:1/x"}}}
"""
        def template(title, path):
            self.write("template.yaml", """
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: app
      Handler: main.handler
      Runtime: python3.11
      Events: {Get: {Type: HttpApi, Properties: {Path: /fn, Method: get}}}
""" + definition.replace("TITLE", title).replace("PATH", path))

        def code(value):
            self.write("app/main.py", f"def handler(event, context): return '{value}'\n")

        def told(path):
            return sum(f"no method FETCH: /{path} does not answer" in line for line in server.lines)

        template("one", "other")
        code("first")
        port = free_port()
        url = f"http://127.0.0.1:{port}/fn"
        with self.start("local", "start-api", "-p", port, "--engine", "sandbox") as server:
            server.wait_for_line("Press CTRL+C to quit")
            self.assertEqual(told("other"), 1)
            code("second")
            self.assertEqual(curl(url)[2], b"second")
            template("two", "other")
            self.assertEqual(curl(url)[2], b"second")
            self.assertEqual(told("other"), 1)
            template("two", "another")
            self.assertEqual(curl(url)[2], b"second")
            server.wait_for_line("no method FETCH: /another does not answer")
            code("third")
            self.assertEqual(curl(url)[2], b"third")
            self.assertEqual((told("other"), told("another")), (1, 1))
            self.assertEqual(server.stop(), 0)


class ReloadingFromContainers(Reloading):
    engine = "docker"
    more = ("--invoke-image", f"{STAND_IN}/python:3.11", "--skip-pull-image")

    def test_every_kind_of_file(self):
        needs_docker()
        with self.api() as api:
            api.wait_for_line("Press CTRL+C to quit")
            self.every_kind_of_file()
            wait_for(lambda: len(self.containers_of(api.process.pid)) <= 1, "the end of the former containers", 20)
            self.assertEqual(api.stop(seconds=10), 0)
        self.assert_nothing_left(api.process.pid)


if __name__ == "__main__":
    unittest.main()
