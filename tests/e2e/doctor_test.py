#!/usr/bin/env python3
"""samara doctor: what is found, what is missing, and the exit code, on machines of several kinds."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SamaraTest  # noqa: E402
from shapes import faults_of_output  # noqa: E402

NO_DOCKER = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
REFUSAL = "bwrap: setting up uid map: Permission denied"
HANDLER = "def handler(event, context):\n    return 1\n"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: python3.11, CodeUri: .}}
"""


class Doctor(SamaraTest):
    def stand_in(self, text):
        """A bwrap that fails like this, and nothing else of that name on the PATH."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "bwrap"
        program.write_text(f"#!/bin/sh\ncase $1 in --version) echo bubblewrap 0.9.0; exit 0;; esac\n{text}")
        program.chmod(0o755)
        return {"PATH": f"{folder}:/usr/bin:/bin", **NO_DOCKER}

    def examine(self, code, environment):
        done = self.samara("doctor", "--output", "json", code=code, environment=environment)
        self.assertEqual(faults_of_output("doctor", done.stdout), [])
        answer = json.loads(done.stdout)
        return answer, {check["name"]: check for check in answer["checks"]}

    def test_a_machine_with_the_sandbox_alone(self):
        answer, checks = self.examine(0, NO_DOCKER)
        self.assertEqual((answer["ok"], answer["engine"]), (True, "sandbox"))
        self.assertEqual(checks["container_engine"]["state"], "limited")
        self.assertIn("/nowhere/docker.sock", checks["container_engine"]["found"])
        self.assertEqual(checks["namespaces"]["state"], "good")
        self.assertRegex(checks["bubblewrap"]["found"], r"bubblewrap \d")
        self.assertRegex(checks["interpreters"]["found"], r"python3\.\d+.* run as they are")

    def test_ubuntus_refusal_is_told_with_its_mend(self):
        environment = self.stand_in(f"echo '{REFUSAL}' >&2; exit 1\n")
        answer, checks = self.examine(1, environment)
        self.assertEqual((answer["ok"], answer["engine"]), (False, ""))
        self.assertEqual(checks["namespaces"]["state"], "missing")
        self.assertIn("AppArmor", checks["namespaces"]["found"])
        self.assertIn("sysctl -w kernel.apparmor_restrict_unprivileged_userns=0", checks["namespaces"]["mend"])
        text = self.samara("doctor", code=1, environment=environment).stdout
        self.assertIn("[missing] namespaces", text)
        self.assertIn("Functions cannot run here yet", text)

    def test_a_function_that_cannot_start_says_the_same(self):
        self.write("template.yaml", TEMPLATE)
        self.write("app.py", HANDLER)
        done = self.samara("local", "invoke", "--engine", "sandbox", code=1,
                           environment=self.stand_in(f"echo '{REFUSAL}' >&2; exit 1\n"))
        self.assertIn("AppArmor", done.stderr)
        self.assertIn("kernel.apparmor_restrict_unprivileged_userns=0", done.stderr)

    def test_another_failure_is_no_refusal(self):
        _, checks = self.examine(1, self.stand_in("echo 'bwrap: something else' >&2; exit 1\n"))
        self.assertIn("something else", checks["namespaces"]["found"])
        self.assertEqual(checks["namespaces"]["mend"], "")

    def test_without_bubblewrap_it_says_what_to_install(self):
        empty = self.folder / "empty"
        empty.mkdir()
        answer, checks = self.examine(1, {"PATH": str(empty), **NO_DOCKER})
        self.assertFalse(answer["ok"])
        self.assertEqual(checks["bubblewrap"]["state"], "missing")
        self.assertEqual(checks["bubblewrap"]["mend"], "sudo apt-get install bubblewrap")
        self.assertEqual(checks["namespaces"]["state"], "missing")

    def test_no_value_of_a_credential_is_shown(self):
        secrets = {"AWS_ACCESS_KEY_ID": "AKIDNEVERSHOWN", "AWS_SECRET_ACCESS_KEY": "nevershown"}
        done = self.samara("doctor", "--output", "json", environment={**NO_DOCKER, **secrets})
        self.assertIn("AWS_ACCESS_KEY_ID", done.stdout)
        for secret in secrets.values():
            self.assertNotIn(secret, done.stdout + done.stderr)


class Outputs(SamaraTest):
    """--output json of other commands has the shape that schemas/outputs says."""

    def test_every_shape_is_held_by_a_test(self):
        shapes = {file.stem for file in (ROOT / "schemas/outputs").glob("*.json")}
        tests = "".join(file.read_text() for file in (ROOT / "tests/e2e").glob("*_test.py"))
        for shape in shapes:
            self.assertIn(f'faults_of_output("{shape}"', tests)

    def test_build(self):
        self.write("template.yaml", TEMPLATE)
        self.write("app.py", HANDLER)
        for status in ("built", "unchanged"):
            done = self.samara("build", "--output", "json")
            self.assertEqual(faults_of_output("build", done.stdout), [])
            self.assertEqual([row["status"] for row in json.loads(done.stdout)["resources"]], [status])
        self.write("template.yaml", TEMPLATE.replace("CodeUri: .", "CodeUri: gone"))
        done = self.samara("build", "--output", "json", code=1)
        self.assertEqual(faults_of_output("build", done.stdout), [])
        self.assertEqual(json.loads(done.stdout)["status"], "failed")

    def test_validate(self):
        self.write("template.yaml", TEMPLATE)
        self.write("app.py", HANDLER)
        done = self.samara("validate", "--output", "json")
        self.assertEqual(faults_of_output("validate", done.stdout), [])
        self.assertEqual((json.loads(done.stdout)["valid"], done.stderr), (True, ""))
        self.write("template.yaml", TEMPLATE.replace("app.handler", "{Bad: 1}").replace("Runtime: ", "Runtim: "))
        done = self.samara("validate", "--output", "json", code=1)
        self.assertEqual((faults_of_output("validate", done.stdout), done.stderr), ([], ""))
        answer = json.loads(done.stdout)
        self.assertFalse(answer["valid"])
        self.assertTrue(any(row.get("line") == 4 and row.get("resource") == "Fn" for row in answer["diagnostics"]), answer)
        done = self.samara("validate", "--output", "json", "-t", "gone.yaml", code=1)
        self.assertEqual((faults_of_output("validate", done.stdout), done.stderr), ([], ""))

    def test_info(self):
        self.assertEqual(faults_of_output("info", self.samara("--info").stdout), [])


if __name__ == "__main__":
    unittest.main()
