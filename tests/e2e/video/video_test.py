"""The video service from template to thumbnail: real containers, a real S3 server, a real video."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, background, curl, free_port, make_wheel, needs_docker, wait_for  # noqa: E402

VIDEO_NAMES = '''
def object_key(name):
    """Where an uploaded video is stored."""
    return "uploads/" + name.replace(" ", "_")
'''


class VideoService(SamaraTest):
    def setUp(self):
        super().setUp()
        for part in ("app", "deploy", "thumbnail"):
            shutil.copytree(HERE / part, self.project / part)
        wheels = self.folder / "wheels"
        wheels.mkdir()
        make_wheel(wheels, "videonames", "1.0", VIDEO_NAMES)
        self.environment.update(PIP_FIND_LINKS=str(wheels), PIP_NO_INDEX="1")
        self.deploy = self.project / "deploy"
        self.start_s3()

    def start_s3(self):
        self.s3_port = free_port()
        store = self.folder / "s3"
        store.mkdir()
        program = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/var/cache/samara-tools")) / "node_modules/.bin/s3rver"
        server = background(
            [str(program), "--directory", str(store), "--address", "0.0.0.0", "--port", str(self.s3_port), "--silent", "--no-vhost-buckets"])
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        wait_for(lambda: subprocess.run(["curl", "-s", "-o", "/dev/null", self.s3_url()]).returncode == 0, "the S3 server")
        self.aws("s3", "mb", "s3://videos")

    def s3_url(self, host="127.0.0.1"):
        return f"http://{host}:{self.s3_port}"

    def aws(self, *arguments):
        return subprocess.run(
            ["/usr/bin/aws", "--endpoint-url", self.s3_url(), *arguments], check=True, capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "S3RVER",
                 "AWS_SECRET_ACCESS_KEY": "S3RVER", "AWS_DEFAULT_REGION": "us-east-1"}).stdout

    def credentials(self):
        return {"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER"}

    def upload_through_the_api(self, built, *options):
        """Asks the running API for a URL, puts a real video there; gives its key."""
        port = free_port()
        with self.start("local", "start-api", "-t", built, "--port", port,
                        "--parameter-overrides", f"S3Endpoint={self.s3_url()}", *options,
                        environment=self.credentials(), cwd=self.deploy) as api:
            pid = api.process.pid
            mounted = api.wait_for_line("Mounting VideoUploader at")
            self.assertIn(f"http://127.0.0.1:{port}/upload/url [GET, OPTIONS]", mounted)
            api.wait_for_line("Press CTRL+C to quit")
            url = f"http://127.0.0.1:{port}/upload/url?name=my%20clip.mp4"
            status, headers, body = curl("-H", "Origin: https://videos.example", url)
            self.assertEqual(status, 200, body.decode() + "\n" + api.output())
            self.assertEqual(headers["access-control-allow-origin"], "https://videos.example")
            answer = json.loads(body)
            self.assertEqual(answer["key"], "uploads/my_clip.mp4")

            status, headers, _ = curl(
                "-X", "OPTIONS", "-H", "Origin: https://videos.example", "-H", "Access-Control-Request-Method: GET", url)
            self.assertEqual(status, 204)
            self.assertEqual(headers["access-control-allow-methods"], "GET")
            self.assertEqual(headers["access-control-max-age"], "600")
            self.assertEqual(curl(f"http://127.0.0.1:{port}/nothing/here")[0], 404)

            video = self.folder / "clip.mp4"
            subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=duration=1:size=320x240:rate=10",
                            "-pix_fmt", "yuv420p", str(video)], check=True)
            status, _, body = curl("-T", str(video), answer["url"])
            self.assertEqual(status, 200, body.decode())
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left(pid)
        return answer["key"]

    def test_containers_from_template_to_thumbnail(self):
        needs_docker()
        self.environment["SAMARA_ENGINE"] = "docker"
        build = self.samara("build", "-t", "template.yaml", cwd=self.deploy, seconds=600)
        self.assertIn("Build Succeeded", build.stdout)
        self.assertIn("Built Artifacts  : .aws-sam/build", build.stdout)
        # What AWS refuses and the original runs: each is told once, and nothing else is the worse for it.
        for fault in ("ThumbnailGenerator.Runtime is left out", "here ThumbnailGenerator.Events.Uploaded"):
            self.assertEqual(build.stderr.count(fault), 1, build.stderr)
        self.assertNotIn("Error:", build.stderr)
        staged = self.deploy / ".aws-sam/build/VideoUploader"
        self.assertTrue((staged / "src/main.py").is_file())
        self.assertTrue((staged / "videonames.py").is_file(), "the dependency is beside the source")

        built = ".aws-sam/build/template.yaml"
        key = self.upload_through_the_api(built, "--invoke-image", f"VideoUploader={STAND_IN}/python:3.11")

        event = self.samara("local", "generate-event", "s3", "put", "--bucket", "videos", "--key", key)
        (self.deploy / "event.json").write_text(event.stdout)
        self.assertIn("Runtime", self.samara("validate", "-t", "template.yaml", cwd=self.deploy, code=1).stderr)
        result = self.samara(
            "local", "invoke", "ThumbnailGenerator", "-t", built, "-e", "event.json",
            "--add-host", "s3.test:host-gateway",
            "--parameter-overrides", f"S3Endpoint={self.s3_url('s3.test')}",
            cwd=self.deploy, environment=self.credentials())
        self.assertEqual(json.loads(result.stdout), {"thumbnails": ["uploads/my_clip.jpg"]}, result.stderr)
        self.assertIn("REPORT RequestId:", result.stderr)
        self.check_thumbnail()

    def check_thumbnail(self):
        picture = self.folder / "thumbnail.jpg"
        self.aws("s3", "cp", "s3://videos/uploads/my_clip.jpg", str(picture))
        probe = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", str(picture)],
            check=True, capture_output=True, text=True)
        self.assertEqual(probe.stdout.strip(), "mjpeg,320,240")

    def test_uploader_on_the_sandbox(self):
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.samara("build", "VideoUploader", "-t", "template.yaml", cwd=self.deploy)
        self.upload_through_the_api(".aws-sam/build/template.yaml")


if __name__ == "__main__":
    unittest.main()
