#!/usr/bin/env python3
"""Runs a command beside the stand-in for AWS.

    with-aws [STACK=TEMPLATE...] [SERVICE/CONTROL=JSON...] -- COMMAND...

Stacks are there before the command begins; SERVICE/CONTROL is what aws/control.py takes ("logs/put={...}").
"""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from aws_server import AwsServer  # noqa: E402


def main():
    arguments, command = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, command = arguments[:at], arguments[at + 1:]
    if not command:
        sys.exit(__doc__)
    program = os.environ.get("SAMARA", "samara")
    with AwsServer(transform=program) as server:
        for argument in arguments:
            name, _, value = argument.partition("=")
            if "/" in name or name == "faults":
                server.control(name, json.loads(value))
            else:
                server.create_stack(name, pathlib.Path(value).read_text())
        code = subprocess.call(command, env={**os.environ, **server.environment(os.environ["HOME"])})
        for violation in server.violations():
            print("VIOLATION", violation)
    sys.exit(code)


if __name__ == "__main__":
    main()
