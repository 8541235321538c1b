"""The video service on AWS: packaged, deployed, changed, read and deleted; and what goes wrong on the way.

Nothing stands between samara and the protocols of AWS but the stand-in of tests/support/aws; images go to a real registry.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from aws_server import AwsServer  # noqa: E402
from registry import Registry  # noqa: E402
from samara_e2e import SAMARA, SamaraTest, background, make_wheel, needs_docker, wait_for  # noqa: E402

VIDEO_NAMES = 'def object_key(name):\n    return "uploads/" + name.replace(" ", "_")\n'
WRITES = re.compile(r"\.(Create|Update|Delete|Put|Execute|Upload|Complete|BatchDelete)")
TOPIC = "Parameters: {Text: {Type: String, Default: a}}\nResources:\n  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Text}}\n"
SITE = TOPIC + ("  Fn:\n    Type: AWS::Lambda::Function\n    Properties: {Code: src, Handler: app.handler, Runtime: python3.11, "
                "Role: 'arn:aws:iam::123456789012:role/r'}\n")


class OnAws:
    """What the classes below share."""

    server_options = {}

    def setUp(self):
        super().setUp()
        self.server = AwsServer(**self.server_options)
        self.addCleanup(self.server.__exit__)
        self.home = self.folder / "home"
        self.home.mkdir()
        self.environment.update(self.server.environment(self.home))

    def tearDown(self):
        self.assertEqual(self.server.violations(), [])
        self.assertEqual(self.server.control("s3/uploads"), [], "a multipart upload was left behind")
        super().tearDown()

    def writes(self):
        return [name for name in self.server.operations() if WRITES.search(name)]


class Video(OnAws, SamaraTest):
    def setUp(self):
        needs_docker()
        self.registry = Registry()
        self.server_options = {"registry": self.registry.address}
        super().setUp()
        self.registry.__enter__()
        self.addCleanup(self.registry.__exit__, None, None, None)
        for part in ("app", "deploy", "thumbnail"):
            shutil.copytree(HERE / "video" / part, self.project / part)
        self.deploy = self.project / "deploy"
        # On AWS the bucket whose objects call a function is of the same template, and an image has its runtime inside.
        template = self.deploy / "template.yaml"
        template.write_text(template.read_text().replace("Bucket: videos\n            Events", "Bucket: !Ref Videos\n            Events").replace(
            "Resources:\n", "Resources:\n  Videos:\n    Type: AWS::S3::Bucket\n", 1).replace("      Runtime: python3.9\n", ""))
        wheels = self.folder / "wheels"
        wheels.mkdir()
        make_wheel(wheels, "videonames", "1.0", VIDEO_NAMES)
        self.environment.update(PIP_FIND_LINKS=str(wheels), PIP_NO_INDEX="1")
        self.server.control("ecr/create", {"repository": "thumbnails"})
        self.addCleanup(self.remove_pushed)

    def remove_pushed(self):
        for tag in self.pushed:
            subprocess.run(["docker", "rmi", f"{self.registry.address}/thumbnails:{tag}"], capture_output=True)

    pushed = ()

    def command(self, *arguments, **options):
        return self.samara(*arguments, cwd=self.deploy, seconds=300, **options)

    def roll_out(self, **options):
        return self.command("deploy", "--stack-name", "video", "--resolve-s3", "--image-repository", f"{self.registry.address}/thumbnails",
                            "--capabilities", "CAPABILITY_IAM", "--no-progressbar", **options)

    def test_from_source_to_nothing(self):
        self.command("build")
        done = self.roll_out()
        self.assertIn("Successfully created/updated stack - video", done.stdout)
        stack = self.server.stack("video")
        self.assertEqual(stack["status"], "CREATE_COMPLETE")
        bucket = next(iter(self.server.stack("aws-sam-cli-managed-default")["resources"].values()))
        self.pushed = self.registry.tags("thumbnails")
        self.assertEqual(len(self.pushed), 1)
        self.assertRegex(self.pushed[0], r"^thumbnailgenerator-[0-9a-f]{12}-v1$")
        function = json.loads(self.server.aws("lambda", "get-function", "--function-name", stack["resources"]["ThumbnailGenerator"]))
        self.assertEqual(function["Code"]["ImageUri"], f"{self.registry.address}/thumbnails:{self.pushed[0]}")

        self.unchanged()
        self.changed(bucket)
        self.read(stack["resources"])

        self.server.clear()
        done = self.command("delete", "--stack-name", "video", "--no-prompts")
        self.assertIn("Deleted successfully", done.stdout)
        self.assertIsNone(self.server.stack("video"))
        self.assertEqual(self.registry.tags("thumbnails"), [], "the image is gone")
        self.assertLess(len(self.server.control("s3/objects", {"bucket": bucket})), 3, "what the last template names is gone")
        order = self.server.operations()
        self.assertLess(order.index("ecr.BatchDeleteImage"), order.index("cloudformation.DeleteStack"), "artifacts go before the stack")
        self.assertIn("does not exist", self.command("delete", "--stack-name", "video", "--no-prompts").stdout)

    def unchanged(self):
        self.server.clear()
        done = self.roll_out(code=1)
        self.assertIn("No changes to deploy. Stack video is up to date", done.stdout + done.stderr)
        self.assertEqual(self.writes(), ["cloudformation.CreateChangeSet"], "nothing but the change set is written")

    def changed(self, bucket):
        source = self.deploy.parent / "app/src/main.py"
        source.write_text(source.read_text() + "\n# another version\n")
        self.command("build", "VideoUploader")
        self.command("build")
        before = {row["key"] for row in self.server.control("s3/objects", {"bucket": bucket})}
        self.server.clear()
        self.roll_out()
        self.assertEqual(self.server.stack("video")["status"], "UPDATE_COMPLETE")
        added = {row["key"] for row in self.server.control("s3/objects", {"bucket": bucket})} - before
        self.assertEqual(len(added), 2, "the function and the template")
        self.assertEqual(self.registry.tags("thumbnails"), self.pushed, "the image is as it was")

    def read(self, resources):
        self.server.control("logs/put", {"group": f"/aws/lambda/{resources['VideoUploader']}", "stream": "s", "events": [{"message": "signed a URL"}]})
        self.assertIn("signed a URL", self.command("logs", "--stack-name", "video", "--name", "VideoUploader").stdout)
        rows = json.loads(self.command("list", "resources", "--stack-name", "video", "--output", "json").stdout)
        self.assertEqual({row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}, resources)
        endpoints = json.loads(self.command("list", "endpoints", "--stack-name", "video", "--output", "json").stdout)
        api = next(row for row in endpoints if row["LogicalResourceId"] == "UploadVideoAPI")
        self.assertEqual((api["CloudEndpoint"], api["Methods"]), (
            [f"https://{resources['UploadVideoAPI']}.execute-api.us-east-1.amazonaws.com/prod"], ["/upload/url['get']"]))
        outputs = json.loads(self.command("list", "stack-outputs", "--stack-name", "video", "--output", "json").stdout)
        self.assertEqual([row["OutputKey"] for row in outputs], ["UploadUrl"])


class Adversity(OnAws, SamaraTest):
    """A small application, and an AWS that is not well."""

    def setUp(self):
        super().setUp()
        self.write("template.yaml", TOPIC)
        self.server.control("s3/create", {"bucket": "artifacts"})

    def roll_out(self, *options, code=0, **more):
        return self.samara("deploy", "--stack-name", "app", *options, code=code, **more)

    def with_code(self, size=1000):
        self.write("template.yaml", SITE)
        self.write("src/app.py", "def handler(event, context): pass\n")
        (self.project / "src/data.bin").write_bytes(os.urandom(size))

    def test_a_clock_that_is_wrong(self):
        if not shutil.which("faketime"):
            self.skipTest("faketime is not installed")
        self.with_code()
        for shift in ("-3h", "+3h"):
            self.write("src/app.py", f"shift = '{shift}'\n")
            done = subprocess.run(
                ["faketime", "-f", shift, SAMARA, "deploy", "--stack-name", "app", "--s3-bucket", "artifacts"], cwd=self.project,
                capture_output=True, text=True, stdin=subprocess.DEVNULL, env=self.environment, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.server.stack("app")["status"], "UPDATE_COMPLETE")

    def test_a_token_that_expires_while_the_stack_is_made(self):
        (self.home / ".aws").mkdir()
        (self.home / ".aws/config").write_text(
            "[profile role]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/Deployer\ncredential_source = Environment\n")
        self.server.fault(service="cloudformation", operation="DescribeStackEvents", kind="slow", seconds=2, times=1)
        with self.start("deploy", "--stack-name", "app", "--profile", "role") as deploying:
            call = wait_for(lambda: self.server.calls("cloudformation", "DescribeStackEvents"), "the first look at the events")[0]
            self.server.control("expire", {"accessKey": call["accessKey"]})
            wait_for(lambda: deploying.process.poll() is not None, "the end", 60)
            self.assertEqual(deploying.process.returncode, 0, deploying.output())
        self.assertEqual(len(self.server.calls("sts", "AssumeRole")), 2, "the role was assumed again")

    def test_a_token_that_has_expired(self):
        session = json.loads(self.server.aws("sts", "assume-role", "--role-arn", "arn:aws:iam::123456789012:role/R", "--role-session-name", "tester"))
        keys = session["Credentials"]
        self.server.control("expire", {"accessKey": keys["AccessKeyId"]})
        secrets = {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
                   "AWS_SESSION_TOKEN": keys["SessionToken"]}
        for command in (("deploy", "--stack-name", "app"), ("list", "stack-outputs", "--stack-name", "app"), ("logs", "--stack-name", "app"),
                        ("delete", "--stack-name", "app", "--no-prompts")):
            done = self.samara(*command, "--debug", code=1, environment=secrets)
            self.assertIn("(ExpiredToken)", done.stderr)
            for secret in (keys["SecretAccessKey"], keys["SessionToken"]):
                self.assertNotIn(secret, done.stdout + done.stderr)

    def test_an_aws_that_is_slow_to_be_well(self):
        self.with_code()
        for operation in ("CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DescribeStackEvents"):
            self.server.fault(service="cloudformation", operation=operation, kind="error", code="InternalFailure", status=500)
            self.server.fault(service="cloudformation", operation=operation, kind="error", code="Throttling", message="Rate exceeded")
        self.server.fault(service="s3", operation="PutObject", kind="error", code="SlowDown", status=503, times=2)
        self.server.fault(service="s3", operation="HeadObject", kind="cut")
        self.roll_out("--s3-bucket", "artifacts")
        self.assertEqual(self.server.stack("app")["status"], "CREATE_COMPLETE")

    def test_a_part_whose_connection_breaks(self):
        self.with_code(20_000_000)
        self.server.fault(service="s3", operation="UploadPart", kind="reset", after_bytes=500_000)
        self.roll_out("--s3-bucket", "artifacts")
        self.assertEqual(self.server.operations("s3").count("s3.CompleteMultipartUpload"), 1)

    def test_a_disk_that_is_full(self):
        small = self.folder / "small"
        small.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(small)], capture_output=True).returncode:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(small)])
        self.with_code(5_000_000)
        done = self.roll_out("--s3-bucket", "artifacts", code=1, environment={"TMPDIR": str(small)})
        self.assertIn("is there room in its folder?", done.stderr)
        self.assertEqual(self.writes(), [], "nothing was uploaded")
        self.assertEqual(list(small.iterdir()), [], "nothing was left behind")

    def test_a_stack_whose_creation_was_rolled_back(self):
        self.server.control("cloudformation/fail", {"resource": "Topic", "action": "CREATE", "reason": "no topics today"})
        done = self.roll_out(code=1)
        self.assertIn("no topics today", done.stdout + done.stderr)
        self.assertEqual(self.server.stack("app")["status"], "ROLLBACK_COMPLETE")
        done = self.roll_out(code=1)
        self.assertIn("ROLLBACK_COMPLETE", done.stderr)
        self.assertIn("delete", done.stderr, "what to do is said")
        self.samara("delete", "--stack-name", "app", "--no-prompts")
        self.roll_out()

    def test_a_rollback_that_fails(self):
        self.roll_out()
        self.write("template.yaml", TOPIC + "  Queue: {Type: AWS::SQS::Queue, DependsOn: Topic}\n")
        self.server.control("cloudformation/fail", {"resource": "Queue", "action": "CREATE", "reason": "no queues"})
        self.server.control("cloudformation/fail", {"resource": "Topic", "action": "ROLLBACK", "reason": "cannot go back"})
        done = self.roll_out("--parameter-overrides", "Text=b", code=1)
        self.assertIn("no queues", done.stdout + done.stderr)
        self.assertEqual(self.server.stack("app")["status"], "UPDATE_ROLLBACK_FAILED")
        done = self.roll_out("--parameter-overrides", "Text=c", code=1)
        self.assertIn("UPDATE_ROLLBACK_FAILED", done.stderr)

    def test_ctrl_c_at_each_stage(self):
        """It ends soon, with exit code 1, and leaves no half upload; a deployment that has begun goes on."""
        self.with_code(9_000_000)
        stages = (("s3", "HeadObject"), ("s3", "CreateMultipartUpload"), ("s3", "UploadPart"), ("cloudformation", "DescribeStacks"),
                  ("cloudformation", "CreateChangeSet"), ("cloudformation", "DescribeChangeSet"), ("cloudformation", "DescribeStackEvents"))
        for service, operation in stages:
            with self.subTest(operation):
                self.server.clear()
                self.server.fault(service=service, operation=operation, kind="slow", seconds=4)
                with self.start("deploy", "--stack-name", "app", "--s3-bucket", "artifacts", "--force-upload" if service == "s3" and
                                operation != "HeadObject" else "--no-progressbar") as deploying:
                    wait_for(lambda: self.server.calls(service, operation), operation)
                    self.assertEqual(deploying.stop(signal.SIGINT, 10), 1, deploying.output())
                    self.assertIn("Aborted!", deploying.output())
                wait_for(lambda: not self.server.control("s3/uploads"), "the end of the upload")
        self.assert_nothing_left(deploying.process.pid)


class Delete(OnAws, SamaraTest):
    def setUp(self):
        super().setUp()
        self.server.control("s3/create", {"bucket": "artifacts"})
        self.write("template.yaml", SITE)
        self.write("src/app.py", "def handler(event, context): pass\n")

    def roll_out(self, *options):
        self.samara("deploy", "--stack-name", "app", "--s3-bucket", "artifacts", *options)
        self.server.clear()

    def keys(self):
        return [row["key"] for row in self.server.control("s3/objects", {"bucket": "artifacts"})]

    def delete(self, *options, answers=None, code=0):
        return self.samara("delete", "--stack-name", "app", *options, input=answers, code=code)

    def test_a_folder_of_artifacts_goes_whole(self):
        self.roll_out("--s3-prefix", "app/one")
        for number in range(12):
            self.server.aws("s3api", "put-object", "--bucket", "artifacts", "--key", f"app/one/old{number}")
        self.server.aws("s3api", "put-object", "--bucket", "artifacts", "--key", "app/other")
        done = self.delete("--no-prompts")
        self.assertEqual(self.keys(), ["app/other"])
        self.assertIsNone(self.server.stack("app"))
        self.assertIn("- Deleting Cloudformation stack app", done.stdout)

    def test_without_a_folder_the_template_goes(self):
        self.roll_out()
        self.assertEqual(len(self.keys()), 2)
        self.delete("--no-prompts")
        self.assertEqual(self.keys(), [])

    def test_questions(self):
        self.roll_out("--s3-prefix", "app")
        self.delete(answers="n\n")
        self.assertEqual((self.server.stack("app")["status"], self.writes()), ("CREATE_COMPLETE", []))
        done = self.delete(answers="y\nn\nn\n")
        self.assertIn("delete the stack app in the region us-east-1", done.stdout)
        self.assertIn("delete the folder app in S3", done.stdout)
        self.assertIsNone(self.server.stack("app"))
        self.assertEqual([key.rpartition(".")[2] for key in self.keys()], ["template"], "the template stays, as was said")
        done = self.delete(answers="", code=1)
        self.assertIn("Aborted!", done.stderr)

    def test_a_stack_that_resists(self):
        self.roll_out()
        self.server.aws("cloudformation", "update-termination-protection", "--stack-name", "app", "--enable-termination-protection")
        done = self.delete("--no-prompts", code=1)
        self.assertIn("termination protection", done.stderr)
        self.server.aws("cloudformation", "update-termination-protection", "--stack-name", "app", "--no-enable-termination-protection")
        self.server.control("cloudformation/fail", {"resource": "Topic", "action": "DELETE", "reason": "in use"})
        done = self.delete("--no-prompts", code=1)
        self.assertIn("DELETE_FAILED", done.stderr)
        self.delete("--no-prompts")

    def test_repositories_are_asked_for_and_may_stay(self):
        self.server.create_stack("app", "Resources: {Repo: {Type: AWS::ECR::Repository, Properties: {RepositoryName: mine}}}")
        self.server.clear()
        self.delete(answers="y\nn\n")
        self.assertNotIn("ecr.DeleteRepository", self.server.operations())
        self.server.create_stack("app", "Resources: {Repo: {Type: AWS::ECR::Repository, Properties: {RepositoryName: other}}}")
        self.delete("--no-prompts")
        self.assertIn("ecr.DeleteRepository", self.server.operations())

    def test_what_is_not_there_is_told_on_standard_output(self):
        done = self.delete("--no-prompts")
        self.assertIn("Error: The input stack app does not exist on Cloudformation in the region us-east-1", done.stdout)
        self.assertIn("--stack-name", self.samara("delete", "--no-prompts", code=2).stderr)
        self.server.fault(service="cloudformation", kind="error", code="AccessDenied", message="not yours", status=403, times=0)
        self.assertIn("(AccessDenied)", self.delete("--no-prompts", code=1).stderr)

    def test_ctrl_c_while_it_is_waited_for(self):
        self.roll_out()
        self.server.fault(service="cloudformation", operation="DescribeStacks", kind="slow", seconds=4, skip=1, times=1)
        with self.start("delete", "--stack-name", "app", "--no-prompts") as deleting:
            wait_for(lambda: self.server.calls("cloudformation", "DescribeStacks")[1:], "the look at the stack")
            self.assertEqual(deleting.stop(signal.SIGINT, 10), 1)


if __name__ == "__main__":
    unittest.main()
