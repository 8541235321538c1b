"""`samara deploy`: change sets, events, questions, failures, and the calls that are made."""
import json
import os
import pathlib
import pty
import re
import select
import signal
import sys
import time
import tomllib
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from cloud_e2e import FUNCTION, CloudTest  # noqa: E402
from samara_e2e import SAMARA, SamaraTest, background  # noqa: E402

TABLE = """\
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
"""
WRITES = re.compile(r"\.(Create|Update|Delete|Put|Execute|Upload|Rollback)")


class DeployTest(CloudTest):
    def deploy(self, *options, code=0, **more):
        return self.samara("deploy", "--stack-name", "app", "--s3-bucket", "artifacts", "--capabilities", "CAPABILITY_IAM", *options,
                           code=code, **more)

    def calls_of(self, service="cloudformation"):
        return [name.split(".")[1] for name in self.server.operations(service)]

    def status(self):
        described = self.server.aws("cloudformation", "describe-stacks", "--stack-name", "app", "--output", "json")
        return json.loads(described)["Stacks"][0]


class Deploy(DeployTest, SamaraTest):
    def test_a_stack_is_made_and_changed(self):
        self.template(FUNCTION + TABLE + "Outputs:\n  Name: {Description: the function, Value: !Ref Fn}\n")
        made = self.deploy("--tags", "team=a b", "stage=dev", "--parameter-overrides", "Unused=1")
        self.assertIn("Stack name                   : app", made.stdout)
        self.assertIn('Capabilities                 : ["CAPABILITY_IAM"]', made.stdout)
        self.assertRegex(made.stdout, r"\+ Add +Fn +AWS::Lambda::Function +N/A")
        self.assertRegex(made.stdout, r"CREATE_COMPLETE +AWS::DynamoDB::Table +Table")
        self.assertRegex(made.stdout, r"Key +Name\nDescription +the function\nValue +app-Fn-")
        self.assertIn("Successfully created/updated stack - app in us-east-1", made.stdout)
        order = self.calls_of()
        self.assertEqual([c for n, c in enumerate(order) if n == 0 or order[n - 1] != c],
                         ["DescribeStacks", "CreateChangeSet", "DescribeChangeSet", "DescribeStackEvents", "ExecuteChangeSet",
                          "DescribeStackEvents", "DescribeStacks"])
        asked = self.server.calls("cloudformation", "CreateChangeSet")[0]["params"]
        self.assertRegex(asked["ChangeSetName"], r"^samcli-deploy\d+$")
        self.assertRegex(asked["Description"], r"^Created by SAM CLI at \d{4}-\d\d-\d\dT[\d:.]{15}\+00:00 UTC$")
        self.assertEqual(asked["ChangeSetType"], "CREATE")
        self.assertEqual(asked["Parameters"], [])
        self.assertEqual(asked["Tags"], [{"Key": "team", "Value": "a b"}, {"Key": "stage", "Value": "dev"}])
        self.assertRegex(asked["TemplateURL"], r"/artifacts/[0-9a-f]{32}\.template$")
        self.assertNotIn("RoleARN", asked)
        self.write("template.yaml", (self.project / "template.yaml").read_text().replace("Runtime: python3.11", "Timeout: 9, Runtime: python3.11"))
        changed = self.deploy()
        self.assertRegex(changed.stdout, r"\* Modify +Fn +AWS::Lambda::Function +False")
        self.assertEqual(self.status()["StackStatus"], "UPDATE_COMPLETE")

    def test_nothing_to_change(self):
        self.template(FUNCTION + TABLE)
        self.deploy()
        self.server.clear()
        same = self.deploy(code=1)
        self.assertIn("No changes to deploy. Stack app is up to date", same.stderr)
        self.assertEqual({name for name in self.server.operations() if WRITES.search(name)}, {"cloudformation.CreateChangeSet"})
        fine = self.deploy("--no-fail-on-empty-changeset")
        self.assertIn("No changes to deploy. Stack app is up to date", fine.stdout)
        told = json.loads(self.deploy("--no-fail-on-empty-changeset", "--output", "json").stdout)
        self.assertEqual((told["StackName"], told["Result"]), ("app", "unchanged"))

    def test_parameters(self):
        parameters = "Parameters:\n  A: {Type: String, Default: x}\n  B: {Type: String}\n  C: {Type: String, NoEcho: true, Default: c}\n"
        self.template(parameters + FUNCTION)
        made = self.deploy("--parameter-overrides", "B=1", "C=hidden")
        self.assertIn('Parameter overrides          : {"B": "1", "C": "*****"}', made.stdout)
        self.assertNotIn("hidden", made.stdout + made.stderr)
        self.write("template.yaml", (parameters + "  D: {Type: String, Default: d}\n" + FUNCTION).replace("python3.11", "python3.12"))
        self.deploy()
        sent = [call["params"]["Parameters"] for call in self.server.calls("cloudformation", "CreateChangeSet")]
        self.assertEqual(sent[0], [{"ParameterKey": "B", "ParameterValue": "1"}, {"ParameterKey": "C", "ParameterValue": "hidden"}])
        self.assertEqual(sent[1], [{"ParameterKey": k, "UsePreviousValue": True} for k in "ABC"])

    def test_every_option_reaches_the_call(self):
        self.template()
        self.deploy("--role-arn", "arn:aws:iam::123456789012:role/deployer", "--notification-arns", "arn:aws:sns:us-east-1:123456789012:t",
                    "--disable-rollback", "--s3-prefix", "p/", "--use-json", "--no-progressbar")
        asked = self.server.calls("cloudformation", "CreateChangeSet")[0]["params"]
        self.assertEqual(asked["RoleARN"], "arn:aws:iam::123456789012:role/deployer")
        self.assertEqual(asked["NotificationARNs"], ["arn:aws:sns:us-east-1:123456789012:t"])
        self.assertIn("/artifacts/p/", asked["TemplateURL"])
        self.assertTrue(self.server.calls("cloudformation", "ExecuteChangeSet")[0]["params"]["DisableRollback"])

    def test_only_the_change_set(self):
        self.template()
        result = self.deploy("--no-execute-changeset", "--output", "json")
        told = json.loads(result.stdout)
        self.assertEqual(told["Result"], "not executed")
        self.assertEqual({c["LogicalResourceId"] for c in told["Changes"]}, {"Fn", "FnRole"})
        self.assertNotIn("ExecuteChangeSet", self.calls_of())

    def test_confirm_on_standard_input(self):
        self.template()
        refused = self.deploy("--confirm-changeset", input="n\n")
        self.assertIn("Previewing CloudFormation changeset before deployment", refused.stdout)
        self.assertIn("Deploy this changeset? [y/N]: ", refused.stdout)
        self.assertNotIn("ExecuteChangeSet", self.calls_of())
        self.assertIn("Aborted!", self.deploy("--confirm-changeset", code=1).stderr)
        self.deploy("--confirm-changeset", input="y\n")
        self.assertIn("ExecuteChangeSet", self.calls_of())

    def test_data_is_protected(self):
        self.template(FUNCTION + TABLE)
        self.deploy()
        self.template(FUNCTION)
        refused = self.deploy("--protect-data", code=1)
        self.assertIn("--protect-data refuses that", refused.stderr)
        self.assertEqual(self.status()["StackStatus"], "CREATE_COMPLETE")
        warned = self.deploy()
        self.assertIn("Table (AWS::DynamoDB::Table) is removed: the data in it is lost", warned.stderr)

    def test_dry_run(self):
        self.template(FUNCTION + TABLE)
        first = self.deploy("--dry-run")
        self.assertIn("The stack app does not exist yet", first.stdout)
        self.assertIn("+ Add    Fn (AWS::Lambda::Function)", first.stdout)
        self.deploy()
        self.server.clear()
        self.template(FUNCTION.replace("Handler: main.handler", "Timeout: 9, Handler: main.handler"))
        plan = self.deploy("--dry-run")
        self.assertIn("* Modify Fn (AWS::Lambda::Function)\n      Properties.Timeout: 9\n", plan.stdout)
        self.assertIn("- Delete Table (AWS::DynamoDB::Table)  its data is lost", plan.stdout)
        self.assertEqual([name for name in self.server.operations() if WRITES.search(name)], [])
        told = json.loads(self.deploy("--dry-run", "--output", "json").stdout)
        self.assertEqual([(c["Action"], c["LogicalId"]) for c in told["Changes"]], [("Modify", "Fn"), ("Delete", "Table")])

    def test_open_access_is_told(self):
        self.template(FUNCTION.replace("Runtime: python3.11}", "Runtime: python3.11, FunctionUrlConfig: {AuthType: NONE}, "
                                       "Events: {Get: {Type: HttpApi}}}"))
        told = self.deploy("--no-execute-changeset").stdout
        self.assertIn("Fn has no authentication.", told)
        self.assertIn("Fn Function Url has no authentication.", told)

    def test_missing_capability(self):
        self.template()
        result = self.samara("deploy", "--stack-name", "app", "--s3-bucket", "artifacts", code=1)
        self.assertIn("Failed to create changeset for the stack: app, An error occurred (InsufficientCapabilitiesException)", result.stderr)
        self.assertIn("--capabilities CAPABILITY_", result.stderr)

    def test_usage(self):
        self.template()
        self.assertIn("Missing option '--stack-name'", self.samara("deploy", code=2).stderr)
        self.assertIn("Cannot use both --resolve-s3 and --s3-bucket parameters in non-guided deployments", self.deploy("--resolve-s3", code=1).stderr)
        for policy in ("ROLLBACK", "DELETE", "DO_NOTHING"):
            self.assertIn("--on-failure", self.deploy("--disable-rollback", "--on-failure", policy, code=2).stderr)
        without = self.samara("deploy", "--stack-name", "app", code=1)
        self.assertIn("S3 Bucket not specified", without.stderr)
        self.assertEqual(self.server.operations(), [])

    def test_a_large_template_needs_a_bucket(self):
        queues = "".join(f"  Queue{n}:\n    Type: AWS::SQS::Queue\n    Metadata: {{Why: {'x' * 1000}}}\n" for n in range(60))
        self.write("template.yaml", "Resources:\n" + queues)
        refused = self.samara("deploy", "--stack-name", "app", code=1)
        self.assertIn("Templates with a size greater than 51,200 bytes must be deployed via an S3 Bucket", refused.stderr)
        self.deploy()

    def test_without_artifacts_no_bucket_is_needed(self):
        self.write("template.yaml", "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n")
        self.samara("deploy", "--stack-name", "app")
        self.assertIn("TemplateBody", self.server.calls("cloudformation", "CreateChangeSet")[0]["params"])
        self.assertEqual(self.server.operations("s3"), [])


class Failures(DeployTest, SamaraTest):
    def fail_resource(self, logical_id, reason="Access denied by policy", **more):
        self.server.control("cloudformation/fail", {"stack": "app", "resource": logical_id, "reason": reason, **more})

    def test_the_first_cause_stands_above_the_noise(self):
        self.template(FUNCTION + TABLE)
        self.fail_resource("Table")
        failed = self.deploy(code=1)
        self.assertIn("First cause: Table (AWS::DynamoDB::Table) CREATE_FAILED: Access denied by policy", failed.stderr)
        self.assertIn("Failed to create/update the stack: app, Waiter StackCreateComplete failed: Waiter encountered a terminal failure "
                      'state: For expression "Stacks[].StackStatus" we matched expected path: "ROLLBACK_COMPLETE" at least once', failed.stderr)
        again = self.deploy(code=1)
        self.assertIn("ROLLBACK_COMPLETE state", again.stderr)
        self.assertIn("samara delete --stack-name app", again.stderr)

    def test_delete_on_failure(self):
        self.template(FUNCTION + TABLE)
        self.fail_resource("Table")
        failed = self.deploy("--on-failure", "DELETE", code=1)
        self.assertIn("has been deleted", failed.stderr)
        self.assertIn("does not exist", self.server.aws("cloudformation", "describe-stacks", "--stack-name", "app", code=254))

    def test_do_nothing_on_failure(self):
        self.template(FUNCTION + TABLE)
        self.fail_resource("Table")
        failed = self.deploy("--on-failure", "DO_NOTHING", code=1)
        self.assertIn("rollback-stack --stack-name app", failed.stderr)
        self.assertEqual(self.status()["StackStatus"], "CREATE_FAILED")

    def test_express(self):
        self.template()
        for options, kept in ((("--no-execute-changeset",), False), (("--on-failure", "DO_NOTHING"), True)):
            done = self.deploy("--express", *options)
            asked = self.server.calls("cloudformation", "CreateChangeSet")[-1]["params"]
            self.assertEqual(asked["DeploymentConfig"], {"Mode": "EXPRESS", "DisableRollback": kept})
        self.assertIn("Express mode", done.stdout)
        self.assertNotIn("DisableRollback", self.server.calls("cloudformation", "ExecuteChangeSet")[-1]["params"])

    def test_a_stack_that_is_being_changed_is_waited_for(self):
        self.template(FUNCTION)
        self.serve(step_seconds=1)
        self.write("other.yaml", "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n")
        self.server.aws("cloudformation", "create-stack", "--stack-name", "app", "--template-body", f"file://{self.project}/other.yaml")
        result = self.deploy()
        self.assertIn("The stack app is in state CREATE_IN_PROGRESS: waiting until that is over", result.stderr)

    def test_throttling_is_lived_through(self):
        self.template()
        for operation in ("DescribeStacks", "CreateChangeSet", "DescribeStackEvents", "ExecuteChangeSet"):
            self.server.fault(service="cloudformation", operation=operation, kind="error", code="Throttling", message="Rate exceeded", status=400)
        self.deploy()

    def test_ctrl_c_says_that_it_goes_on(self):
        self.template()
        self.serve(step_seconds=2)
        with background([SAMARA, "deploy", "--stack-name", "app", "--s3-bucket", "artifacts", "--capabilities", "CAPABILITY_IAM"],
                        cwd=self.project, env=self.environment) as program:
            program.wait_for_line("CREATE_IN_PROGRESS")
            self.assertEqual(program.stop(signal.SIGINT), 1)
            self.assertIn("The deployment of app goes on at AWS. To stop it: aws cloudformation delete-stack --stack-name app", program.output())
            self.assertIn("Aborted!", program.output())


class Terminal:
    """A program before a pseudo terminal: waits for a text, answers."""

    def __init__(self, command, cwd, env):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(command[0], command, env)
        self.text = ""

    def expect(self, text, seconds=30):
        """Bold labels are as good as plain ones."""
        deadline = time.monotonic() + seconds
        while text not in self.text:
            ready, _, _ = select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"no {text!r} in:\n{self.text}")
            try:
                self.text += os.read(self.descriptor, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"ended without {text!r}:\n{self.text}") from None
            self.text = re.sub("\x1b\\[1m([^\x1b]*)\x1b\\[0m", r"\1", self.text)
        before, _, self.text = self.text.partition(text)
        return before

    def answer(self, label, line):
        self.expect(label)
        os.write(self.descriptor, (line + "\n").encode())

    def finish(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                data = os.read(self.descriptor, 65536)
            except OSError:
                break
            if not data:
                break
            self.text += data.decode(errors="replace")
        _, status = os.waitpid(self.pid, 0)
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(status)


class Guided(DeployTest, SamaraTest):
    def test_questions_and_what_is_kept(self):
        self.template("Parameters:\n  Size: {Type: Number, Default: 3}\n  Secret: {Type: String, NoEcho: true}\n" + FUNCTION)
        terminal = Terminal([SAMARA, "deploy", "--guided"], self.project, {**self.environment, "TERM": "xterm", "COLUMNS": "120"})
        terminal.answer("Stack Name [sam-app]: ", "app")
        terminal.answer("AWS Region [us-east-1]: ", "")
        terminal.answer("Parameter Size [3]: ", "5")
        terminal.answer("Parameter Secret: ", "hunter2")
        self.assertNotIn("hunter2", terminal.expect("Confirm changes before deploy [y/N]: "))
        os.write(terminal.descriptor, b"y\n")
        terminal.answer("Allow SAM CLI IAM role creation [Y/n]: ", "")
        terminal.answer("Disable rollback [y/N]: ", "")
        terminal.answer("Save arguments to configuration file [Y/n]: ", "")
        terminal.answer("SAM configuration file [samconfig.toml]: ", "")
        terminal.answer("SAM configuration environment [default]: ", "")
        terminal.answer("Deploy this changeset? [y/N]: ", "y")
        self.assertEqual(terminal.finish(), 0, terminal.text)
        self.assertIn("Successfully created/updated stack - app", terminal.text)
        self.assertNotIn("hunter2", terminal.text)
        self.assertIn("\x1b[32m", terminal.text, "colours on a terminal")
        kept = tomllib.loads((self.project / "samconfig.toml").read_text())
        self.assertEqual(kept["default"]["global"]["parameters"]["region"], "us-east-1")
        values = kept["default"]["deploy"]["parameters"]
        self.assertEqual(values, {
            "stack_name": "app", "resolve_s3": True, "s3_prefix": "app", "region": "us-east-1", "confirm_changeset": True,
            "capabilities": "CAPABILITY_IAM", "parameter_overrides": 'Size="5"', "image_repositories": []})
        sent = self.server.calls("cloudformation", "CreateChangeSet")[-1]["params"]["Parameters"]
        self.assertEqual(sent, [{"ParameterKey": "Size", "ParameterValue": "5"}, {"ParameterKey": "Secret", "ParameterValue": "hunter2"}])
        self.write("src/main.py", "changed")
        again = self.samara("deploy", "--parameter-overrides", "Secret=other", input="y\n")
        self.assertIn("Successfully created/updated stack - app", again.stdout)

    def test_what_is_needed_is_looked_for_when_all_is_known(self):
        """Signing, where the answers are kept, the bucket, images: in this order, and nothing is kept of what fails."""
        self.template(FUNCTION.replace("Runtime: python3.11}", "Runtime: python3.11, CodeSigningConfigArn: 'arn:aws:lambda:::c'}") +
                      "  Picture:\n    Type: AWS::Serverless::Function\n    Properties: {PackageType: Image, ImageUri: 'picture:latest'}\n")
        answers = ["app", "", "", "", "", "y", "Profile", "", "y", "", "", "n", "nowhere"]
        refused = self.samara("deploy", "--guided", input="\n".join(answers) + "\n", code=1)
        self.assertIn("Invalid Image Repository ECR URI: nowhere", refused.stderr)
        order = ["Do you want to sign your code?", "Signing Profile Name", "Save arguments to configuration file", "SAM configuration environment",
                 "Looking for resources needed for deployment:", "Managed S3 bucket: ", "Create managed ECR repositories for all functions? [Y/n]",
                 "ECR repository for Picture"]
        places = [refused.stdout.find(text) for text in order]
        self.assertEqual(places, sorted(places), refused.stdout)
        self.assertGreater(places[0], 0, refused.stdout)
        self.assertFalse((self.project / "samconfig.toml").exists())
        self.assertIn("CreateChangeSet", self.calls_of(), "the bucket's stack")

    def test_an_open_function_is_not_okay(self):
        self.template(FUNCTION.replace("Runtime: python3.11}", "Runtime: python3.11, FunctionUrlConfig: {AuthType: NONE}}"))
        result = self.samara("deploy", "--guided", input="app\n\n\n\n\nn\n", code=1)
        self.assertIn("Security Constraints Not Satisfied!", result.stderr)
        self.assertEqual(self.server.operations(), [])

    def test_the_end_of_input_is_an_abort(self):
        self.template()
        result = self.samara("deploy", "--guided", input="app\n", code=1)
        self.assertIn("Aborted!", result.stderr)


if __name__ == "__main__":
    unittest.main()
