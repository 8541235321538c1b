"""The AWS credentials that functions get: the caller's, from every place of the chain, when they are needed."""
import json
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from aws_server import ACCESS_KEY, SECRET_KEY, AwsServer  # noqa: E402
from samara_e2e import SamaraTest  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.11}
"""
HANDLER = """\
import os
def handler(event, context):
    return [os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
"""
ROLE = "arn:aws:iam::123456789012:role/dev"


class FunctionCredentials(SamaraTest):
    def setUp(self):
        super().setUp()
        self.server = AwsServer()
        self.addCleanup(self.server.__exit__)
        self.home = self.folder / "home"
        (self.home / ".aws").mkdir(parents=True)
        self.environment.update(self.server.environment(self.home))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            self.environment.pop(name, None)
        self.write("template.yaml", TEMPLATE)
        self.write("app.py", HANDLER)
        self.write_config("")

    def write_config(self, text):
        for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            self.environment.pop(variable, None)
        (self.home / ".aws/config").write_text(text)

    def keys(self, *options):
        done = self.samara("local", "invoke", "--engine", "sandbox", *options)
        self.stderr = done.stderr
        return json.loads(done.stdout)

    def process(self, answer, code=0):
        program = self.folder / "keys"
        program.write_text(f"#!/bin/sh\necho >> {self.folder}/asked\necho '{answer}'\nexit {code}\n")
        program.chmod(0o755)
        return f"credential_process = {program}\n"

    def test_without_any_there_are_stand_ins_and_nobody_is_asked(self):
        self.assertEqual(self.keys(), ["defaultkey", "defaultsecret", None])
        self.assertEqual(self.server.operations(), [])
        self.assertNotIn("credentials", self.stderr)

    def test_of_a_program(self):
        answer = json.dumps({"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "s", "SessionToken": "t",
                             "Expiration": "2999-01-01T00:00:00Z"})
        self.write_config("[profile tool]\n" + self.process(answer))
        self.assertEqual(self.keys("--profile", "tool"), ["AKIDPROCESS", "s", "t"])
        self.assertEqual((self.folder / "asked").read_text(), "\n", "it was asked once")
        for command in (["build"], ["validate"], ["transform"]):
            self.samara(*command, "--profile", "tool")
        self.assertEqual((self.folder / "asked").read_text(), "\n", "commands that call no function ask nobody")

    def test_of_a_role(self):
        self.write_config(f"[default]\nregion = us-east-1\n[profile dev]\nrole_arn = {ROLE}\nsource_profile = base\n"
                          f"[profile base]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n")
        id_, secret, token = self.keys("--profile", "dev")
        self.assertTrue(id_.startswith("ASIA") and secret and token, (id_, token))
        self.assertEqual(self.server.operations(), ["sts.AssumeRole"])
        self.assertEqual(self.keys("--profile", "dev"), [id_, secret, token], "from the cache that the AWS CLI shares")
        self.assertEqual(self.server.operations(), ["sts.AssumeRole"])

    def test_an_expired_session_is_named_and_stand_ins_do(self):
        self.write_config("[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = dev\n"
                          "[sso-session corp]\nsso_start_url = https://corp.example\nsso_region = us-east-1\n")
        self.assertEqual(self.keys(), ["defaultkey", "defaultsecret", None])
        self.assertIn("aws sso login", self.stderr)
        self.assertIn("stand-ins", self.stderr)

    def test_a_program_that_fails_is_named_and_stand_ins_do(self):
        self.write_config("[default]\n" + self.process("no", code=1))
        self.assertEqual(self.keys(), ["defaultkey", "defaultsecret", None])
        self.assertIn("custom-process", self.stderr)

    def test_a_profile_that_is_nowhere_is_an_error(self):
        done = self.samara("local", "invoke", "--engine", "sandbox", "--profile", "gone", code=1)
        self.assertIn("The config profile (gone) could not be found", done.stderr)

    def test_keys_of_the_function_stay_whole(self):
        self.environment.update(AWS_ACCESS_KEY_ID="AKIDENV", AWS_SECRET_ACCESS_KEY="e", AWS_SESSION_TOKEN="t")
        self.assertEqual(self.keys(), ["AKIDENV", "e", "t"])
        self.write("template.yaml", TEMPLATE.replace("Runtime: python3.11}", "Runtime: python3.11, Environment: {Variables: {"
                                                     "AWS_ENDPOINT_URL: 'http://x', AWS_ACCESS_KEY_ID: own, AWS_SECRET_ACCESS_KEY: own}}}"))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            self.environment.pop(name)
        (self.home / ".aws/credentials").write_text("[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = f\naws_session_token = ft\n")
        self.assertEqual(self.keys(), ["own", "own", None])


if __name__ == "__main__":
    unittest.main()
