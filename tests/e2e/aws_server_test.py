"""The stand-in for AWS is held against clients that are not ours, and refuses what AWS refuses."""
import hashlib
import http.client
import json
import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from aws_server import ACCESS_KEY, SECRET_KEY, AwsServer  # noqa: E402
from registry import Registry  # noqa: E402
from samara_e2e import SamaraTest, needs_docker, wait_for  # noqa: E402
from signed_request import send  # noqa: E402

TEMPLATE = """\
Parameters:
  Size: {Type: Number, Default: 1}
Conditions:
  Big: !Not [!Equals [!Ref Size, 1]]
Resources:
  Store: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}
  Queue: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !Ref Size, Tags: [{Key: store, Value: !Ref Store}]}}
  Topic: {Type: AWS::SNS::Topic, Condition: Big}
Outputs:
  Bucket: {Value: !Ref Store, Description: where}
"""


class ServerTest:
    """What the classes below share."""

    def setUp(self):
        super().setUp()
        self.server = AwsServer()
        self.addCleanup(self.server.__exit__)

    def aws(self, *arguments, **options):
        return self.server.aws(*arguments, cwd=self.project, **options)

    def json(self, *arguments):
        return json.loads(self.aws(*arguments, "--output", "json"))

    def send(self, service, **options):
        options.setdefault("access_key", ACCESS_KEY)
        options.setdefault("secret_key", SECRET_KEY)
        return send(self.server.endpoint, service, **options)

    def query(self, service, version, action, **members):
        pairs = [("Action", action), ("Version", version), *members.items()]
        body = "&".join(f"{k}={v}" for k, v in pairs)
        return self.send(service, headers={"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, body=body)

    def cloudformation(self, action, **members):
        return self.query("cloudformation", "2010-05-15", action, **members)


class DebiansClient(ServerTest, SamaraTest):
    def test_a_stack_is_deployed_changed_and_deleted(self):
        self.write("template.yaml", TEMPLATE)
        deploy = ("cloudformation", "deploy", "--stack-name", "app", "--template-file", "template.yaml")
        self.assertIn("Successfully created/updated stack - app", self.aws(*deploy))
        stack = self.json("cloudformation", "describe-stacks", "--stack-name", "app")["Stacks"][0]
        self.assertEqual((stack["StackStatus"], stack["Outputs"][0]["OutputKey"]), ("CREATE_COMPLETE", "Bucket"))
        self.assertIn("No changes to deploy", self.aws(*deploy, "--no-fail-on-empty-changeset"))
        self.server.control("cloudformation/fail", {"resource": "Queue", "action": "UPDATE", "reason": "no more queues"})
        self.assertIn("Failed to create/update the stack", self.aws(*deploy, "--parameter-overrides", "Size=2", code=255))
        events = self.json("cloudformation", "describe-stack-events", "--stack-name", "app")["StackEvents"]
        self.assertGreater(len(events), 5, "the client follows the pages")
        self.assertIn("no more queues", [event.get("ResourceStatusReason") for event in events])
        stack = self.json("cloudformation", "describe-stacks", "--stack-name", "app")["Stacks"][0]
        self.assertEqual(stack["StackStatus"], "UPDATE_ROLLBACK_COMPLETE")
        self.aws("cloudformation", "delete-stack", "--stack-name", "app")
        wait_for(lambda: "DELETE_COMPLETE" in self.aws("cloudformation", "list-stacks"), "the end of the stack")
        self.assertIn("Stack with id app does not exist", self.aws("cloudformation", "describe-stacks", "--stack-name", "app", code=254))
        self.assertEqual(self.server.violations(), [])

    def test_objects_go_up_in_parts_and_come_back(self):
        self.aws("s3", "mb", "s3://store")
        content = hashlib.sha256(b"seed").digest() * (20_000_000 // 32)
        (self.project / "big.bin").write_bytes(content)
        self.aws("s3", "cp", "big.bin", "s3://store/a b/+ü~.bin", "--no-progress", "--metadata", "who=me")
        head = self.json("s3api", "head-object", "--bucket", "store", "--key", "a b/+ü~.bin")
        self.assertEqual((head["ContentLength"], head["Metadata"]), (len(content), {"who": "me"}))
        self.aws("s3", "cp", "s3://store/a b/+ü~.bin", "back.bin", "--no-progress")
        self.assertEqual((self.project / "back.bin").read_bytes(), content)
        self.assertEqual(self.server.operations("s3").count("s3.UploadPart"), 3)
        self.assertEqual(self.server.control("s3/uploads"), [])
        self.assertIn("404", self.aws("s3api", "head-object", "--bucket", "store", "--key", "none", code=254))
        for name in ("x/1", "x/2", "y"):
            self.aws("s3api", "put-object", "--bucket", "store", "--key", name)
        self.assertEqual(
            [row["Key"] for row in self.json("s3api", "list-objects-v2", "--bucket", "store", "--prefix", "x/", "--page-size", "1")["Contents"]],
            ["x/1", "x/2"])
        self.aws("s3", "rm", "s3://store", "--recursive")
        self.aws("s3", "rb", "s3://store")
        self.assertEqual(self.server.violations(), [])

    def test_a_role_is_assumed_and_its_session_expires(self):
        session = self.json("sts", "assume-role", "--role-arn", "arn:aws:iam::123456789012:role/Deployer", "--role-session-name", "me")
        key = session["Credentials"]
        options = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"], "token": key["SessionToken"]}
        form = {"headers": {"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
                "body": "Action=GetCallerIdentity&Version=2011-06-15"}
        status, _, body = self.send("sts", **options, **form)
        self.assertEqual(status, 200)
        self.assertIn(b"assumed-role/Deployer/me", body)
        self.server.control("expire", {"accessKey": key["AccessKeyId"]})
        status, _, body = self.send("sts", **options, **form)
        self.assertEqual((status, b"<Code>ExpiredToken</Code>" in body), (403, True))


    def test_log_lines_are_followed_over_pages(self):
        for number in range(2):
            self.server.control("logs/put", {"group": "/aws/lambda/f", "stream": f"s{number}", "events": [
                {"message": f"line {number}.{i}"} for i in range(7)]})
        self.assertEqual(len(self.aws("logs", "tail", "/aws/lambda/f").splitlines()), 14)
        filtered = self.aws("logs", "tail", "/aws/lambda/f", "--filter-pattern", '"line 1" -"1.3"', "--format", "short")
        self.assertEqual(len(filtered.splitlines()), 6)
        self.assertEqual(self.server.violations(), [])

    def test_traces_are_summarised_and_read_over_pages(self):
        ids = [f"1-6553f100-{number:024x}" for number in range(4)]
        self.server.control("xray/put", {"traces": [{"Id": id, "Duration": 1, "Segments": []} for id in ids],
                                         "graphs": [[{"ReferenceId": number}] for number in range(4)]})
        times = ("--start-time", "1700000000", "--end-time", "1700000600.5")
        self.assertEqual([row["Id"] for row in self.json("xray", "get-trace-summaries", *times)["TraceSummaries"]], ids)
        self.assertEqual([row["Id"] for row in self.json("xray", "batch-get-traces", "--trace-ids", *ids)["Traces"]], ids)
        self.assertEqual([row["ReferenceId"] for row in self.json("xray", "get-service-graph", *times)["Services"]], [0, 1, 2, 3])
        self.assertEqual(self.server.violations(), [])


class DebiansDocker(SamaraTest):
    def test_an_image_is_pushed_with_the_password_of_ecr_and_deleted(self):
        needs_docker()
        with Registry() as registry, AwsServer(registry=registry.address) as server:
            server.aws("ecr", "create-repository", "--repository-name", "thumb")
            image = f"{registry.address}/thumb:v1"
            docker = lambda *arguments, **options: subprocess.run(
                ["docker", "--config", str(self.folder / "docker"), *arguments], check=True, capture_output=True, text=True, **options)
            (self.folder / "empty").mkdir()
            (self.folder / "empty/Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
            docker("build", "-q", "-t", image, str(self.folder / "empty"))
            self.addCleanup(docker, "rmi", image)
            with self.assertRaises(subprocess.CalledProcessError):
                docker("push", image)
            docker("login", "-u", "AWS", "--password-stdin", registry.address, input=server.aws("ecr", "get-login-password"))
            docker("push", image)
            self.assertEqual(registry.tags("thumb"), ["v1"])
            result = json.loads(server.aws("ecr", "batch-delete-image", "--repository-name", "thumb", "--image-ids", "imageTag=v1",
                                           "imageTag=none"))
            self.assertEqual((len(result["imageIds"]), result["failures"][0]["failureCode"]), (1, "ImageNotFound"))
            self.assertEqual((registry.tags("thumb"), server.violations()), ([], []))


class AmazonsJavaScriptClient(ServerTest, SamaraTest):
    def test_every_operation_in_use_is_understood(self):
        npm = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/var/cache/samara-tools")) / "node_modules"
        if not (npm / "@aws-sdk/client-cloudformation").exists():
            self.skipTest("AWS's JavaScript clients are not installed")
        done = subprocess.run(["node", str(HERE.parent / "support/aws_sdk_client.js")], capture_output=True, text=True, env={
            **self.environment, **self.server.environment(self.folder), "NODE_PATH": str(npm)})
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = dict(json.loads(line) for line in done.stdout.splitlines())
        self.assertEqual(answers, {
            "account": "123456789012", "metadata": {"who": "me"}, "body": "hello", "streamed": "stream",
            "keys": ["a b/+ü~//x", "parts", "stream"], "missing object": "NoSuchKey: The specified key does not exist.",
            "changes": ["Modify Topic False"], "many events": True,
            "missing stack": "ValidationError: Stack with id sdk does not exist", "user": "AWS:secret",
            "missing repository": "RepositoryNotFoundException: The repository with name 'sdk' does not exist in the registry with id "
                                  "'123456789012'",
            "lines": ["line 1", "line 10", "line 11"],
            "missing group": "ResourceNotFoundException: The specified log group does not exist."})
        self.assertEqual(self.server.violations(), [])


class Refusals(ServerTest, SamaraTest):
    """A request that does not fit the model is refused and noted; each row is one kind of mistake."""

    def refused(self, reply, text):
        status, _, body = reply
        self.assertEqual(status, 400, body)
        self.assertIn(text, body.decode())
        self.assertEqual(len(self.server.violations()), 1, "noted once")
        self.server.clear()

    def test_query_members_are_those_of_the_model(self):
        name = {"StackName": "app"}
        self.refused(self.cloudformation("DescribeStack"), "names no operation")
        self.refused(self.cloudformation("DescribeStacks", StackNam="app"), "knows no parameter StackNam")
        self.refused(self.cloudformation("DeleteStack"), "StackName is missing")
        self.refused(self.cloudformation("CreateStack", **name, **{"Tags.1.Key": "a"}), "not written as Tags.member.1")
        self.refused(self.cloudformation("CreateStack", **name, **{"Tags.member.2.Key": "a", "Tags.member.2.Value": "b"}), "not 1, 2")
        self.refused(self.cloudformation("CreateStack", **name, **{"Tags.member.1.Key": "a"}), "Value is missing")
        self.refused(self.cloudformation("CreateStack", **name, DisableRollback="yes"), "is no boolean")
        self.refused(self.cloudformation("CreateStack", **name, TimeoutInMinutes="2.5"), "is no integer")
        self.refused(self.cloudformation("CreateStack", **name, OnFailure="STOP"), "is none of")
        self.refused(self.query("cloudformation", "2011-05-15", "DescribeStacks"), "instead of 2010-05-15")

    def test_s3_requests_are_those_of_the_model(self):
        self.server.control("s3/create", {"bucket": "store"})
        put = {"method": "PUT", "body": b"x"}
        self.refused(self.send("s3", target="/store/k", headers={"x-amz-acll": "private"}, **put), "knows no header x-amz-acll")
        self.refused(self.send("s3", target="/store/k?versoin=1", **put), "knows no query parameter versoin")
        self.refused(self.send("s3", target="/store/k", headers={"x-amz-server-side-encryption": "AES"}, **put), "is none of")
        self.refused(self.send("s3", target="/store/k?uploadId=1", method="POST", body="<Complete/>"), "root element")

    def test_a_signature_has_to_hold(self):
        form = {"headers": {"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
                "body": "Action=GetCallerIdentity&Version=2011-06-15"}
        for options, code in (
                ({"secret_key": "other"}, "SignatureDoesNotMatch"), ({"access_key": "AKIDOTHER"}, "InvalidClientTokenId"),
                ({"token": "made up"}, "InvalidClientTokenId"), ({"skew": -3600}, "SignatureDoesNotMatch"),
                ({"tamper": lambda h: h.pop("authorization")}, "MissingAuthenticationToken")):
            status, _, body = self.send("sts", **form, **options)
            self.assertEqual((status, code in body.decode()), (403, True), body)
        self.server.control("s3/create", {"bucket": "store"})
        for options, code in (
                ({"skew": 3600}, "RequestTimeTooSkewed"), ({"secret_key": "other"}, "SignatureDoesNotMatch"),
                ({"headers": {"x-amz-content-sha256": "0" * 64}}, "XAmzContentSHA256Mismatch"),
                ({"headers": {"x-amz-content-sha256": "none"}}, "InvalidArgument"),
                ({"headers": {"x-amz-checksum-crc32": "AAAAAA=="}}, "BadDigest"),
                ({"tamper": lambda h: h.update({"x-amz-acl": "private"})}, "AccessDenied"),
                ({"region": "eu-west-1"}, "PermanentRedirect")):
            status, headers, body = self.send("s3", method="PUT", target="/store/k", body=b"x", **options)
            self.assertIn(code, body.decode())
        self.assertEqual(headers["x-amz-bucket-region"], "us-east-1")

    def test_what_cloudformation_refuses(self):
        for members, text in (
                ({"TemplateBody": "Resources: {}"}, "At least one Resources member"),
                ({"TemplateBody": "Resources: {A: {Type: AWS::SNS::Topic, Properties: {X: {Ref: B}}}}"}, "Unresolved resource dependencies [B]"),
                ({"TemplateBody": "Resources: {A: {Type: AWS::IAM::Role}}"}, "Requires capabilities : [CAPABILITY_IAM]"),
                ({"TemplateBody": "Parameters: {P: {Type: String}}%0aResources: {A: {Type: AWS::SNS::Topic}}"}, "[P] must have values"),
                ({"TemplateURL": "http://elsewhere/t"}, "must be a supported URL"),
                ({"TemplateBody": "Resources: {A: {Type: AWS::SNS::Topic}}" + " " * 51200}, "less than or equal to 51200"),
                ({}, "Either Template URL or Template Body")):
            status, _, body = self.cloudformation("CreateStack", StackName="app", **members)
            self.assertEqual((status, text in body.decode()), (400, True), body)
        self.assertIn(b"Stack [app] does not exist", self.cloudformation("UpdateStack", StackName="app", TemplateBody="x: y")[2])
        self.assertEqual(self.server.violations(), [])


class FaultsOnDemand(ServerTest, SamaraTest):
    def test_a_call_meets_the_fault_that_was_ordered(self):
        describe = lambda: self.cloudformation("DescribeStacks")
        self.server.fault(service="cloudformation", operation="DescribeStacks", kind="error", code="Throttling", message="Rate exceeded", skip=1)
        self.assertEqual(describe()[0], 200)
        status, _, body = describe()
        self.assertEqual((status, b"<Code>Throttling</Code>" in body), (400, True))
        self.server.fault(service="cloudformation", kind="error", code="InternalFailure", status=500, times=2)
        self.assertEqual([describe()[0] for _ in range(3)], [500, 500, 200])
        self.server.fault(service="cloudformation", kind="reset")
        with self.assertRaises((ConnectionError, http.client.HTTPException)):
            describe()
        self.server.fault(service="cloudformation", kind="cut")
        with self.assertRaises((ConnectionError, http.client.HTTPException)):
            describe()
        self.assertEqual(describe()[0], 200)

    def test_an_upload_is_cut_in_the_middle_of_a_part(self):
        self.aws("s3", "mb", "s3://store")
        (self.project / "big.bin").write_bytes(b"x" * 9_000_000)
        self.server.fault(service="s3", operation="UploadPart", kind="reset", after_bytes=100_000)
        self.aws("s3", "cp", "big.bin", "s3://store/big.bin", "--no-progress")
        self.assertEqual(self.server.operations("s3").count("s3.UploadPart"), 3, "the CLI tried the part again")
        self.assertEqual([row["size"] for row in self.server.control("s3/objects", {"bucket": "store"})], [9_000_000])


if __name__ == "__main__":
    unittest.main()
