"""kill -9 at random moments: after the next start no process, container, control group or file is left."""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from kills import Kills, groups_of  # noqa: E402
from samara_e2e import SAMARA, STAND_IN, SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402


class Killed(SamaraTest):  # alone: kills in the first milliseconds
    def setUp(self):
        super().setUp()
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")

    def test_at_random_moments(self):
        needs_docker()
        seed = os.getpid()
        print(f"seed {seed}", file=sys.stderr)
        Kills(self, ("sandbox", "docker"), seed).run(20)

    def test_the_sandbox_does_not_wait_for_the_next_start(self):
        """Nothing of a sandbox goes on once samara is gone, whatever it was doing."""
        kills = Kills(self, ("sandbox",), 0)
        for delay in range(0, 200, 10):
            process = subprocess.Popen([SAMARA, *kills.command("invoke", "sandbox")], cwd=self.project, env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(delay / 1000)
            except subprocess.TimeoutExpired:
                pass
            process.send_signal(signal.SIGKILL)
            process.wait()
            wait_for(lambda: not self.functions_of(process.pid), f"the end of what was started {delay} ms before", 10)
            # Bubblewrap itself may wait for its other half for ever; the next start ends it.
            kills.next_start("invoke", "sandbox")
            self.assertEqual(kills.left_of(process.pid), [])

    def functions_of(self, pid):
        """Emulators and functions: all in the control groups of that samara but bubblewrap on its way."""
        found = []
        for group in groups_of(pid):
            with contextlib.suppress(OSError):
                for process in (pathlib.Path(group) / "cgroup.procs").read_text().split():
                    command = pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
                    found += [command] if command and not command.startswith(b"bwrap\0") else []
        return found


FAULTS = """
import os, signal, subprocess, time

def handler(event, context):
    subprocess.Popen(["sleep", event["mark"]])
    if event.get("fork"):
        while True:
            try:
                os.fork()
            except OSError:
                pass
    if event.get("quick"):
        return "quick"
    time.sleep(600)
"""

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.11, Handler: main.handler, CodeUri: app, Timeout: 2, MemorySize: 512}
"""


class HoldOff(SamaraTest):  # alone: deadlines to the second
    """Nothing holds off the end of a call for longer than a second beyond its Timeout."""

    # Generous for a slow machine, and far below what it took when nobody ended it from outside.
    most_seconds = 25

    def setUp(self):
        super().setUp()
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", FAULTS)
        self.mark = f"{600 + os.getpid() % 1000}.{free_port()}"

    def marked(self):
        found = []
        for process in pathlib.Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    if (process / "cmdline").read_bytes() == f"sleep\0{self.mark}\0".encode():
                        found.append(int(process.name))
                except OSError:
                    pass
        return found

    def engines(self):
        yield ["--engine", "sandbox"]
        needs_docker()
        yield ["--engine", "docker", "--skip-pull-image", "--invoke-image", f"{STAND_IN}/python:3.11"]

    def test_a_fork_bomb(self):
        for engine in self.engines():
            self.write("event.json", f'{{"fork": true, "mark": "{self.mark}"}}')
            done = self.samara("local", "invoke", "Fn", "-e", "event.json", *engine, seconds=self.most_seconds)
            self.assertIn("timed out after 2 seconds", done.stderr, engine)
            wait_for(lambda: not self.marked(), "the end of its processes", 10)
            self.assert_nothing_left()

    def test_a_stopped_emulator(self):
        if os.geteuid() != 0:
            self.skipTest("only root reaches the emulator of a container")
        for engine in self.engines():
            port = free_port()
            with self.start("local", "start-lambda", "--port", port, *engine) as server:
                server.wait_for_line("Press CTRL+C to quit")
                url = f"http://127.0.0.1:{port}/2015-03-31/functions/Fn/invocations"
                call = subprocess.Popen(["curl", "-sS", "--max-time", str(self.most_seconds), "-d", f'{{"mark": "{self.mark}"}}', url],
                                        stdout=subprocess.PIPE, text=True)
                function = wait_for(self.marked, "the function")[0]
                runtime = parent_of(function)
                os.kill(parent_of(runtime), signal.SIGSTOP)
                answer, _ = call.communicate(timeout=self.most_seconds)
                self.assertIn("Task timed out after 2.00 seconds", answer, server.output())
                wait_for(lambda: not self.marked(), "the end of its processes", 10)
                # The next call has an environment of its own.
                status, _, body = curl("-d", f'{{"quick": true, "mark": "{self.mark}"}}', url)
                self.assertEqual((status, body), (200, b'"quick"'))
                self.assertEqual(server.stop(), 0)
            self.assert_nothing_left()


def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


if __name__ == "__main__":
    unittest.main()
