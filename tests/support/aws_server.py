"""Runs the stand-in for AWS (tests/support/aws) beside a test, and asks it what it was asked.

The server needs Debian's python3-botocore, whatever Python runs the test.
"""
import json
import os
import pathlib
import subprocess
import tempfile
import urllib.request

from samara_e2e import SAMARA, wait_for

SUPPORT = pathlib.Path(__file__).resolve().parent
ACCESS_KEY, SECRET_KEY = "AKIDSAMARATEST00000", "samara/test+secret/key/of/no/account"


class AwsServer:
    """`step_seconds`: how long CloudFormation takes a resource; `transform`: the program for SAM templates."""

    def __init__(self, step_seconds=0.01, transform=SAMARA, registry=None, region="us-east-1"):
        self.region = region
        self.log = tempfile.TemporaryFile("w+")
        command = ["/usr/bin/python3", "-B", "-m", "aws", "--step-seconds", str(step_seconds)]
        command += ["--transform", str(transform)] if transform else []
        command += ["--registry", registry] if registry else []
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON"))}
        self.process = subprocess.Popen(command, cwd=SUPPORT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, env=environment)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.log.seek(0)
            raise AssertionError("the server for AWS did not start:\n" + self.log.read())
        self.endpoint = json.loads(line)["endpoint"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
        self.log.close()

    def environment(self, home):
        """What a client needs to talk to it, and to nothing else."""
        return {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": self.region,
                "AWS_DEFAULT_REGION": self.region, "AWS_ENDPOINT_URL": self.endpoint, "AWS_EC2_METADATA_DISABLED": "true",
                "HOME": str(home), "SAM_CLI_POLL_DELAY": "0.1"}

    def aws(self, *arguments, home="/nonexistent", code=0, cwd=None):
        """Debian's AWS CLI; its result as text."""
        done = subprocess.run(
            ["/usr/bin/aws", "--endpoint-url", self.endpoint, *map(str, arguments)], capture_output=True, text=True, cwd=cwd,
            stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "AWS_PAGER": "", **self.environment(home)})
        if code is not None and done.returncode != code:
            raise AssertionError(f"aws {arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}\n{self.violations()}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def control(self, name, body=None):
        data = json.dumps(body).encode() if body is not None else None
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(urllib.request.Request(f"{self.endpoint}/_control/{name}", data)) as reply:
            return json.load(reply)

    def calls(self, service=None, operation=None):
        return [call for call in self.control("calls") if service in (None, call["service"]) and operation in (None, call["operation"])]

    def operations(self, service=None):
        """Names in the order of the calls."""
        return [f"{call['service']}.{call['operation']}" for call in self.calls(service)]

    def violations(self):
        return self.control("violations")

    def fault(self, **fault):
        """One call goes wrong; see aws/faults.py."""
        self.control("faults", fault)

    def stack(self, name):
        """What there is of the stack, or None: name, id, status, resources (logical to physical id)."""
        found = [s for s in self.control("cloudformation/stacks", {}) if s["name"] == name and s["status"] != "DELETE_COMPLETE"]
        return found[0] if found else None

    def create_stack(self, name, template, **parameters):
        """As if it had been deployed; what stack() gives."""
        self.control("cloudformation/create", {"stack": name, "template": template, "parameters": parameters, "region": self.region})
        wait_for(lambda: not self.stack(name)["status"].endswith("IN_PROGRESS"), f"the stack {name}")
        return self.stack(name)

    def clear(self):
        self.control("clear", {})
