"""A NUL character, or a name that no environment can hold, wherever a user can write one: told by its place
and name, on both engines, before anything is started."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, needs_docker  # noqa: E402

NUL = r"x\0--bind\0/etc\0/mnt"

FUNCTION = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Shared: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: {layer}}}}}
  Other: {{Type: AWS::Serverless::Function, Properties: {{Runtime: python3.11, Handler: main.handler, CodeUri: app}}}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: {handler}
      CodeUri: {code}
      Layers: [!Ref Shared]
      Environment: {{Variables: {{{name}: {value}}}}}
"""

SOUND = {"handler": "main.handler", "code": "app", "layer": "layer", "name": "TOKEN", "value": "none"}


class NulText(SamaraTest):
    def setUp(self):
        super().setUp()
        self.environment["XDG_CACHE_HOME"] = str(self.folder / "cache")
        self.write("app/main.py", "def handler(event, context):\n    import os\n    return os.environ.get('TOKEN', '-')\n")
        self.write("layer/python/shared.py", "")
        self.write("template.yaml", FUNCTION.format(**SOUND))

    def engines(self):
        yield ("--engine", "sandbox")
        needs_docker()
        yield ("--engine", "docker", "--skip-pull-image", "--invoke-image", f"{STAND_IN}/python:3.11")

    def refused(self, *said, arguments=(), function="Fn"):
        for engine in self.engines():
            done = self.samara("local", "invoke", function, *engine, *arguments, code=1)
            for text in said:
                self.assertIn(text, done.stderr, engine)
            self.assertEqual(done.stdout, "")
            self.assertNotIn("--bind", done.stderr)
            self.assert_nothing_left()

    def test_templates(self):
        for part, said in {
            "handler": ("template.yaml:9:16", "Handler holds a NUL"),
            "code": ("template.yaml:10:16", "NUL"),
            "value": ("template.yaml:12:", "environment variable 'TOKEN' holds a NUL"),
        }.items():
            self.write("template.yaml", FUNCTION.format(**{**SOUND, part: f'"{NUL}"'}))
            self.refused(*said)
        self.write("template.yaml", FUNCTION.format(**{**SOUND, "layer": f'"{NUL}"'}))
        self.refused("Shared")
        for name, said in {f'"{NUL}"': "'x...'", '"A=B"': "'A=B'", '""': "empty name"}.items():
            self.write("template.yaml", FUNCTION.format(**{**SOUND, "name": name}))
            self.refused("template.yaml:12:", said)
        # It is the fault of one function.
        for engine in self.engines():
            self.assertEqual(self.samara("local", "invoke", "Other", *engine).stdout.strip(), '"-"')

    def test_files_of_variables(self):
        for content, said in (({"Fn": {"TOKEN": "x\0--bind"}}, "'TOKEN' holds a NUL"), ({"Parameters": {"A\0B": "x"}}, "'A...'"),
                              ({"Fn": {"A=B": "x"}}, "'A=B'"), ({"Fn": {"": "x"}}, "empty name")):
            self.write("env.json", json.dumps(content))
            self.refused("env.json:1:", said, arguments=("--env-vars", "env.json"))
            self.refused("env.json:1:", said, arguments=("--debug-port", "5999", "--container-env-vars", "env.json"))
        self.write("env.json", json.dumps({"TOKEN": "x\0y"}))
        self.refused("env.json:1:", "'TOKEN' holds a NUL", arguments=("--debug-port", "5999", "--container-env-vars", "env.json"))

    def test_the_configuration_file(self):
        for option in ("add_host", "docker_network", "debug_args", "container_host_interface", "invoke_image", "env_vars"):
            self.write("samconfig.toml", f'version = 0.1\n[default.local_invoke.parameters]\n{option} = "x\\u0000--bind"\n')
            self.refused("samconfig.toml:3:", option, "NUL")


if __name__ == "__main__":
    unittest.main()
