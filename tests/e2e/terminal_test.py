#!/usr/bin/env python3
"""What people see: the program on a real pseudo-terminal, wide and narrow, with and without colours."""
import fcntl
import json
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SAMARA, SamaraTest, free_port  # noqa: E402

RED = "\033[31mError:\033[0m"
API = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      CodeUri: .
      Events: {Get: {Type: HttpApi, Properties: {Path: /, Method: get}}}
"""


class Terminal:
    """A program whose three streams are a terminal of so many columns."""

    def __init__(self, arguments, columns, cwd, environment):
        self.control, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            arguments, stdin=inside, stdout=inside, stderr=inside, cwd=cwd, env=environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(inside)
        self.text = ""

    def read_until(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain on: {self.text}")
            if select.select([self.control], [], [], 0.1)[0]:
                try:
                    piece = os.read(self.control, 65536)
                except OSError:  # the other side is closed
                    piece = b""
                if not piece:
                    break
                self.text += piece.decode(errors="replace").replace("\r\n", "\n")

    def press(self, keys):
        os.write(self.control, keys)

    def end(self, seconds=60):
        """The exit code, once all that was written is read."""
        self.read_until(lambda: False, seconds)
        code = self.process.wait(seconds)
        os.close(self.control)
        return code


class OnATerminal(SamaraTest):
    def terminal(self, *arguments, columns=80, **variables):
        environment = {**self.environment, "TERM": "xterm", "SAMARA_ENGINE": "sandbox", **variables}
        for name in ("NO_COLOR", "FORCE_COLOR"):
            if name not in variables:
                environment.pop(name, None)
        terminal = Terminal([SAMARA, *arguments], columns, self.project, environment)
        self.addCleanup(lambda: terminal.process.poll() is None and terminal.process.send_signal(signal.SIGKILL))
        return terminal

    def commands(self):
        return [row["command"].split() for row in json.loads(self.samara("--help-json").stdout)]

    def test_help_keeps_to_80_columns_and_to_a_narrower_terminal(self):
        commands = [[], *self.commands(), ["local", "generate-event", "s3", "put"]]
        self.assertGreater(len(commands), 10)
        for command in commands:
            for columns, most in ((120, 80), (60, 60)):
                terminal = self.terminal(*command, "--help", columns=columns)
                self.assertEqual(terminal.end(), 0)
                options = terminal.text.split("\nOptions:\n")
                long = [line for line in terminal.text.splitlines() if len(line) > 80]
                self.assertEqual(long, [], command)
                if command and most == 60 and command != ["local", "generate-event"]:
                    # Examples are lines to copy: they are not broken.
                    shown = [line for part in options[1:] for line in part.splitlines()]
                    self.assertEqual([line for line in shown if len(line) > most], [], command)

    def test_examples_come_before_options(self):
        for command in self.commands():
            text = self.samara(*command, "--help").stdout
            if "Examples:" in text:
                self.assertLess(text.index("Examples:"), text.index("Options:"), command)

    def test_colours_are_for_terminals_that_have_them(self):
        terminal = self.terminal("validate")
        self.assertEqual(terminal.end(), 1)
        self.assertIn(RED, terminal.text)
        for variables in ({"NO_COLOR": "1"}, {"SAM_CLI_NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}, {"NO_COLOR": "1", "FORCE_COLOR": "1"},
                          {"FORCE_COLOR": "0"}):
            terminal = self.terminal("validate", **variables)
            self.assertEqual(terminal.end(), 1)
            self.assertNotIn("\033", terminal.text, variables)
        terminal = self.terminal("validate", TERM="dumb", FORCE_COLOR="1")
        self.assertEqual(terminal.end(), 1)
        self.assertIn(RED, terminal.text)

    def test_a_pipe_has_colours_only_when_they_are_asked_for(self):
        self.assertNotIn("\033", self.samara("validate", code=1).stderr)
        forced = self.samara("transform", code=1, environment={"FORCE_COLOR": "1"})
        self.assertIn(RED, forced.stderr)
        self.assertEqual(forced.stdout, "")

    def slow_build(self):
        self.write("template.yaml", API.replace("CodeUri: .", "CodeUri: src").replace(
            "    Properties:", "    Metadata: {BuildMethod: makefile}\n    Properties:"))
        self.write("src/app.py", "def handler(event, context):\n    return 1\n")
        self.write("src/Makefile", "build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\tsleep 2\n")

    def test_progress_is_shown_on_a_terminal_after_half_a_second(self):
        self.slow_build()
        for columns in (60, 120):
            terminal = self.terminal("build", "--no-cached", columns=columns)
            self.assertEqual(terminal.end(), 0)
            self.assertRegex(terminal.text, r"Fn: \S.* \(\d s\)")
            self.assertIn("\033[1A", terminal.text)
            shown = [line for line in terminal.text.replace("\033[1A\033[2K", "\n").splitlines() if " s)" in line]
            self.assertLess(max(len(line) for line in shown), columns)
        terminal = self.terminal("build", "--no-cached", TERM="dumb")
        self.assertEqual(terminal.end(), 0)
        self.assertNotIn("\033", terminal.text)
        self.assertNotIn("\033", self.samara("build", "--no-cached").stderr)

    def test_what_is_done_at_once_shows_no_progress(self):
        self.write("template.yaml", API)
        self.write("app.py", "def handler(event, context):\n    return 1\n")
        terminal = self.terminal("build")
        self.assertEqual(terminal.end(), 0)
        self.assertNotIn("\033[1A", terminal.text)

    def test_ctrl_c_ends_a_build_with_1(self):
        self.slow_build()
        terminal = self.terminal("build")
        terminal.read_until(lambda: "\033[1A" in terminal.text)
        terminal.press(b"\x03")
        self.assertEqual(terminal.end(), 1)
        self.assertIn("Aborted!", terminal.text)
        self.assert_nothing_left(terminal.process.pid)

    def test_a_project_is_given_up_at_each_question(self):
        answers = ["1", "1", "n", "2", "1", "y", "n", "n", "my-app"]  # source, template, usual?, runtime, package, ...
        for keys in (b"\x03", b"\x04"):
            for count in range(len(answers)):
                terminal = self.terminal("init")
                for i, answer in enumerate(answers[:count + 1]):
                    terminal.read_until(lambda: terminal.text.endswith(": "))
                    terminal.press(answer.encode() + b"\n" if i < count else keys)
                    terminal.text += "\n"  # the next question is waited for
                self.assertEqual(terminal.end(), 1, terminal.text)
                self.assertIn("Aborted!", terminal.text)
                self.assertEqual(list(self.project.iterdir()), [])

    def test_ctrl_c_ends_a_server_with_0(self):
        self.write("template.yaml", API)
        self.write("app.py", "def handler(event, context):\n    return 1\n")
        terminal = self.terminal("local", "start-api", "--port", str(free_port()))
        terminal.read_until(lambda: "Press CTRL+C to quit" in terminal.text)
        terminal.press(b"\x03")
        self.assertEqual(terminal.end(), 0)
        self.assert_nothing_left(terminal.process.pid)


if __name__ == "__main__":
    unittest.main()
