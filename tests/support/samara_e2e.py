"""What the end-to-end tests share: running samara and its real peers, and seeing what was left behind.

Every helper waits for a condition with a deadline, never for a fixed time, and stops only what it
started itself. Environment: SAMARA (the program), SAMARA_TEST_NPM (folder with node_modules),
SAMARA_REQUIRE_DOCKER=1 (no Docker engine is a failure, not a skip).
"""
import contextlib
import os
import pathlib
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMARA = os.environ.get("SAMARA", str(ROOT / "build/release/bin/samara"))
STAND_IN = "samara-test/lambda"


def wait_for(condition, what, seconds=30):
    """The first true value of condition(), asked again and again until the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def docker_answers():
    return subprocess.run(["docker", "version"], capture_output=True).returncode == 0


def needs_docker():
    if not docker_answers():
        if os.environ.get("SAMARA_REQUIRE_DOCKER"):
            raise AssertionError("no Docker API answers, and SAMARA_REQUIRE_DOCKER is set")
        raise unittest.SkipTest("no Docker API answers")


class Background:
    """A program that runs beside the test; its standard error (and output) is read line by line."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
        self.lines = []
        self._queue = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._queue.put(line)
        self._queue.put(None)

    def wait_for_line(self, text, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            for line in self.lines:
                if text in line:
                    return line
            try:
                if self._queue.get(timeout=max(0.0, deadline - time.monotonic())) is None:
                    raise AssertionError(f"ended without {text!r}:\n" + self.output())
            except queue.Empty:
                raise AssertionError(f"no {text!r} within {seconds} s:\n" + self.output()) from None

    def output(self):
        return "\n".join(self.lines)

    def stop(self, with_signal=signal.SIGTERM, seconds=15):
        """The exit code after the signal."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"still runs {seconds} s after {with_signal!r}:\n" + self.output()) from None
        self._reader.join(5)
        return code


@contextlib.contextmanager
def background(command, **options):
    program = Background(command, **options)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.stop()
        program.process.stdout.close()


def make_wheel(folder, name, version, source):
    """A wheel of one pure-Python module."""
    info = f"{name}-{version}.dist-info"
    path = pathlib.Path(folder) / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", source)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


class SamaraTest(unittest.TestCase):
    """A test with a folder of its own, which also sees to it that nothing is left behind."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        # samara's own temporary folders go here, so that leftovers can be told from those of others.
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.project = self.folder / "project"
        self.project.mkdir()
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SAM_", "SAMARA_"))}
        self.environment = {**keep, "TMPDIR": str(self.temporary), "AWS_EC2_METADATA_DISABLED": "true"}

    def samara(self, *arguments, code=0, seconds=120, environment=None, input=None, cwd=None):
        """Runs it to its end; `input` is its standard input, else there is none."""
        process = subprocess.Popen(
            [SAMARA, *map(str, arguments)], text=True, cwd=cwd or self.project,
            stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**self.environment, **(environment or {})})
        self.last_pid = process.pid
        try:
            out, err = process.communicate(input, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        if code is not None:
            self.assertEqual(process.returncode, code, f"stdout:\n{out}\nstderr:\n{err}")
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def start(self, *arguments, environment=None, **options):
        options.setdefault("cwd", self.project)
        return background([SAMARA, *map(str, arguments)], env={**self.environment, **(environment or {})}, **options)

    def write(self, name, text):
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    # What may be left behind is told by this test's own marks: its temporary folder, which every
    # sandbox process has in its command line or environment, and the containers' owner label.

    def containers_of(self, pid):
        rows = subprocess.run(
            ["docker", "ps", "-a", "--filter", "label=samara.owner", "--format", '{{.ID}} {{.Label "samara.owner"}}'],
            capture_output=True, text=True).stdout.splitlines()
        return [row.split()[0] for row in rows if re.search(rf"\b{pid}\b", row.split(None, 1)[1])]

    def processes_of_this_test(self):
        mark = f"TMPDIR={self.temporary}".encode()
        found = []
        for process in pathlib.Path("/proc").iterdir():
            if not process.name.isdigit() or int(process.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes()
                if str(self.temporary).encode() in command or mark in (process / "environ").read_bytes():
                    found.append(command.replace(b"\0", b" ").decode(errors="replace"))
        return found

    def assert_nothing_left(self, pid=None):
        """No process, temporary file or container of this test; `pid` is the samara that is meant."""
        pid = pid or getattr(self, "last_pid", None)
        wait_for(lambda: not self.processes_of_this_test(), f"the end of {self.processes_of_this_test()}", 10)
        self.assertEqual([p.name for p in self.temporary.iterdir()], [], "temporary files left")
        if pid is not None and docker_answers():
            self.assertEqual(self.containers_of(pid), [], "containers left")


def curl(*arguments):
    """Status, headers (lower case) and body of one request by the real curl."""
    result = subprocess.run(["curl", "-sS", "-i", "--max-time", "60", *arguments], capture_output=True)
    if result.returncode != 0:
        raise AssertionError(f"curl {arguments}: {result.stderr.decode()}")
    head, _, body = result.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return int(re.match(r"HTTP/[\d.]+ (\d+)", lines[0])[1]), headers, body
