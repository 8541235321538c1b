"""samara validate and samara transform as their users see them: streams, exit codes, places."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest

GOOD = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: test}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      CodeUri: s3://bucket/code.zip
      Policies: [TeamPolicy]
      Environment: {Variables: {STAGE: !Ref Stage}}
"""

# Line 9 misspells a property, 12 lacks one, 14 has one of another kind, 16 refers to nothing.
BAD = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      CodeUri: src
      Timout: 3
      Events:
        Get:
          Type: Api
          Properties: {Path: /a}
  Table: {Type: AWS::Serverless::SimpleTable, Properties: {Tags: [a]}}
Outputs:
  Missing: {Value: !Ref Nothing}
"""


# A document that is no template, and sections of one that hold something of another kind.
ODD = ["~", "text", "1", "true", "[a, b]", "{}", "{1: 2}", "a: b", "[Resources]", "[[]]"]
SECTIONS = ["Resources", "Parameters", "Globals", "Mappings", "Conditions", "Outputs", "Metadata", "Transform"]
LOOPS = "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n"


def odd_documents():
    sound = "Resources: {T: {Type: AWS::Serverless::Function, Properties: {InlineCode: a, Handler: a.b, Runtime: python3.12}}}\n"
    for text in ODD:
        yield text + "\n"
    for section in SECTIONS:
        for value in ODD:
            yield LOOPS + f"{section}: {value}\n" if section != "Transform" else f"{section}: {value}\n"
            if section not in ("Resources", "Transform"):
                yield LOOPS + sound + f"{section}: {value}\n"
    for value in ODD:
        for resource in (f"{{T: {value}}}", f"{{T: {{Type: {value}}}}}",
                         *(f"{{T: {{Type: AWS::Serverless::{kind}, Properties: {value}}}}}"
                           for kind in ("Function", "Api", "HttpApi", "StateMachine", "Connector", "GraphQLApi"))):
            yield f"Resources: {resource}\n"


class TemplateCommands(SamaraTest):
    def json_lines(self, text):
        return [json.loads(line) for line in text.splitlines()]

    def test_a_good_template_is_called_valid(self):
        self.write("template.yaml", GOOD)
        result = self.samara("validate")
        self.assertEqual(
            result.stdout,
            f"{self.project}/template.yaml is a valid SAM Template. This is according to basic SAM Validation, for additional "
            'validation, please run with "--lint" option\n')
        self.assertEqual(self.samara("validate", "--lint").stdout, f"{self.project}/template.yaml is a valid SAM Template\n")
        self.assertEqual(result.stderr, "")

    def test_all_errors_are_told_in_one_run_with_their_places(self):
        self.write("template.yaml", BAD)
        result = self.samara("validate", "--error-format", "json", code=1)
        self.assertEqual(result.stdout, "")
        found = self.json_lines(result.stderr)
        self.assertEqual(
            [(d["severity"], d["line"], d.get("resource"), d.get("event"), d.get("property")) for d in found],
            [("warning", 8, "Hello", None, "CodeUri"), ("error", 9, "Hello", None, "Timout"),
             ("error", 11, "Hello", "Get", "Method"),
             ("error", 14, "Table", None, "Tags"),
             ("error", 16, None, None, None)])
        self.assertIn("Timeout", found[1]["hint"])

    def test_lint_adds_warnings_and_they_fail(self):
        self.write("template.yaml", GOOD.replace("!Ref Stage", "plain"))
        self.samara("validate")
        result = self.samara("validate", "--lint", code=1)
        self.assertEqual(
            result.stderr, "Error: Linting failed. At least one linting rule was matched to the provided template.\n")
        self.assertIn("W2001 parameter Stage is not used", result.stdout)
        result = self.samara("validate", "--lint", "--error-format", "json", code=1)
        warnings = self.json_lines(result.stderr)
        self.assertIn(("warning", 3), [(d["severity"], d["line"]) for d in warnings], warnings)
        self.assertNotIn("error", [d["severity"] for d in warnings])

    def test_lint_leaves_out_what_cfn_lint_is_told_to(self):
        self.write("template.yaml", "Parameters: {P: {Type: String}}\nResources: {Topic: {Type: AWS::SNS::Topic}}\n")
        self.assertIn("W2001 parameter P is not used; ", self.samara("validate", "--lint", code=1).stdout)
        for name in (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml"):
            self.write(name, "templates: ['*.yaml']\nignore_checks: [W2]\n")
            self.assertEqual(self.samara("validate", "--lint").stdout, f"{self.project}/template.yaml is a valid SAM Template\n")
            (self.project / name).unlink()
        self.write("template.yaml", "Metadata: {cfn-lint: {config: {ignore_checks: [W2001]}}}\n"
                                    "Parameters: {P: {Type: String}}\nResources: {Topic: {Type: AWS::SNS::Topic}}\n")
        self.samara("validate", "--lint")

    def test_lint_checks_what_cloudformation_knows(self):
        self.write("template.yaml", GOOD + "  Queue: {Type: AWS::SQS::Queue, Properties: {QueueNmae: x}}\n")
        self.samara("validate")
        result = self.samara("validate", "--lint", code=1)
        self.assertEqual(
            result.stdout,
            "E3002 AWS::SQS::Queue has no property QueueNmae; did you mean QueueName?\n"
            "template.yaml:13:47\n\n")
        self.assertEqual(
            result.stderr, "Error: Linting failed. At least one linting rule was matched to the provided template.\n")

    def test_code_that_is_not_there_is_a_warning(self):
        self.write("template.yaml", GOOD.replace("s3://bucket/code.zip", "src"))
        self.assertIn("template.yaml:10:16: there is no src to build Hello from", self.samara("validate").stderr)

    def test_members_in_the_wrong_place_are_named_as_that(self):
        self.write("template.yaml", GOOD + "    Events: {}\n")
        error = self.samara("validate", code=1).stderr
        self.assertIn("Events stands beside Properties of Hello, one level too high", error)
        self.assertEqual(error.count("Error:"), 1)

    def test_text_errors_name_file_line_and_column(self):
        self.write("template.yaml", BAD)
        result = self.samara("validate", code=1)
        self.assertIn("template.yaml:9:7: Hello: there is no property Timout", result.stderr)
        self.assertIn("did you mean Timeout?", result.stderr)

    def test_transform_writes_cloudformation(self):
        self.write("template.yaml", GOOD)
        policies = self.write("policies.json", json.dumps({"TeamPolicy": "arn:aws:iam::1:policy/Team"}))
        as_json = self.samara(
            "transform", "--managed-policies", policies, "--parameter-overrides", "Stage=prod",
            "--region", "cn-north-1")
        document = json.loads(as_json.stdout)
        self.assertEqual(document["Resources"]["Hello"]["Type"], "AWS::Lambda::Function")
        role = document["Resources"]["HelloRole"]["Properties"]
        self.assertEqual(role["ManagedPolicyArns"], [
            "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "arn:aws:iam::1:policy/Team"])
        self.assertNotIn("Transform", document)
        as_yaml = self.samara("transform", "--managed-policies", policies, "--output", "yaml")
        self.assertIn("Type: AWS::Lambda::Function", as_yaml.stdout)

    def test_transform_of_a_bad_template_writes_nothing(self):
        self.write("template.yaml", BAD)
        result = self.samara("transform", "--error-format", "json", code=1)
        self.assertEqual(result.stdout, "")
        self.assertEqual(self.json_lines(result.stderr)[0]["event"], "Get")

    def test_local_paths_are_shown_in_a_stand_in_bucket(self):
        self.write("template.yaml", GOOD.replace("s3://bucket/code.zip", "src/"))
        self.write("src/app.py", "")
        result = self.samara("transform", "--error-format", "json")
        code = json.loads(result.stdout)["Resources"]["Hello"]["Properties"]["Code"]
        self.assertEqual(code, {"S3Bucket": "samara-artifacts", "S3Key": "src"})
        told = self.json_lines(result.stderr)
        self.assertEqual([line["severity"] for line in told], ["warning"])
        strict = self.samara("transform", "--strict", code=1)
        self.assertEqual(strict.stdout, "")
        self.assertEqual(self.samara("validate").stderr, "")

    def test_a_local_path_without_a_file_is_refused(self):
        self.write("template.yaml", GOOD.replace("s3://bucket/code.zip", "missing/"))
        result = self.samara("transform", code=1)
        self.assertIn("CodeUri is not the location of an object in S3", result.stderr)

    def test_the_last_of_two_keys_wins_with_a_warning(self):
        self.write("template.yaml", GOOD.replace("Runtime: python3.12", "Runtime: python3.11\n      Runtime: python3.12"))
        result = self.samara("transform")
        self.assertEqual(json.loads(result.stdout)["Resources"]["Hello"]["Properties"]["Runtime"], "python3.12")
        self.assertIn("template.yaml:10:7: key 'Runtime' occurs twice in this map; this one counts", result.stderr)
        self.assertIn("template.yaml:9:7", result.stderr)

    def test_parameters_are_checked_and_secrets_not_shown(self):
        secret = "Stage: {Type: String, Default: test, NoEcho: true, MaxLength: 4}"
        self.write("template.yaml", GOOD.replace("Stage: {Type: String, Default: test}", secret))
        result = self.samara("transform", "--parameter-overrides", "Stage=hidden", code=1)
        self.assertIn("the value of parameter Stage, which goes beyond its MaxLength", result.stderr)
        self.assertNotIn("hidden", result.stderr)

    def test_what_is_no_template_is_refused(self):
        for text, what in (("", "template"), ("[a, b]\n", "map"), ("a: [b\n", "template.yaml:"),
                           ("Resources: {}\n", "Resources")):
            self.write("template.yaml", text)
            for command in ("validate", "transform"):
                with self.subTest(text=text, command=command):
                    self.assertIn(what, self.samara(command, code=1).stderr)
        self.assertIn("nowhere.yaml", self.samara("validate", "-t", "nowhere.yaml", code=1).stderr)

    def test_no_document_ends_the_program(self):
        for text in odd_documents():
            self.write("template.yaml", text)
            for command in (["validate", "--lint"], ["transform"], ["build"]):
                with self.subTest(text=text, command=command):
                    self.assertIn(self.samara(*command, code=None, seconds=20).returncode, (0, 1))


if __name__ == "__main__":
    unittest.main()
