"""samara killed by SIGKILL at random moments, and what is left of it after the next start. Used by the
end-to-end test (a few) and by tests/soak/kills (as many as there is time for)."""
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import time

from samara_e2e import SAMARA, STAND_IN, free_port, wait_for

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: main.handler
      CodeUri: app
      Timeout: 30
      Events: {Get: {Type: HttpApi, Properties: {Path: /, Method: get}}}
  Made:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties: {Runtime: provided.al2023, Handler: none, CodeUri: made}
"""

# Processes that would go on for long, in every place where samara starts some.
CODE = """
import subprocess, time

def handler(event, context):
    child = subprocess.Popen(["sleep", "600"])
    if event.get("quick"):
        child.kill()
        return "quick"
    time.sleep(20)
"""

MAKEFILE = """\
build-Made:
\tif [ -n "$$QUICK" ]; then touch $(ARTIFACTS_DIR)/bootstrap; else (sleep 600 & exec sleep 600) & sleep 600; fi
"""


class Kills:
    """One round after the other in a project folder of the test's."""

    def __init__(self, test, engines, seed):
        self.test = test
        self.random = random.Random(seed)
        self.rounds = [(command, engine) for engine in engines for command in ("invoke", "start-api", "start-lambda")]
        self.rounds.append(("build", None))
        test.write("template.yaml", TEMPLATE)
        test.write("app/main.py", CODE)
        test.write("made/Makefile", MAKEFILE)
        test.write("event.json", '{"quick": true}')

    def options(self, engine):
        if engine == "docker":
            return ["--engine", "docker", "--skip-pull-image", "--invoke-image", f"{STAND_IN}/python:3.11"]
        return ["--engine", "sandbox"]

    def command(self, command, engine):
        template = ["-t", str(self.test.project / "template.yaml")]
        if command == "build":
            return ["build", *template]
        if command == "invoke":
            return ["local", "invoke", "Fn", *template, *self.options(engine)]
        return ["local", command, "--port", str(free_port()), "--warm-containers", "EAGER", *template, *self.options(engine)]

    def round(self):
        """Kills one samara; gives what was killed, and when (in milliseconds)."""
        command, engine = self.random.choice(self.rounds)
        # Most of what can go wrong is in the first moments.
        delay = self.random.choice((self.random.uniform(0, 0.1), self.random.uniform(0, 0.4), self.random.uniform(0, 1.5)))
        process = subprocess.Popen([SAMARA, *self.command(command, engine)], cwd=self.test.project, env=self.test.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return command, engine, process.pid, round(delay * 1000)

    def next_start(self, command, engine):
        """What a user does next: the same again, to its end."""
        if command == "build":
            self.test.samara("build", environment={"QUICK": "1"})
        else:
            template = str(self.test.project / "template.yaml")
            self.test.samara("local", "invoke", "Fn", "-t", template, "-e", "event.json", *self.options(engine))

    def left_of(self, pid):
        found = self.test.processes_of_this_test() + owned_by(pid) + groups_of(pid)
        found += [path.name for path in self.test.temporary.iterdir()]
        found += [str(path) for path in (self.test.project / ".aws-sam").glob(f"samara-{pid}-*")]
        return found + self.test.containers_of(pid)

    def run(self, count):
        for number in range(count):
            command, engine, pid, delay = self.round()
            self.next_start(command, engine)
            what = f"round {number}: {command} {engine or ''} killed after {delay} ms"
            with contextlib.suppress(AssertionError):
                wait_for(lambda p=pid: not self.left_of(p), what, 10)
            left = self.left_of(pid)
            self.test.assertEqual(left, [], what)


def owned_by(pid):
    """Processes that a samara of that number has started."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            with contextlib.suppress(OSError):
                for variable in (process / "environ").read_bytes().split(b"\0"):
                    if variable.startswith(b"SAMARA_OWNER=") and variable.split(b"/")[2:3] == [str(pid).encode()]:
                        found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def groups_of(pid):
    """Control groups of a samara of that number, in the places where they are made."""
    found = []
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if after.startswith("cgroup"):
            # Not rglob: groups of others come and go while it looks.
            for folder, names, _ in os.walk(before.split()[4]):
                found += [os.path.join(folder, name) for name in names if name.startswith(f"samara-{pid}-")]
    return found
