#!/usr/bin/env python3
"""Runs the transcripts of this folder: what a user types, and what the program answers.

    transcript.py SAMARA FILE...            fails where an answer differs, and shows the difference
    transcript.py --update SAMARA FILE...   writes the answers as they are now

A transcript (*.transcript) is read from top to bottom, in an empty folder of its own:

    ## a title                     what the part below shows; begins a new, empty folder
    @@ template.yaml               the lines up to the next @@, $ or ## are that file
    $ samara validate              a command line, for a shell; `samara` is the program under test,
                                   `with-aws STACK=TEMPLATE -- ...` runs a command beside a stand-in for AWS
    ^C at CTRL+C                   Ctrl-C, once the program has written a line that holds the text
    exit 1
    | a line of standard output
    ! a line of standard error

In expected lines `…` stands for any text within the line, and a line that is only `…` for any lines:
what a machine has to say of itself (a memory limit that it cannot hold, another Python), not the answer.
What differs from run to run is replaced before the comparison: see `steady`.
"""
import difflib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

LIMIT = 60  # seconds for one command
WITH_AWS = pathlib.Path(__file__).resolve().parents[1] / "support/with_aws.py"


class Step:
    """A command line with what it is expected to answer."""

    def __init__(self, line, begin):
        self.line = line
        self.begin = begin  # the lines of the file that hold the answer
        self.end = begin
        self.interrupt_at = None
        self.expected = []


def read(path):
    """The parts of a transcript: [title, {file: text}, [Step]] each, in the order of the file."""
    parts = []
    target = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("## "):
            parts.append((line[3:], {}, []))
            target = None
        elif line.startswith("@@ "):
            target = line[3:].strip()
            parts[-1][1][target] = ""
        elif line.startswith("$ "):
            target = None
            parts[-1][2].append(Step(line[2:], number))
        elif target is not None:
            parts[-1][1][target] += line + "\n"
        elif line.startswith("^C at "):
            parts[-1][2][-1].interrupt_at = line[6:]
            parts[-1][2][-1].begin = parts[-1][2][-1].end = number
        elif line and parts and parts[-1][2]:
            parts[-1][2][-1].expected.append(line)
            parts[-1][2][-1].end = number
    return parts


def steady(text, folder):
    """The text without what differs between machines and runs."""
    text = text.replace(str(folder), "<folder>")
    text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<uuid>", text)
    text = re.sub(r"\b(127\.0\.0\.1|localhost):\d+", r"\1:<port>", text)
    text = re.sub(r"\b\d+(\.\d+)? (ms|s)\b", r"<time>", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?", "<instant>", text)
    return re.sub(r"(Max Memory Used: )\d+", r"\1<n>", text)


def run(step, program, folder):
    """What the command answers, as lines of a transcript."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "SAM_", "SAMARA_")) or name == "SAMARA_CACHE"
    }
    environment.update(PATH=f"{folder.parent / 'bin'}:{environment['PATH']}", SAMARA_ENGINE="sandbox",
                       HOME=str(folder.parent / "home"), NO_COLOR="1", LC_ALL="C.UTF-8")
    process = subprocess.Popen(["bash", "-c", step.line], cwd=folder, env=environment, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True)
    texts = {"|": [], "!": []}

    def collect(mark, stream):
        for line in stream:
            texts[mark].append(line.rstrip("\n"))
            if step.interrupt_at and step.interrupt_at in line:
                os.killpg(process.pid, signal.SIGINT)

    readers = [threading.Thread(target=collect, args=pair)
               for pair in (("|", process.stdout), ("!", process.stderr))]
    for reader in readers:
        reader.start()
    try:
        process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        texts["!"].append(f"(killed after {LIMIT} seconds)")
    for reader in readers:
        reader.join()
    lines = [f"exit {process.returncode}"]
    for mark, written in texts.items():
        lines += [f"{mark} {line}".rstrip() for line in steady("\n".join(written), folder).split("\n") if written]
    return lines


def matches(expected, actual):
    """Whether the lines are those that are expected."""
    if not expected:
        return not actual
    if expected[0] == "…":
        return any(matches(expected[1:], actual[skipped:]) for skipped in range(len(actual) + 1))
    pattern = ".*".join(re.escape(piece) for piece in expected[0].split("…"))
    return bool(actual) and re.fullmatch(pattern, actual[0]) is not None and matches(expected[1:], actual[1:])


def check(path, program, update):
    """Runs one transcript; gives the number of its commands and of the answers that differ."""
    commands = wrong = 0
    answers = []
    for title, files, steps in read(path):
        with tempfile.TemporaryDirectory(prefix="samara-transcript-") as scratch:
            root = pathlib.Path(scratch).resolve()
            for name in ("bin", "home", "work"):
                (root / name).mkdir()
            (root / "bin" / "samara").symlink_to(program)
            (root / "bin" / "with-aws").symlink_to(WITH_AWS)
            for name, text in files.items():
                file = root / "work" / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            for step in steps:
                commands += 1
                actual = run(step, program, root / "work")
                if matches(step.expected, actual):
                    continue
                if update:
                    answers.append((step, actual))
                    continue
                wrong += 1
                print(f"{path.name}: {title}\n$ {step.line}")
                print("\n".join(difflib.unified_diff(step.expected, actual, "expected", "actual", lineterm="", n=99)))
    if answers:
        lines = path.read_text().splitlines()
        for step, actual in reversed(answers):
            lines[step.begin:step.end] = actual
        path.write_text("\n".join(lines) + "\n")
    return commands, wrong


def main():
    arguments = sys.argv[1:]
    update = arguments[:1] == ["--update"]
    program, *names = arguments[1:] if update else arguments
    program = shutil.which(program) or program
    results = [check(pathlib.Path(name), pathlib.Path(program).resolve(), update) for name in names]
    commands, wrong = (sum(column) for column in zip(*results))
    print(f"{commands} commands, {wrong} answered otherwise")
    return 1 if wrong or not commands else 0


if __name__ == "__main__":
    sys.exit(main())
