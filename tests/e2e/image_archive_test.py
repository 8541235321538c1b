"""Images that are archives (docker save): loaded into the engine and run, built or not, and taken up when they change."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for


def docker(*arguments):
    return subprocess.run(["docker", *map(str, arguments)], capture_output=True, text=True, check=True).stdout


class ImageArchives(SamaraTest):
    def setUp(self):
        super().setUp()
        needs_docker()
        self.environment["SAMARA_ENGINE"] = "docker"
        self.image = f"samara-test-archive-{os.getpid()}"
        self.before = set(self.loaded())
        self.addCleanup(self.remove)
        self.write("template.yaml", """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: images/app.tar.gz
      Events: {Get: {Type: HttpApi, Properties: {Path: /, Method: get}}}
""")

    def loaded(self):
        return docker("images", "--format", "{{.Repository}}:{{.Tag}}", "samara-archive/*").split()

    def remove(self):
        for name in set(self.loaded()) - self.before | {f"{self.image}:v1", f"{self.image}:v2"}:
            subprocess.run(["docker", "rmi", "-f", name], capture_output=True)

    def save(self, answer, *tags, path="images/app.tar.gz"):
        """An archive of an image that answers so, which the engine itself has no longer."""
        self.write("image/app.py", f"def handler(event, context):\n    return '{answer}'\n")
        self.write("image/Dockerfile", f'FROM {STAND_IN}/python:3.11\nCOPY app.py /var/task/\nCMD ["app.handler"]\n')
        (self.project / path).parent.mkdir(parents=True, exist_ok=True)
        names = [f"{self.image}:{tag}" for tag in tags or ("v1",)]
        for name in names:
            docker("build", "-q", "-t", name, self.project / "image")
        script = 'docker save "$@" | gzip -1 > "$ARCHIVE.new" && mv "$ARCHIVE.new" "$ARCHIVE"'
        subprocess.run(["bash", "-o", "pipefail", "-c", script, "-", *names], check=True,
                       env={**os.environ, "ARCHIVE": str(self.project / path)})
        for name in names:
            docker("rmi", name)

    def test_as_the_template_is_written_and_built(self):
        self.save("hello", "v1", "v2") # two names, one image
        first = self.samara("local", "invoke")
        self.assertEqual(first.stdout, '"hello"\n')
        self.assertIn(f"Loading image from {self.project}/images/app.tar.gz", first.stderr)
        again = self.samara("local", "invoke", "--debug")
        self.assertEqual(again.stdout, '"hello"\n')
        self.assertNotIn("Loading image", again.stderr)
        self.assertRegex(again.stderr, "Fn: the image samara-archive/.* is used as it is")
        built = self.samara("build", environment={"DOCKER_HOST": "unix:///nowhere"}) # needs no engine
        self.assertIn(f"Skip building Fn: its image is in {self.project}/images/app.tar.gz", built.stderr)
        self.assertIn("ImageUri: ../../images/app.tar.gz", (self.project / ".aws-sam/build/template.yaml").read_text())
        self.assertEqual(self.samara("local", "invoke").stdout, '"hello"\n')
        self.assert_nothing_left()

    def test_in_a_nested_stack(self):
        self.save("nested", path="child/images/app.tar.gz")
        (self.project / "template.yaml").rename(self.project / "child/template.yaml")
        self.write("template.yaml", """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Child: {Type: AWS::Serverless::Application, Properties: {Location: child/template.yaml}}
""")
        self.assertEqual(self.samara("local", "invoke", "Child/Fn").stdout, '"nested"\n')
        self.samara("build")
        self.assertEqual(self.samara("local", "invoke", "Child/Fn").stdout, '"nested"\n')

    def test_servers_take_up_another_archive(self):
        for command, path, data in (
                ("start-api", "/", ()), ("start-lambda", "/2015-03-31/functions/Fn/invocations", ("-d", "{}"))):
            with self.subTest(command):
                self.save("first")
                port = free_port()
                with self.start("local", command, "--port", port) as server:
                    server.wait_for_line("Press CTRL+C to quit")

                    def answer():
                        return curl(*data, f"http://127.0.0.1:{port}{path}")[2].decode().strip('"')

                    self.assertEqual(answer(), "first", server.output())
                    self.save("second")
                    wait_for(lambda: answer() == "second", "the new archive's answer")
                    self.assertEqual(server.stop(), 0)
                self.assert_nothing_left(server.process.pid)
        # What it held before has no name of ours any longer.
        fresh = [name for name in set(self.loaded()) - self.before if ":rapid-" not in name]
        self.assertEqual(len(fresh), 1, fresh)

    def test_more_than_one_image_is_refused(self):
        self.save("hello")
        docker("build", "-q", "-t", f"{self.image}:v1", self.project / "image")
        docker("save", "-o", self.project / "images/app.tar.gz", f"{self.image}:v1", f"{STAND_IN}/python:3.11")
        error = self.samara("local", "invoke", code=1).stderr
        self.assertIn("it holds 2 images", error)
        self.assertIn("docker save NAME -o FILE", error)


if __name__ == "__main__":
    unittest.main()
