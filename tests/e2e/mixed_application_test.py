"""An application as people have it: functions of both package types whose sources are above the template,
and mistakes that only a deployment would find. It builds, serves and invokes, with warnings."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker  # noqa: E402

VERSION = f"3.{sys.version_info.minor}"
RUNTIME = f"python{VERSION}"
TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  ImageFn:
    Type: AWS::Serverless::Function
    Metadata: {{Dockerfile: Dockerfile, DockerContext: ../image, DockerTag: {tag}}}
    Properties:
      PackageType: Image
      Runtime: python3.9
      Events:
        Upload: {{Type: S3, Properties: {{Bucket: my-uploads, Events: s3:ObjectCreated:*}}}}
        Get: {{Type: Api, Properties: {{Path: /image, Method: get}}}}
  ZipFn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ../zip/
      Handler: app.handler
      Runtime: {runtime}
      Events: {{Get: {{Type: Api, Properties: {{Path: /zip, Method: get}}}}}}
"""
SETTINGS = """
version = 0.1
[default.build.parameters]
cached = true
parallel = true
[default.local_start_api.parameters]
skip_pull_image = true
[default.local_invoke.parameters]
skip_pull_image = true
"""


class MixedApplication(SamaraTest):
    def setUp(self):
        super().setUp()
        needs_docker()
        self.tag = f"samara-e2e-{os.getpid()}"
        for image in (f"imagefn:{self.tag}", "imagefn:rapid-x86_64"):
            self.addCleanup(subprocess.run, ["docker", "rmi", "-f", image], capture_output=True)
        for kind in ("image", "zip"):
            self.write(f"{kind}/app.py", f"def handler(event, context): return {{'statusCode': 200, 'body': '{kind}'}}\n")
        self.write("image/Dockerfile", f"FROM {STAND_IN}/python:{VERSION}\nCOPY app.py /var/task/\nCMD [\"app.handler\"]\n")
        self.write("infra/template.yaml", TEMPLATE.format(tag=self.tag, runtime=RUNTIME))
        self.write("infra/samconfig.toml", SETTINGS)
        self.infra = self.project / "infra"

    def assert_told(self, text):
        self.assertIn("ImageFn: Runtime has no meaning for a function of PackageType Image", text)
        self.assertIn("ImageFn.Upload: the bucket of an S3 event must be in the same template", text)
        self.assertNotIn("Error", text)

    def body(self, *arguments):
        result = self.samara("local", "invoke", *arguments, cwd=self.infra)
        self.assert_told(result.stderr)
        return json.loads(result.stdout)["body"]

    def test_it_builds_and_runs(self):
        built = self.samara("build", cwd=self.infra)
        self.assertIn("Build Succeeded", built.stdout)
        self.assert_told(built.stderr)
        again = self.samara("build", cwd=self.infra)
        self.assertIn("Built 2 functions", again.stderr)
        self.assertIn("(2 unchanged)", again.stderr)
        image = ("--invoke-image", f"{STAND_IN}/python:{VERSION}")
        self.assertEqual(self.body("ImageFn", "--engine", "docker"), "image")
        self.assertEqual(self.body("ZipFn", "--engine", "docker", *image), "zip")
        self.assertEqual(self.body("ZipFn", "--engine", "sandbox"), "zip")
        refused = self.samara("local", "invoke", "ImageFn", "--engine", "sandbox", cwd=self.infra, code=1)
        self.assertIn("ImageFn runs from an image, which the sandbox engine cannot", refused.stderr)

    def test_it_is_served(self):
        self.samara("build", cwd=self.infra)
        for engine, options, answers in (
                ("docker", ("--invoke-image", f"ZipFn={STAND_IN}/python:{VERSION}"), {"image": (200, b"image"), "zip": (200, b"zip")}),
                ("sandbox", (), {"image": (502, b'{"message":"Internal server error"}'), "zip": (200, b"zip")})):
            with self.subTest(engine=engine):
                port = free_port()
                with self.start("local", "start-api", "-p", port, "--engine", engine, *options, cwd=self.infra) as server:
                    server.wait_for_line("Press CTRL+C to quit")
                    for path, answer in answers.items():
                        status, _, body = curl(f"http://127.0.0.1:{port}/{path}")
                        self.assertEqual((status, body), answer, server.output())
                    self.assertEqual(server.stop(), 0)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
