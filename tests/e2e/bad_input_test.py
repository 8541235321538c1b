"""Bad input: each is told clearly, with its place where it has one, and leaves nothing behind."""
import json
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, free_port  # noqa: E402

FUNCTION = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: app
      Handler: main.handler
      Runtime: python3.11
      Events:
        Get:
          Type: HttpApi
          Properties: {Path: /get, Method: get}
"""


class BadInput(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("app/main.py", "def handler(event, context):\n    return 'ok'\n")

    def refused(self, *arguments, code=1, environment=None):
        result = self.samara(*arguments, code=code, environment=environment)
        self.assertIn("Error: ", result.stderr)
        if arguments[0] != "build":
            self.assertIn(result.stdout, ("", "SAM Template Not Found\n"))
        self.assert_nothing_left()
        return result.stderr

    def test_no_template(self):
        for command in (["build"], ["local", "invoke"], ["local", "start-api"], ["transform"], ["validate"]):
            with self.subTest(command):
                error = self.refused(*command)
                self.assertIn(f"Template file not found at {self.project / 'template.yaml'}", error)
                self.assertIn("-t FILE", error)

    def test_empty_template(self):
        self.write("template.yaml", "# nothing yet\n")
        for command in (["build"], ["local", "invoke"], ["local", "start-api"], ["transform"], ["validate"]):
            with self.subTest(command):
                self.assertIn("Error: template.yaml: the template is empty", self.refused(*command))

    def test_yaml_error(self):
        self.write("template.yaml", FUNCTION + "  Broken: [1, 2\n")
        error = self.refused("build")
        self.assertRegex(error, r"template\.yaml:\d+:\d+: not valid YAML: this \[ is never closed\n")
        self.assertRegex(error, r"\n +\d+ \|   Broken: \[1, 2\n +\|           \^\n")

    def test_an_event_may_be_written_out(self):
        self.write("template.yaml", FUNCTION)
        self.write("app/main.py", "def handler(event, context):\n    return event\n")
        for event in ('{"a": 1}', ' {"a": 1}'):
            result = self.samara("local", "invoke", "-e", event, environment={"SAMARA_ENGINE": "sandbox"})
            self.assertEqual(json.loads(result.stdout), {"a": 1})
        self.assertIn("the event is not JSON", self.refused("local", "invoke", "-e", '{"a": }'))

    def test_a_debugger_that_does_not_listen_is_told(self):
        self.write("template.yaml", FUNCTION)
        error = self.samara(
            "local", "invoke", "-d", str(free_port()), environment={"SAMARA_ENGINE": "sandbox"}).stderr
        self.assertIn("-m debugpy --listen 0.0.0.0:", error)

    def test_wrong_transform(self):
        self.write("template.yaml", FUNCTION.replace("2016-10-31", "2016-10-13"))
        told = self.samara("local", "invoke").stderr
        self.assertIn("template.yaml:1:12: Transform 'AWS::Serverless-2016-10-13' is not known", told)
        self.assertIn("AWS::Serverless-2016-10-31", told)

    def test_function_without_handler(self):
        self.write("template.yaml", FUNCTION.replace("      Handler: main.handler\n", ""))
        for command in (["local", "invoke"], ["build"]):
            with self.subTest(command):
                error = self.refused(*command)
                self.assertIn("template.yaml:", error)
                self.assertIn("Handler", error)
                self.assertIn("Fn", error)

    def test_code_uri_that_is_missing(self):
        self.write("template.yaml", FUNCTION.replace("CodeUri: app", "CodeUri: ./nowhere"))
        for command in (["local", "invoke"], ["build"]):
            with self.subTest(command):
                error = self.refused(*command)
                self.assertIn("template.yaml:6:16: ", error)
                self.assertIn("nowhere", error)

    def test_unknown_runtime(self):
        self.write("template.yaml", FUNCTION.replace("python3.11", "pyhton3.11"))
        for command in (["local", "invoke"], ["build"]):
            with self.subTest(command):
                error = self.refused(*command)
                self.assertIn("pyhton3.11", error)
                self.assertIn("python3.11", error, "the near name")

    def test_event_that_is_not_json(self):
        self.write("template.yaml", FUNCTION)
        self.write("event.json", '{"key": nope}')
        error = self.refused("local", "invoke", "-e", "event.json")
        self.assertIn("event.json:1:", error)
        self.assertIn("not JSON", error)

    def test_event_that_is_not_there(self):
        self.write("template.yaml", FUNCTION)
        self.assertIn("missing.json", self.refused("local", "invoke", "-e", "missing.json"))

    def test_docker_that_does_not_answer(self):
        self.write("template.yaml", FUNCTION)
        error = self.refused("local", "invoke", "--engine", "docker",
                             environment={"DOCKER_HOST": f"unix://{self.folder}/no.sock"})
        self.assertIn("no.sock", error)
        self.assertIn("sandbox", error, "what to do instead")

    def test_port_in_use(self):
        self.write("template.yaml", FUNCTION)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            error = self.refused("local", "start-api", "--port", port)
        self.assertIn(f"{port}", error)
        self.assertIn("Address already in use", error)

    def test_unknown_function_lists_the_known_ones(self):
        self.write("template.yaml", FUNCTION)
        error = self.refused("local", "invoke", "Fm")
        self.assertIn("Function Fm not found in template", error)
        self.assertIn("Fn", error)

    def test_several_functions_need_a_name(self):
        self.write("template.yaml", FUNCTION + FUNCTION[FUNCTION.index("  Fn:"):].replace("Fn:", "Other:").replace("/get", "/o"))
        error = self.refused("local", "invoke", code=1)
        self.assertIn("Fn, Other", error)

    def test_misuse_of_the_command_line(self):
        self.write("template.yaml", FUNCTION)
        self.assertIn("Did you mean --event?", self.refused("local", "invoke", "--evnt", "x", code=2))
        self.assertIn("Did you mean 'build'?", self.refused("biuld", code=2))
        self.assertIn("unexpected extra argument (Gn)", self.refused("local", "invoke", "Fn", "Gn", code=2))
        self.assertIn("not a parameter", self.refused("local", "invoke", "--parameter-overrides", "x", code=2))
        self.assertIn("Invalid value for '--env-vars': Path 'x' does not exist.", self.refused("local", "invoke", "-n", "x", code=2))

        for option in ("--ssl-cert-file", "--ssl-key-file"):
            self.assertIn(f"Missing required parameters, with {option} set.",
                          self.refused("local", "start-api", option, "template.yaml", code=2))
        self.assertIn("Invalid value for '--ssl-key-file': Path 'x' does not exist.", self.refused(
            "local", "start-api", "--ssl-cert-file", "template.yaml", "--ssl-key-file", "x", code=2))
        for command in (["local", "invoke", "--invoke-image"], ["build", "-u", "--build-image"]):
            self.assertIn("Invalid command line image input Fn=.", self.refused(*command, "Fn="))

    def test_what_comes_from_elsewhere_keeps_nothing_from_being_built(self):
        self.write("template.yaml", FUNCTION + """
  Zip: {Type: AWS::Serverless::Function, Properties: {CodeUri: gone.zip, Handler: main.handler, Runtime: python3.11}}
  Picture: {Type: AWS::Serverless::Function, Properties: {PackageType: Image}}
  Plain: {Type: AWS::Lambda::Function, Properties: {PackageType: Image, Role: "arn:aws:iam::123456789012:role/r"}}
""")
        told = self.samara("build").stderr
        self.assertIn("Zip: CodeUri does not exist: ", told)
        for name in ("Picture", "Plain"):
            self.assertIn(f"Skip Building {name} function, as it is missing either Dockerfile or DockerContext", told)
        self.refused("build", "Picture")

    def test_env_vars_that_are_no_variables(self):
        self.write("template.yaml", FUNCTION)
        self.write("env.json", json.dumps({"Fn": {"A": {"nested": 1}}}))
        error = self.refused("local", "invoke", "--strict", "--env-vars", "env.json")
        self.assertIn("env.json:1:", error)
        self.assertIn("'A' must be a text", error)

    def test_hostile_yaml_is_told_at_once(self):
        bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"a{i}: &a{i} [" + ",".join([f"*a{i - 1}"] * 10) + "]\n" for i in range(1, 20))
        for name, text in {"bomb": bomb, "cycle": "a: &a [*a]\n", "deep": "[" * 50000, "quote": 'a: "x\n',
                           "twice": "Resources: {}\nResources: {}\n"}.items():
            with self.subTest(name):
                self.write("template.yaml", text)
                self.assertRegex(self.samara("build", code=1, seconds=5).stderr, r"template\.yaml:\d+:\d+: ")

    def test_a_former_build_survives_a_failed_one(self):
        self.write("template.yaml", FUNCTION)
        self.samara("build")
        before = (self.project / ".aws-sam/build/Fn/main.py").read_text()
        self.write("app/main.py", "changed = True\n")
        self.write("app/requirements.txt", "no-such-package-anywhere==9\n")
        result = self.samara("build", code=1, environment={"PIP_NO_INDEX": "1"})
        self.assertIn("Build Failed", result.stdout)
        self.assertIn("no-such-package-anywhere", result.stderr)
        self.assertEqual((self.project / ".aws-sam/build/Fn/main.py").read_text(), before)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
