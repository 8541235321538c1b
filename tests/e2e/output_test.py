"""What reaches a terminal, what a pipe or file; output that cannot be written; Ctrl-C."""
import contextlib
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import (  # noqa: E402
    SAMARA, STAND_IN, SamaraTest, background, curl, free_port, needs_docker, wait_for)

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      CodeUri: app
      Handler: main.handler
      Timeout: 60
      Events: {Get: {Type: Api, Properties: {Path: /x, Method: get}}}
"""

# Cursor, screen, title, clipboard, a C1 control in UTF-8 and alone, and colours.
HOSTILE = r"\x1b[2J\x1b[1A\x1b]0;title\x07\x1b]52;c;cm0=\x1b\\\xc2\x9b2J\x9b2J\r\x1b[8mhidden\x1b[31mred"
CODE = """
import os, sys, time
def handler(event, context):
    os.write(1, b"SAID\\n")
    if event.get("wait"):
        os.write(1, b"it waits\\n")
        time.sleep(50)
    return "SAID"
"""

# What `transform` takes: only deployed code.
PLAIN = """\
Resources:
  Topic: {Type: AWS::SNS::Topic}
"""
SHOWN = "^[[2J^[[1A^[]0;title^G^[]52;c;cm0=^[\\\\u009b2J\\x9b2J^M^[[8mhidden"


class Outputs(SamaraTest):
    said = "said"

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.environment["TERM"] = "xterm"
        self.write("template.yaml", TEMPLATE)
        self.write("plain.yaml", PLAIN)
        self.write("app/main.py", CODE.replace("SAID", self.said))

    def on_terminal(self, *arguments, stdin=""):
        """Exit code and the bytes that a terminal as standard output and error would get."""
        master, slave = pty.openpty()
        process = subprocess.Popen([SAMARA, *arguments], cwd=self.project, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
        os.close(slave)
        seen = b""
        with contextlib.suppress(OSError):  # EIO: its other side is closed
            while piece := os.read(master, 65536):
                seen += piece
        os.close(master)
        return process.wait(60), seen

    def run_with(self, *arguments, code, **streams):
        process = subprocess.run([SAMARA, *map(str, arguments)], cwd=self.project, env=self.environment,
                                 stdin=subprocess.DEVNULL, timeout=60, **streams)
        self.assertEqual(process.returncode, code, (arguments, process.stderr))
        return process


class Terminals(Outputs):
    said = HOSTILE

    def assert_obeys_nothing(self, seen):
        without_colours = re.sub(rb"\x1b\[[0-9;]*m", b"", seen)
        self.assertNotRegex(without_colours.replace(b"\r\n", b"\n"), rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")
        seen.decode()  # UTF-8, hence no byte that is a control alone
        self.assertNotRegex(seen, rb"\x1b\[[0-9;]*\b8m")

    def test_show_what_functions_write(self):
        code, seen = self.on_terminal("local", "invoke", "--no-event")
        self.assertEqual(code, 0)
        self.assert_obeys_nothing(seen)
        self.assertIn(SHOWN.encode(), seen)
        self.assertIn(b"\x1b[31mred", seen)  # a function's own colours, which end with its text
        self.assertRegex(seen, rb"(?s)\x1b\[31mred\r\n.*\x1b\[0m")

    def test_show_what_templates_say(self):
        self.write("template.yaml", TEMPLATE.replace("AWS::Serverless::Function", '"\\e]0;title\\aX::\\u009b2J"'))
        for command in (("validate",), ("transform",), ("local", "invoke"), ("local", "start-api", "--port", "0")):
            code, seen = self.on_terminal(*command)
            self.assert_obeys_nothing(seen)
        self.assertEqual(self.on_terminal("validate", "-t", "\x1b]0;x\x07.yaml")[0], 1)
        self.assert_obeys_nothing(self.on_terminal("validate", "-t", "\x1b]0;x\x07.yaml")[1])
        self.assert_obeys_nothing(self.on_terminal("\x1b]0;x\x07")[1])

    def test_pipes_and_files_get_every_byte(self):
        done = self.run_with("local", "invoke", "--no-event", "--log-file", "log", code=0, capture_output=True)
        raw = eval(f'b"{HOSTILE}"')
        self.assertIn(b"\\u001b]0;title\\u0007", done.stdout)
        self.assertIn(raw + b"\n", (self.project / "log").read_bytes())
        done = self.run_with("local", "invoke", "--no-event", code=0, capture_output=True)
        self.assertIn(raw + b"\n", done.stderr)


class FullDisks(Outputs):
    def test_of_results_fail_every_command(self):
        for command in (("--help",), ("--version",), ("--info",), ("local",), ("build", "--help"), 
                        ("transform", "-t", "plain.yaml"), ("validate",), ("docs",), ("local", "generate-event"), ("local", "generate-event", "s3"),
                        ("local", "generate-event", "s3", "put"), ("local", "invoke", "--no-event"), ("build",)):
            with open("/dev/full", "wb") as full:
                done = self.run_with(*command, code=1, stdout=full, stderr=subprocess.PIPE)
            self.assertIn(b"Error: cannot write standard output: No space left on device", done.stderr, command)

    def test_of_logs_fail_too(self):
        for command in (("validate", "--debug"), ("local", "invoke", "--no-event")):
            with open("/dev/full", "wb") as full:
                self.run_with(*command, code=1, stdout=subprocess.PIPE, stderr=full)
        done = self.run_with("local", "invoke", "--no-event", "--log-file", "/dev/full", code=1, capture_output=True)
        self.assertIn(b"Error: cannot write the log file /dev/full: No space left on device", done.stderr)
        self.assertNotEqual(done.stdout, b"", "the function has run")

    def test_of_a_server_are_told_while_it_serves(self):
        port = free_port()
        with self.start("local", "start-api", "--port", port, "--log-file", "/dev/full") as api:
            api.wait_for_line("Press CTRL+C to quit")
            curl(f"http://127.0.0.1:{port}/x")
            api.wait_for_line("cannot write the log file /dev/full: No space left on device")
            curl(f"http://127.0.0.1:{port}/x")
            self.assertEqual(api.stop(signal.SIGINT), 1)
            self.assertEqual(api.output().count("No space left"), 1)

    def test_closed_streams_are_failures_and_no_files_of_ours(self):
        done = self.run_with("validate", code=1, stderr=subprocess.PIPE, preexec_fn=lambda: os.close(1))
        self.assertIn(b"Bad file descriptor", done.stderr)
        self.run_with("local", "invoke", "--no-event", code=1, stdout=subprocess.PIPE, preexec_fn=lambda: os.close(2))


class ClosedPipes(Outputs):
    def test_end_quietly(self):
        for command in (("--help",), ("transform", "-t", "plain.yaml"), ("validate",), ("local", "generate-event", "s3", "put"),
                        ("local", "invoke", "--no-event")):
            reader, writer = os.pipe()
            os.close(reader)
            done = self.run_with(*command, code=0, stdout=writer, stderr=subprocess.PIPE)
            os.close(writer)
            self.assertNotIn(b"Error", done.stderr, command)
            self.assertNotIn(b"roken pipe", done.stderr, command)

    def test_of_a_log_do_not_end_a_server(self):
        port = free_port()
        reader, writer = os.pipe()
        api = subprocess.Popen([SAMARA, "local", "start-api", "--port", str(port)], cwd=self.project,
                               env=self.environment, stdin=subprocess.DEVNULL, stderr=writer)
        os.close(writer)
        text = b""
        while b"Press CTRL+C" not in text:
            text += os.read(reader, 4096)
        os.close(reader)
        self.assertEqual(curl(f"http://127.0.0.1:{port}/x")[0], 502)
        api.send_signal(signal.SIGINT)
        self.assertEqual(api.wait(15), 0)
        self.assert_nothing_left(api.pid)


class CtrlC(Outputs):
    def aborts(self, ready, *arguments):
        with self.start(*arguments) as run:
            ready(run)
            self.assertEqual(run.stop(signal.SIGINT, 15), 1)
            self.assertEqual(run.lines[-1], "Aborted!")
            self.assertNotIn("Error:", run.output())
            self.assertNotIn("Build Failed", run.output())
        self.assert_nothing_left(run.process.pid)

    def test_aborts_an_invocation(self):
        self.write("event.json", '{"wait": true}')
        self.aborts(lambda run: run.wait_for_line("it waits"), "local", "invoke", "-e", "event.json")

    def test_aborts_a_build(self):
        self.write("template.yaml", TEMPLATE.replace("    Properties:\n", "    Metadata: {BuildMethod: makefile}\n    Properties:\n", 1))
        self.write("app/Makefile", "build-Fn:\n\t@touch $(CURDIR)/begun $(ARTIFACTS_DIR)/begun; sleep 50\n")
        self.aborts(lambda run: wait_for(lambda: self.processes_of("sleep 50"), "the build"), "build")

    def processes_of(self, text):
        return [p for p in self.processes_of_this_test() if text in p]

    def test_aborts_what_only_reads(self):
        os.mkfifo(self.project / "pipe.yaml")
        opened = threading.Event()

        def write():
            with open(self.project / "pipe.yaml", "w"):
                opened.set()
                closed.wait(30)

        for command in ("validate", "transform"):
            closed = threading.Event()
            opened.clear()
            writer = threading.Thread(target=write)
            writer.start()
            with self.start(command, "-t", "pipe.yaml") as run:
                self.assertTrue(opened.wait(20))
                self.assertEqual(run.stop(signal.SIGINT, 5), 1, command)
                self.assertEqual(run.lines[-1], "Aborted!")
            closed.set()
            writer.join()

    def test_is_how_a_server_ends(self):
        for command in ("start-api", "start-lambda"):
            with self.start("local", command, "--port", free_port()) as run:
                run.wait_for_line("Press CTRL+C to quit")
                self.assertEqual(run.stop(signal.SIGINT), 0)
                self.assertNotIn("Aborted!", run.output())


class Verbosity(Outputs):
    def test_quiet_tells_results_warnings_and_errors(self):
        done = self.samara("local", "invoke", "--no-event", "-q", "--log-file", "log")
        self.assertEqual(done.stderr, "")
        self.assertNotEqual(done.stdout, "")
        self.assertIn("Error: ", self.samara("validate", "-q", "-t", "no.yaml", code=1).stderr)

    def test_debug_tells_what_is_done(self):
        self.write("env.json", '{"Fn": {"TOKEN": "very-secret"}}')
        secrets = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "also-secret"}
        for on in (("--debug",), ("--verbose",)):
            text = self.samara("local", "invoke", "--no-event", "-n", "env.json", *on, environment=secrets).stderr
            for part in ("template.yaml", "env.json", "sandbox", " s] "):
                self.assertIn(part, text)
            for secret in ("very-secret", "also-secret"):
                self.assertNotIn(secret, text)
        usual = self.samara("local", "invoke", "--no-event").stderr
        self.assertNotIn(" s] ", usual)
        self.assertIn(" s] ", self.samara("validate", "-v").stderr)
        self.assertIn(" s] ", self.samara("validate", environment={"SAM_DEBUG": "1"}).stderr)


class Decisions(Outputs):
    """--debug tells why things are done as they are."""

    def setUp(self):
        super().setUp()
        self.write("template.yaml", TEMPLATE.replace("Handler:", "Layers: [!Ref Layer]\n      Handler:") + """\
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}
""")
        self.write("layer/python/own.py", "X = 1\n")

    def test_of_a_build(self):
        first = self.samara("build", "--debug").stderr
        self.assertIn("Fn: the artifact is made again: it has not been built here", first)
        self.assertIn("Fn: the artifact of the last build is kept", self.samara("build", "--debug").stderr)
        self.write("app/main.py", "def handler(event, context): return 1\n")
        self.assertIn("Fn: the artifact is made again: its sources have changed", self.samara("build", "--debug").stderr)
        anew = self.samara("build", "--no-cached", "--debug").stderr
        self.assertIn("Fn: the artifact is made again: all is built anew (--no-cached)", anew)

    def test_of_the_sandbox_and_its_environments(self):
        port = free_port()
        with self.start("local", "start-lambda", "--port", port, "--debug") as server:
            server.wait_for_line("Press CTRL+C to quit")
            for _ in range(2):
                self.assertEqual(
                    curl("-d", "{}", f"http://127.0.0.1:{port}/2015-03-31/functions/Fn/invocations")[0], 200)
            self.write("app/main.py", "def handler(event, context): return 1\n")
            curl("-d", "{}", f"http://127.0.0.1:{port}/2015-03-31/functions/Fn/invocations")
            self.assertEqual(server.stop(), 0)
            text = server.output()
        for part in (
                "Using the sandbox engine (as asked for)", "Fn: layer Layer of the template, from",
                "Fn: python3.11 runs on /", "Fn: no environment is free, starting one",
                "is used again", "Fn: its code or settings are others, so its environments are replaced"):
            self.assertIn(part, text)

    def test_of_docker_and_its_images(self):
        needs_docker()
        options = ("local", "invoke", "--no-event", "--engine", "docker", "--invoke-image", f"{STAND_IN}/python:3.11",
                   "--skip-pull-image", "--debug")
        self.samara(*options, "--force-image-build")
        text = self.samara(*options).stderr
        self.assertRegex(text, r"the engine at \S+ \(.+\) answers, API version")
        self.assertRegex(text, r"Fn: the image \S+ is used as it is \(base \S+, emulator and layers are the same\)")


class UnreadableFiles(Outputs):
    def test_permission_denied_is_told_as_such(self):
        for name, command in (("template.yaml", ("validate",)), ("env.json", ("local", "invoke", "-n", "env.json")),
                              ("event.json", ("local", "invoke", "-e", "event.json")),
                              ("samconfig.toml", ("validate",))):
            path = self.project / name
            if not path.exists():
                path.write_text("{}")
            path.chmod(0)
            for folder in (self.folder, self.project):
                folder.chmod(0o755)
            program = shutil.copy(SAMARA, self.folder / "samara")  # where everybody may run it
            user = {"user": 65534} if os.geteuid() == 0 else {}
            done = subprocess.run([program, *command], cwd=self.project, env=self.environment, timeout=60,
                                  stdin=subprocess.DEVNULL, capture_output=True, **user)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"Permission denied", done.stderr, name)
            self.assertIn(name.encode(), done.stderr)
            path.unlink()
            self.write("template.yaml", TEMPLATE)

    def test_an_empty_template_is_named(self):
        for text in ("", "\n\n", "# only a comment\n", "---\n"):
            self.write("template.yaml", text)
            for command in (("build",), ("local", "invoke"), ("local", "start-api")):
                done = self.samara(*command, code=1)
                self.assertIn("template.yaml", done.stderr)
                self.assertIn("empty", done.stderr)


if __name__ == "__main__":
    unittest.main()
