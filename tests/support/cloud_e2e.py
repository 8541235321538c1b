"""What tests of the commands that write to AWS share: the stand-in for it, a bucket, a template."""
import json

from aws_server import AwsServer
from samara_e2e import SamaraTest

FUNCTION = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: main.handler, Runtime: python3.11}
"""


class CloudTest(SamaraTest):
    def server_options(self):
        """What AwsServer is started with; a test that needs more than the defaults makes it here."""
        return {}

    def setUp(self):
        super().setUp()
        (self.folder / "home").mkdir()
        self.serve(**self.server_options())
        self.addCleanup(lambda: self.server.__exit__())
        self.addCleanup(self.no_violations)

    def serve(self, **options):
        """A server with a bucket, in the place of the one before it."""
        if hasattr(self, "server"):
            self.server.__exit__()
        self.server = AwsServer(**options)
        self.environment = {**self.environment, **self.server.environment(self.folder / "home")}
        self.server.aws("s3", "mb", "s3://artifacts")
        self.server.clear()

    def no_violations(self):
        self.assertEqual(self.server.violations(), [])

    def objects(self, bucket="artifacts"):
        listed = json.loads(self.server.aws("s3api", "list-objects-v2", "--bucket", bucket, "--output", "json") or "{}")
        return {o["Key"]: o["Size"] for o in listed.get("Contents", [])}

    def content(self, key, bucket="artifacts"):
        target = self.folder / "fetched"
        self.server.aws("s3api", "get-object", "--bucket", bucket, "--key", key, target)
        return target.read_bytes()

    def package(self, *options, code=0, **more):
        return self.samara("package", "--s3-bucket", "artifacts", *options, code=code, **more)

    def template(self, text=FUNCTION):
        self.write("template.yaml", text)
        self.write("src/main.py", "def handler(event, context):\n    return 1\n")
