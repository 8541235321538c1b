"""The AWS SDK of Lambda's Node.js in the sandbox: the hint where it is missing, `samara local sdk`, and how
functions see it. npm is a stand-in here that writes packages instead of fetching them."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: nodejs20.x, CodeUri: app}}
Resources:
  Common: {Type: AWS::Serverless::Function, Properties: {Handler: common.handler}}
  Module: {Type: AWS::Serverless::Function, Properties: {Handler: module.handler}}
  Late: {Type: AWS::Serverless::Function, Properties: {Handler: late.handler}}
"""

NPM = """#!/usr/bin/env python3
import json, os, pathlib, sys
if os.environ.get("NPM_FAILS"):
    sys.exit("npm error network")
folder = pathlib.Path(sys.argv[sys.argv.index("--prefix") + 1])
packages = [a.rsplit("@", 1) for a in sys.argv if a.startswith("@")]
for name, version in packages:
    package = folder / "node_modules" / name
    package.mkdir(parents=True, mode=0o700)
    (package / "package.json").write_text(json.dumps({"name": name, "version": version, "main": "index.js"}))
    (package / "index.js").write_text(f"exports.loaded = '{name}@{version}';")
(folder / "package.json").write_text(json.dumps({"dependencies": dict(packages)}))
"""


class Sdk(SamaraTest):
    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "npm").write_text(NPM)
        (tools / "npm").chmod(0o755)
        self.environment.update({"SAMARA_ENGINE": "sandbox", "XDG_CACHE_HOME": str(self.cache),
                                 "PATH": f"{tools}:{self.environment['PATH']}"})
        self.write("template.yaml", TEMPLATE)
        self.write("app/common.js", "const s3 = require('@aws-sdk/client-s3'); exports.handler = async () => s3.loaded;")
        self.write("app/module.mjs", "import s3 from '@aws-sdk/client-s3'; export const handler = async () => s3.loaded;")
        self.write("app/late.js", "exports.handler = async () => require('@aws-sdk/client-polly').loaded;")

    def version(self):
        facts = pathlib.Path(__file__).resolve().parents[2] / "schemas/nodejs_sdk.json"
        return json.loads(facts.read_text())["version"]

    def test_hint_and_fetched_sdk(self):
        for function in ("Common", "Module"):
            done = self.samara("local", "invoke", function)
            self.assertIn("run 'samara local sdk @aws-sdk/client-s3'", done.stderr, function)
            self.assertIn("Runtime.ImportModuleError", done.stdout)
        folder = pathlib.Path(self.samara("local", "sdk").stdout.strip())
        self.assertEqual(folder, self.cache / "samara/nodejs-sdk" / self.version())
        for function in ("Common", "Module"):
            done = self.samara("local", "invoke", function)
            self.assertEqual(json.loads(done.stdout), f"@aws-sdk/client-s3@{self.version()}")
            self.assertNotIn("samara local sdk", done.stderr)
        self.assertIn("Cannot find module '@aws-sdk/client-polly'", self.samara("local", "invoke", "Late").stdout)
        self.samara("local", "sdk", "client-polly")
        self.samara("local", "sdk")  # keeps what is there
        self.assertEqual(json.loads(self.samara("local", "invoke", "Late").stdout), f"@aws-sdk/client-polly@{self.version()}")
        # What cannot be fetched leaves the rest as it was.
        self.samara("local", "sdk", "@aws-sdk/client-textract", environment={"NPM_FAILS": "1"}, code=1)
        self.assertEqual(json.loads(self.samara("local", "invoke", "Common").stdout), f"@aws-sdk/client-s3@{self.version()}")
        self.assertEqual([path.name for path in folder.parent.iterdir()], [self.version()])
        self.assert_nothing_left()

    def test_names_that_are_none(self):
        for name in ("../x", "--global", "client-s3@latest", "Client", "@evil/x", "@aws-sdk/"):
            self.samara("local", "sdk", "--", name, code=2)
        self.assertFalse(self.cache.joinpath("samara/nodejs-sdk").exists())


if __name__ == "__main__":
    unittest.main()
