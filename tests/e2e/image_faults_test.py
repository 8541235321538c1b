"""What can go wrong with images: each is told, and leaves nothing behind."""
import hashlib
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SAMARA, STAND_IN, SamaraTest, needs_docker, wait_for  # noqa: E402

HANDLER = "exports.handler = async () => 'ran';\n"

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {{PackageType: Image, ImageUri: '{image}'}}
    Metadata: {{Dockerfile: Dockerfile, DockerContext: ./app, DockerTag: v1}}
"""


def docker(*arguments, **options):
    return subprocess.run(["docker", *map(str, arguments)], capture_output=True, text=True, **options)


class ImageFaults(SamaraTest):
    def setUp(self):
        needs_docker()
        super().setUp()
        self.environment.update(SAMARA_ENGINE="docker", XDG_CACHE_HOME=str(self.folder / "cache"))
        self.image = f"samara-test-fault-{os.getpid()}"
        self.added = f"{self.image}:rapid-x86_64"
        self.addCleanup(docker, "rmi", "-f", f"{self.image}:latest", self.added)
        self.write("template.yaml", TEMPLATE.format(image=self.image))

    def build_image(self, dockerfile):
        self.write("app/index.js", HANDLER)
        self.write("app/Dockerfile", dockerfile)
        built = docker("build", "-q", "-t", self.image, self.project / "app",
                       env={**os.environ, "DOCKER_BUILDKIT": "0"})
        self.assertEqual(built.returncode, 0, built.stderr)
        return built.stdout.strip()

    def containers_from(self, image):
        return docker("ps", "-aq", "--filter", f"ancestor={image}").stdout.split()

    def test_second_process_takes_over_from_a_killed_builder(self):
        # What ONBUILD says is run when the emulator is added: a build that takes its time.
        image = self.build_image(
            f"FROM {STAND_IN}/nodejs:18\nCOPY index.js /var/task/\nCMD [\"index.handler\"]\nONBUILD RUN sleep 4\n")
        with self.start("local", "invoke", "Fn") as first:
            wait_for(lambda: self.containers_from(image), "the build to run")
            with self.start("local", "invoke", "Fn") as second:
                lock = wait_for(lambda: list((self.folder / "cache").rglob("*.lock")), "the lock")[0]
                wait_for(lambda: self.has_open(second.process.pid, lock), "the second process at the lock")
                self.assertNotIn("Building image", second.output())
                first.stop(signal.SIGKILL)
                second.wait_for_line(f"Building image {self.added}")
                second.wait_for_line('"ran"')
                self.assertEqual(second.process.wait(20), 0, second.output())
        wait_for(lambda: not self.containers_from(image), "the end of the killed one's build")
        self.assert_nothing_left(second.process.pid)
        third = self.samara("local", "invoke", "Fn")
        self.assertNotIn("Building image", third.stderr)

    @staticmethod
    def has_open(pid, path):
        try:
            return any(os.readlink(f"/proc/{pid}/fd/{fd}") == str(path) for fd in os.listdir(f"/proc/{pid}/fd"))
        except FileNotFoundError:
            return False

    def test_dockerfile_that_fails_shows_its_own_output(self):
        self.write("template.yaml", TEMPLATE.format(image=""))
        self.write("app/Dockerfile", f"FROM {STAND_IN}/nodejs:18\nRUN printf 'what it %s' 'says itself' && exit 3\n")
        result = self.samara("build", code=1)
        self.assertIn("what it says itself", result.stderr)
        self.assertIn("returned a non-zero code: 3", result.stderr)
        self.assertIn("Build Failed", result.stdout)
        self.assertFalse((self.project / ".aws-sam/build/template.yaml").exists())
        self.assert_nothing_left()

    def test_added_image_that_cannot_be_built_shows_its_own_output(self):
        self.build_image(f"FROM {STAND_IN}/nodejs:18\nONBUILD RUN printf 'not in %s' 'this house' && exit 7\n")
        result = self.samara("local", "invoke", "Fn", code=1)
        self.assertIn(f"cannot build the image {self.added}", result.stderr)
        self.assertIn("not in this house", result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertEqual(docker("images", "-q", self.added).stdout, "")
        self.assert_nothing_left()

    def test_image_for_another_architecture(self):
        self.load("arm64")
        result = self.samara("local", "invoke", "Fn", code=1)
        self.assertIn(f"Fn is for x86_64, but its image {self.image} is for arm64", result.stderr)
        self.assertEqual(docker("images", "-q", self.added).stdout, "")
        self.assert_nothing_left()

    def load(self, architecture):
        """An image of one file, as `docker save` would write it."""
        def archive(files):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w") as tar:
                for name, content in files.items():
                    entry = tarfile.TarInfo(name)
                    entry.size = len(content)
                    tar.addfile(entry, io.BytesIO(content))
            return out.getvalue()
        layer = archive({"file": b"x"})
        config = {"architecture": architecture, "os": "linux", "config": {"Cmd": ["app.handler"]},
                  "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}
        manifest = [{"Config": "config.json", "RepoTags": [f"{self.image}:latest"], "Layers": ["layer.tar"]}]
        path = self.folder / "image.tar"
        path.write_bytes(archive({
            "layer.tar": layer, "config.json": json.dumps(config).encode(),
            "manifest.json": json.dumps(manifest).encode()}))
        loaded = docker("load", "-i", path)
        self.assertEqual(loaded.returncode, 0, loaded.stderr)


class FullDisk(SamaraTest):
    """A Podman service whose whole store is a small file system."""

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1000m", "none", self.disk], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"no file system can be mounted: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--recursive", "--lazy", self.disk])

    def test_build_on_a_full_disk(self):
        self.write("app/main.py", "def handler(event, context): return 1\n")
        with open(self.write("layer/large", ""), "wb") as large:
            large.truncate(30 << 20)
        self.write("template.yaml", """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: app, Handler: main.handler, Runtime: python3.11, Layers: [!Ref Large]}
  Large:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer}
""")
        # The service takes its own image before the rest of the disk is taken from it.
        script = """
            free=$(df --output=avail -m "$DISK" | tail -n 1)
            fallocate -l $((free - 70))M "$DISK/taken"
            cd "$PROJECT"
            TMPDIR=$OURS "$SAMARA" local invoke Fn --engine docker --skip-pull-image --invoke-image "$IMAGE"
            echo "exit code $?"
            rm "$DISK/taken"
            echo "containers: $(docker ps -aq)"
        """
        service = ROOT / "tests/support/with-podman"
        result = subprocess.run(
            [service, "bash", "-c", script], capture_output=True, text=True, timeout=200,
            env={**self.environment, "TMPDIR": str(self.disk), "DISK": str(self.disk), "OURS": str(self.temporary),
                 "PROJECT": str(self.project), "SAMARA": SAMARA, "IMAGE": f"{STAND_IN}/python:3.11"})
        if result.returncode == 77:
            self.skipTest(result.stdout.strip())
        self.assertIn("exit code 1\n", result.stdout, result.stderr)
        self.assertRegex(result.stderr, "(?s)Error: cannot build the image samcli/lambda-python:.*no space left on device")
        self.assertIn("docker system prune", result.stderr)
        self.assertIn("containers: \n", result.stdout)
        self.assertEqual([path.name for path in self.temporary.iterdir()], [])


if __name__ == "__main__":
    unittest.main()
