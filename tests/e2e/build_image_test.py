"""samara build of images: what has not changed is not built, and the programs that build with BuildKit are used."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, needs_docker  # noqa: E402

PYTHON = f"python3.{sys.version_info.minor}"
BASE = f"samara-test/lambda/{PYTHON.replace('python', 'python:')}"
# docker with a plugin buildx, as far as samara asks it; the classic builder does the work.
BUILDX = """#!/bin/sh
echo "$DOCKER_BUILDKIT" "$@" >> @RECORD@
[ "$1" = buildx ] || exec @DOCKER@ "$@"
shift
[ "$1" = version ] && exit 0
shift
[ "$1" = --load ] && shift
DOCKER_BUILDKIT=0 exec @DOCKER@ build "$@"
"""


class Images(SamaraTest):
    def setUp(self):
        super().setUp()
        needs_docker()
        self.tag = f"samara-e2e-{os.getpid()}"
        self.addCleanup(subprocess.run, ["docker", "rmi", "-f", f"fn:{self.tag}"], capture_output=True)
        self.dockerfile("")
        self.write("image/app.py", "def handler(event, context): return 'one'\n")
        self.template("")

    def dockerfile(self, more, head=""):
        self.write("image/Dockerfile", f"{head}FROM {BASE}\nARG TEXT=none\n{more}\nCOPY app.py /var/task/\nCMD [\"app.handler\"]\n")

    def template(self, metadata):
        self.write("template.yaml", f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Metadata: {{DockerContext: image, Dockerfile: Dockerfile, DockerTag: {self.tag}{metadata}}}
    Properties: {{PackageType: Image}}
""")

    def with_buildx(self):
        self.record = self.folder / "record"
        self.record.write_text("")
        self.write("bin/docker", BUILDX.replace("@RECORD@", str(self.record)).replace("@DOCKER@", shutil.which("docker"))).chmod(0o755)
        return {"PATH": f"{self.project / 'bin'}:{os.environ['PATH']}"}

    def test_an_image_that_was_not_built_is_told(self):
        result = self.samara("local", "invoke", "Fn", "--engine", "docker", code=1)
        self.assertIn("'Fn' has no image yet", result.stderr)
        self.assertIn("run samara build first", result.stderr)

    def label(self, name):
        result = subprocess.run(["docker", "inspect", f"fn:{self.tag}"], capture_output=True, text=True)
        return (json.loads(result.stdout)[0]["Config"]["Labels"] or {}).get(name)

    def seen(self):
        return json.loads(self.samara("local", "invoke", "Fn", "--no-event", "--engine", "docker").stdout)

    def test_what_has_not_changed_is_not_built(self):
        self.assertIn("Building image for Fn function", self.samara("build").stderr)
        self.assertEqual(self.seen(), "one")
        again = self.samara("build")
        self.assertRegex(again.stderr, r"Built 1 function in .* \(1 unchanged\)")
        self.assertNotIn("Building image", again.stderr)
        self.write("image/app.py", "def handler(event, context): return 'two'\n")
        self.assertIn("image is newer than the build of Fn; samara build takes it up",
                      self.samara("local", "invoke", "Fn", "--no-event", "--engine", "docker").stderr)
        self.assertIn("Building image", self.samara("build").stderr)
        self.assertEqual(self.seen(), "two")
        subprocess.run(["docker", "rmi", "-f", f"fn:{self.tag}"], capture_output=True, check=True)
        self.assertIn("Building image", self.samara("build").stderr)
        self.assertIn("Building image", self.samara("build", "--no-cached").stderr)

    def test_more_options_of_docker_build(self):
        self.template(", DockerBuildExtraParams: ['--label', 'of=ours']")
        self.samara("build")
        self.assertEqual(self.label("of"), "ours")
        self.template(", DockerBuildExtraParams: ['--no-such-option']")
        failed = self.samara("build", code=1)
        self.assertIn("unknown flag: --no-such-option", failed.stderr)
        self.assertIn("Not built: Fn", failed.stderr)
        self.template(", DockerBuildExtraParams: --label")
        self.assertIn("DockerBuildExtraParams must be a list", self.samara("build", code=1).stderr)

    def test_without_a_program(self):
        environment = {"PATH": str(self.folder / "nothing")}
        self.template(", DockerBuildExtraParams: ['--label', 'of=ours']")
        self.assertIn("DockerBuildExtraParams needs a program that builds images",
                      self.samara("build", code=1, environment=environment).stderr)
        self.template("")
        self.assertIn("--use-buildkit needs a program that builds with BuildKit",
                      self.samara("build", "--use-buildkit", code=1, environment=environment).stderr)
        self.dockerfile("RUN --mount=type=cache,target=/c true")
        self.assertIn("RUN --mount (line 3) in the Dockerfile needs BuildKit",
                      self.samara("build", code=1, environment=environment).stderr)
        self.dockerfile("", "# syntax=docker/dockerfile:1\n")
        self.samara("build", environment=environment)

    def test_buildx_where_it_is_asked_for(self):
        environment = self.with_buildx()
        self.template(", DockerBuildArgs: {TEXT: a secret}")
        self.dockerfile('LABEL text="$TEXT"')
        self.samara("build", "--use-buildkit", environment=environment)
        self.assertEqual(self.label("text"), "a secret")
        said = self.record.read_text()
        self.assertIn(f"buildx build --load --file {self.project}/image/Dockerfile --tag fn:{self.tag} --platform linux/amd64 --build-arg TEXT", said)
        self.assertNotIn("a secret", said)

    def test_buildkit_of_a_docker_before_23(self):
        """Debian's: it speaks BuildKit's protocol itself, without a plugin."""
        old = next((p for p in (pathlib.Path(f) / "docker" for f in os.environ["PATH"].split(":")) if self.is_old(p)), None)
        if old is None:
            self.skipTest("no docker before 23 on PATH")
        self.write("bin/docker", f'#!/bin/sh\nexec {old} "$@"\n').chmod(0o755)
        environment = {"PATH": f"{self.project / 'bin'}:{os.environ['PATH']}"}
        self.dockerfile("RUN --mount=type=cache,target=/kept echo from the cache > /kept/text && cp /kept/text /text\n"
                        "LABEL of=buildkit")
        self.template(", DockerBuildExtraParams: ['--progress', 'plain']")
        self.samara("build", environment=environment)
        self.assertEqual(self.label("of"), "buildkit")
        self.assertEqual(self.seen(), "one")
        self.samara("build", "--use-buildkit", "--no-cached", environment=environment)

    @staticmethod
    def is_old(docker):
        if not docker.is_file():
            return False
        said = subprocess.run([docker, "version", "--format", "{{.Client.Version}}"], capture_output=True, text=True)
        number = said.stdout.split(".")[0]
        return number.isdigit() and 18 <= int(number) < 23

    def test_buildx_where_the_dockerfile_asks_for_it(self):
        environment = self.with_buildx()
        self.samara("build", environment=environment)
        self.assertEqual(self.record.read_text(), "")
        self.dockerfile("", "# syntax=docker/dockerfile:1\n")
        self.samara("build", "--no-use-buildkit", environment=environment)
        self.assertEqual(self.record.read_text(), "")
        self.samara("build", environment=environment)
        self.assertIn("buildx build --load", self.record.read_text())


if __name__ == "__main__":
    unittest.main()
