"""What the machine does not give is told by its name, not by the program that stumbled over it."""
import pathlib
import resource
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SAMARA, SamaraTest, free_port  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.11, Handler: main.handler, CodeUri: app, Environment: {Variables: {LARGE: ""}}, Events: {Any: {Type: HttpApi}}}
  Other:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.11, Handler: main.handler, CodeUri: app, Architectures: [arm64]}
"""


class NamedError(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", "def handler(event, context):\n    return 'well'\n")

    def test_too_few_descriptors(self):
        command = [SAMARA, "local", "invoke", "Fn", "--engine", "sandbox"]
        told = 0
        for limit in range(6, 48):
            done = subprocess.run(command, cwd=self.project, env=self.environment, capture_output=True, text=True, timeout=60,
                                  preexec_fn=lambda n=limit: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
            if done.returncode == 0:
                self.assertEqual(done.stdout.strip(), '"well"', limit)
                continue
            self.assertEqual(done.returncode, 1, (limit, done.stderr))
            if limit >= 9:  # below, the loader does not find its libraries
                self.assertRegex(done.stderr, rf"may have {limit} files open here: raise that limit \(ulimit -n\)", limit)
                told += 1
            self.assert_nothing_left()
        self.assertGreater(told, 2)

    def test_too_few_descriptors_for_a_server(self):
        for command in ("start-api", "start-lambda"):
            for limit in (*range(8, 14), 18):
                with self.subTest(command, limit=limit):
                    done = subprocess.run(
                        ["timeout", "-s", "INT", "3", SAMARA, "local", command, "--port", str(free_port()),
                         "--engine", "sandbox"], cwd=self.project, env=self.environment, capture_output=True, text=True,
                        preexec_fn=lambda n=limit: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
                    if "Running on" not in done.stderr:
                        self.assertEqual(done.returncode, 1, done.stderr)
                        self.assertIn(f"may have {limit} files open", done.stderr)

    def test_variable_that_is_too_long(self):
        self.write("env.json", '{"Fn": {"LARGE": "' + "x" * 140_000 + '"}}')
        done = self.samara("local", "invoke", "Fn", "--engine", "sandbox", "--env-vars", "env.json", code=1)
        self.assertIn("the environment variable 'LARGE' has 140000 bytes", done.stderr)

    def test_code_for_another_architecture(self):
        done = self.samara("local", "invoke", "Other", "--engine", "sandbox")
        self.assertEqual(done.stdout.strip(), '"well"')
        self.assertEqual(done.stderr.count("Other is for arm64: running on this machine's"), 1, done.stderr)
        foreign = bytearray(pathlib.Path("/bin/true").read_bytes())
        foreign[18] = 0xB7  # EM_AARCH64
        (self.project / "app" / "lib").mkdir()
        (self.project / "app" / "lib" / "speed.so").write_bytes(foreign)
        done = self.samara("local", "invoke", "Other", "--engine", "sandbox", code=1)
        self.assertIn("app/lib/speed.so is native code for arm64", done.stderr)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
