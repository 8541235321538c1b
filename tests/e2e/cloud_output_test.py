"""--output json of the commands for AWS: its shape, and that nothing else comes on standard output."""
import json
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from cloud_e2e import FUNCTION, CloudTest  # noqa: E402
from samara_e2e import SamaraTest  # noqa: E402
from shapes import faults_of_output  # noqa: E402

OUTPUTS = "Outputs:\n  Name: {Description: the function, Value: !Ref Fn}\n"
WITH_URL = FUNCTION.replace("Runtime: python3.11}", "Runtime: python3.11, FunctionUrlConfig: {AuthType: NONE}}")


class CloudOutputs(CloudTest, SamaraTest):
    def deploy(self, *options, **more):
        return self.samara("deploy", "--stack-name", "app", "--s3-bucket", "artifacts", "--capabilities", "CAPABILITY_IAM",
                           "--output", "json", *options, **more)

    def test_deploy(self):
        self.template(WITH_URL + OUTPUTS)
        for options, result in ((("--dry-run",), None), (("--no-execute-changeset",), "not executed"), ((), "deployed"),
                                (("--no-fail-on-empty-changeset",), "unchanged")):
            done = self.deploy(*options)
            if result is None:
                self.assertEqual(faults_of_output("deploy-dry-run", done.stdout), [])
                self.assertFalse(json.loads(done.stdout)["Exists"])
                continue
            self.assertEqual(faults_of_output("deploy", done.stdout), [])
            self.assertEqual(json.loads(done.stdout)["Result"], result)
        self.template(FUNCTION.replace("python3.11", "python3.12"))
        dry = self.deploy("--dry-run").stdout
        self.assertEqual(faults_of_output("deploy-dry-run", dry), [])
        self.assertEqual({row["Action"] for row in json.loads(dry)["Changes"]}, {"Modify", "Delete"})

    def test_questions_are_asked_beside_the_result(self):
        self.template()
        done = self.deploy("--confirm-changeset", input="n\n")
        self.assertEqual(faults_of_output("deploy", done.stdout), [])
        self.assertEqual(json.loads(done.stdout)["Result"], "declined")
        self.assertIn("Deploy this changeset? [y/N]: ", done.stderr)
        done = self.deploy("--guided", input="\n\n\n\n\nn\n", environment={"AWS_REGION": "us-east-1"})
        self.assertEqual(faults_of_output("deploy", done.stdout), [])
        self.assertIn("Setting default arguments", done.stderr)
        self.assertIn("Stack Name [app]: ", done.stderr)

    def test_package(self):
        self.template(FUNCTION + "  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\n")
        self.write("child.yaml", FUNCTION)
        bare = self.package("--output", "json")
        self.assertEqual(faults_of_output("package", bare.stdout), [])
        answer = json.loads(bare.stdout)
        self.assertNotIn("TemplateFile", answer)
        rows = {(row["Resource"], row["Property"]): row for row in answer["Artifacts"]}
        self.assertEqual(set(rows), {("Fn", "CodeUri"), ("Child/Fn", "CodeUri"), ("Child", "TemplateURL")})
        self.assertRegex(rows["Fn", "CodeUri"]["Location"], r"^s3://artifacts/[0-9a-f]{32}$")
        self.assertEqual(rows["Fn", "CodeUri"]["Path"], "src")
        self.assertRegex(rows["Child", "TemplateURL"]["Location"], r"^http.*/artifacts/[0-9a-f]{32}\.template$")
        self.assertIn(rows["Fn", "CodeUri"]["Location"], answer["TemplateBody"])
        filed = self.package("--output", "JSON", "--output-template-file", "packaged.yaml")
        self.assertEqual(faults_of_output("package", filed.stdout), [])
        self.assertEqual(json.loads(filed.stdout), {"TemplateFile": "packaged.yaml", "Artifacts": answer["Artifacts"]})
        self.assertEqual((self.project / "packaged.yaml").read_text(), answer["TemplateBody"])

    def test_list(self):
        self.template(WITH_URL + "      Events: {Api: {Type: HttpApi}}\n" + OUTPUTS)
        self.write("template.yaml", (self.project / "template.yaml").read_text().replace("AuthType: NONE}}\n      Events", "AuthType: NONE}, Events").replace(
            "{Api: {Type: HttpApi}}\n", "{Api: {Type: HttpApi}}}\n"))
        for command in ("resources", "endpoints"):
            local = self.samara("list", command, "--output", "json").stdout
            self.assertEqual(self.faults_of_list(command, local), [])
        self.deploy()
        for command in ("resources", "endpoints", "stack-outputs"):
            for spelling in ("json", "JSON", "Json"):
                deployed = self.samara("list", command, "--stack-name", "app", "--output", spelling).stdout
                self.assertEqual(self.faults_of_list(command, deployed), [], deployed)
                self.assertTrue(json.loads(deployed))

    @staticmethod
    def faults_of_list(command, text):
        return {"resources": lambda: faults_of_output("list-resources", text),
                "endpoints": lambda: faults_of_output("list-endpoints", text),
                "stack-outputs": lambda: faults_of_output("list-stack-outputs", text)}[command]()

    def test_logs(self):
        message = 'one "quoted" line\n\t\u00e9 \U0001f600'
        self.server.control("logs/put", {"group": "/aws/lambda/fn", "stream": "s", "events": [{"message": message}, {"message": "two"}]})
        done = self.samara("logs", "--cw-log-group", "/aws/lambda/fn", "--output", "JSON")
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 2, done.stdout)
        for line in lines:
            self.assertEqual(faults_of_output("logs", line), [])
        self.assertTrue(done.stdout.isascii())
        self.assertEqual(lines[0], json.dumps(json.loads(lines[0])), "as the original writes it")
        self.assertEqual(json.loads(lines[0])["message"], message)

    def test_delete(self):
        self.template()
        self.deploy()
        for options, answer, result in ((("--no-prompts",), None, "deleted"), (("--no-prompts",), None, "not found"), ((), "n\n", "declined")):
            done = self.samara("delete", "--stack-name", "app", "--output", "json", *options, input=answer)
            self.assertEqual(faults_of_output("delete", done.stdout), [])
            self.assertEqual(json.loads(done.stdout), {"StackName": "app", "Region": "us-east-1", "Result": result})
        self.assertIn("Are you sure you want to delete the stack app", done.stderr)

    def test_a_shape_finds_what_is_wrong(self):
        self.assertEqual(len(faults_of_output("delete", '{"StackName": "", "Region": 1, "Result": "gone", "More": 1}')), 4)
        self.assertEqual(len(faults_of_output("list-endpoints", '[{"LogicalResourceId": "a", "PhysicalResourceId": "b", '
                                              '"CloudEndpoint": 1, "Methods": [""]}]')), 2)


if __name__ == "__main__":
    unittest.main()
