"""Debian's docker-registry as the place where images go; it asks for user AWS and password "secret", as ECR does."""
import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

from samara_e2e import background, free_port, wait_for

# The password file wants bcrypt, which Debian's Python makes by crypt(3).
HASH = "import crypt, warnings; print(crypt.crypt('secret', crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))"


class Registry:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="registry-"))
        self.port = free_port()
        self.address = f"localhost:{self.port}"
        hashed = subprocess.run(["/usr/bin/python3", "-W", "ignore", "-c", HASH], check=True, capture_output=True, text=True).stdout.strip()
        (self.folder / "htpasswd").write_text(f"AWS:{hashed}\n")
        (self.folder / "config.yml").write_text(
            "version: 0.1\nlog: {level: error}\n"
            f"storage: {{filesystem: {{rootdirectory: {self.folder}/store}}, delete: {{enabled: true}}}}\n"
            f"http: {{addr: 127.0.0.1:{self.port}}}\n"
            f"auth: {{htpasswd: {{realm: ecr, path: {self.folder}/htpasswd}}}}\n")
        self._program = background(["/usr/bin/docker-registry", "serve", str(self.folder / "config.yml")])

    def __enter__(self):
        self._program.__enter__()
        wait_for(lambda: self._answers(), "the Docker registry")
        return self

    def __exit__(self, *error):
        self._program.__exit__(*error)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _open(self, path):
        token = base64.b64encode(b"AWS:secret").decode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v2/{path}", headers={"Authorization": f"Basic {token}"})
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5)

    def _answers(self):
        try:
            return self._open("").status == 200
        except OSError:
            return False

    def tags(self, repository):
        try:
            return json.load(self._open(f"{repository}/tags/list"))["tags"] or []
        except urllib.error.HTTPError:
            return []
