"""The command line as scripts and editors use it: --info, docs, commands that are not there yet,
saved and misspelt options, runtimes that Lambda has retired."""
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SAMARA, SamaraTest

FUNCTION = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: test}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: RUNTIME
      CodeUri: src
      Environment: {Variables: {STAGE: !Ref Stage}}
"""
CODE = "import os\ndef handler(event, context):\n    return os.environ['STAGE']\n"
NODE_CODE = "exports.handler = async () => process.env.STAGE;\n"


class CommandLine(SamaraTest):
    def test_no_arguments_show_the_help(self):
        for arguments, words in (([], "local start-api"), (["local"], "local start-api"), (["--help"], "Usage: samara")):
            self.assertIn(words, self.samara(*arguments).stdout)
        self.assertNotIn("validate", self.samara("local").stdout)

    def test_info_is_json_for_editors(self):
        info = json.loads(self.samara("--info", environment={"PATH": "/nowhere"}).stdout)
        self.assertGreaterEqual(
            [int(number) for number in info["version"].split(".")], [1, 0, 0], "what editors ask for")
        self.assertEqual(self.samara("--version").stdout.splitlines()[0], f"samara, version {info['samara']}")
        self.assertIn("Linux", info["system"]["os"])
        self.assertEqual(info["additional_dependencies"]["aws_cdk"], "Not available")
        self.assertEqual(info["available_beta_feature_env_vars"], [])
        program = self.folder / "terraform"
        program.write_text("#!/bin/sh\necho Terraform v1.2.3\n")
        program.chmod(0o755)
        info = json.loads(self.samara("--info", environment={"PATH": f"{self.folder}:{os.environ['PATH']}"}).stdout)
        self.assertEqual(info["additional_dependencies"]["terraform"], "1.2.3")

    def test_options_of_every_command_may_stand_before_it(self):
        self.write("template.yaml", "Resources: {Topic: {Type: AWS::SNS::Topic}}")
        told = self.samara("--debug", "validate").stderr
        self.assertIn("reads ", told)
        self.assertEqual(self.samara("--beta-features", "validate").stderr, "")
        self.assertIn("Usage:", self.samara("--debug").stdout)
        self.assertIn("No such command 'nothing'", self.samara("--debug", "nothing", code=2).stderr)

    def test_terraform_is_told_to_be_missing(self):
        self.write("template.yaml", "Resources: {Topic: {Type: AWS::SNS::Topic}}")
        told = self.samara("validate", "--hook-name", "terraform", "--terraform-plan-file", "plan.json").stderr
        self.assertIn("--hook-name has no effect here", told)
        self.assertIn("--terraform-plan-file has no effect here", told)
        self.assertIn("Invalid value for '--hook-name': 'pulumi' is not one of 'terraform'", self.samara("validate", "--hook-name", "pulumi", code=2).stderr)
        told = self.samara("validate", "--hook-name", "terraform", "-t", "template.yaml", code=2).stderr
        self.assertIn("Parameters --hook-name and --template-file cannot be used together", told)
        self.assertIn("Missing option --hook-name", self.samara("validate", "--skip-prepare-infra", code=2).stderr)
        self.samara("validate", "--prepare-infra")
        self.samara("validate", "--skip-prepare-infra", "--hook-name", "terraform")

    def test_a_function_is_run_on_another_runtime(self):
        self.write("app.js", "exports.handler = async () => 'node';\n")
        self.write("template.yaml", """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {CodeUri: ., Handler: app.handler, Runtime: python3.11}}
Resources: {Fn: {Type: AWS::Serverless::Function}, Other: {Type: AWS::Serverless::Function}}
""")
        self.write("app.py", "def handler(event, context): return 'python'\n")
        for options, result in (((), '"python"'), (("-r", "nodejs20.x"), '"node"'), (("--runtime", "nodejs20.x"), '"node"')):
            self.assertEqual(self.samara("local", "invoke", "Fn", "--engine", "sandbox", *options).stdout.strip(), result)
        self.assertIn("did you mean nodejs20.x?", self.samara("local", "invoke", "Fn", "-r", "nodejs20", code=2).stderr)
        told = self.samara("local", "invoke", code=1).stderr  # it cannot be run, though the command line is right
        self.assertIn("name one of: Fn, Other", told)

    def test_profile_and_region_are_looked_at_by_every_command_that_takes_them(self):
        self.write("template.yaml", "Resources: {Topic: {Type: AWS::SNS::Topic}}")
        self.write("config", "[profile dev]\nregion = eu-west-1\n")
        environment = {"AWS_CONFIG_FILE": str(self.project / "config"), "AWS_PROFILE": ""}
        commands = json.loads(self.samara("--help-json").stdout)
        taking = 0
        for command in [row["command"].split() for row in commands]:
            if "--profile" not in self.samara(*command, "--help").stdout:
                continue
            taking += 1
            missing = "Error: The config profile (nope) could not be found"
            self.assertIn(missing, self.samara(*command, "--profile", "nope", code=1, environment=environment).stderr)
            named = self.samara(*command, code=1, environment={**environment, "AWS_PROFILE": "nope"})
            self.assertIn(missing, named.stderr)
            for region in ("us east-1", "-eu", "eu_west", "123"):
                told = self.samara(*command, f"--region={region}", code=1, environment=environment).stderr
                self.assertIn(f"Error: Provided region: {region} doesn't match a supported format", told)
        self.assertGreater(taking, 10)
        self.samara("validate", "--profile", "dev", environment=environment)

    def test_sample_events_take_values_of_the_configuration(self):
        self.write("samconfig.toml", "version = 0.1\n"
                   '[default.global.parameters]\nregion = "eu-west-1"\n'
                   '[default.local_generate_event_s3_put.parameters]\nbucket = "mine"\n'
                   '[dev.local_generate_event_sqs_receive_message.parameters]\naccount_id = "1"\n')
        record = json.loads(self.samara("local", "generate-event", "s3", "put").stdout)["Records"][0]
        self.assertEqual((record["s3"]["bucket"]["name"], record["awsRegion"]), ("mine", "eu-west-1"))
        result = self.samara("local", "generate-event", "s3", "put", "--bucket", "given")
        self.assertEqual(json.loads(result.stdout)["Records"][0]["s3"]["bucket"]["name"], "given")
        self.assertEqual(result.stderr, "")
        (self.project / "samconfig.toml").rename(self.project / "other.toml")
        result = self.samara("local", "generate-event", "sqs", "receive-message", "--config-env", "dev",
                             "--config-file", "other.toml").stdout
        self.assertIn(":1:MyQueue", result)
        self.write("template.yaml", "Resources: {Topic: {Type: AWS::SNS::Topic}}")
        self.assertEqual(self.samara("build", "--config-file", "other.toml").stderr.count("no command"), 0)

    def test_a_host_is_a_name_and_an_address(self):
        self.write("template.yaml", FUNCTION.replace("RUNTIME", "python3.11"))
        self.write("src/app.py", CODE)
        for host in ("db", "db:", ":10.0.0.1"):
            for command in (("local", "invoke"), ("local", "start-api"), ("local", "start-lambda")):
                told = self.samara(*command, "--add-host", host, code=2).stderr
                self.assertIn(f"--add-host: '{host}' is not of the form name:address", told)
        for host in ("db:10.0.0.1", "db:::1", "db=10.0.0.1", "db:host-gateway"):
            self.samara("local", "invoke", "--engine", "sandbox", "--add-host", host)

    def test_options_that_need_or_exclude_another_one(self):
        self.write("template.yaml", "Resources: {Topic: {Type: AWS::SNS::Topic}}")
        for option, value in (("--container-env-var", "A=b"), ("--container-env-var-file", "env.json"),
                              ("--build-image", "image"), ("--mount-with", "WRITE")):
            told = self.samara("build", option, value, code=2).stderr
            self.assertIn(f"need the --use-container flag in order to use {option} flag.", told)
        told = self.samara("build", "-u", *(word for value in ("NAME", "B=", ".C=1", "D.=1") for word in ("-e", value))).stderr
        for name in ("NAME", "B", ".C", "D."):
            self.assertIn(f"Invalid command line --container-env-var input {name}, skipped", told)
        self.write("samconfig.toml", 'version = 0.1\n[default.build.parameters]\nbuild_image = "image"\n')
        self.samara("build")
        self.assertIn("You must not provide both the --build-in-source and --use-container parameters.",
                      self.samara("build", "-u", "--build-in-source", code=2).stderr)
        for option, value in (("--runtime", "python3.11"), ("--app-template", "hello-world"), ("--package-type", "Zip"),
                              ("--base-image", "amazon/python3.11-base"), ("--dependency-manager", "pip")):
            told = self.samara("init", "--name", "x", "--location", ".", option, value, code=2).stderr
            self.assertIn(f"You must not provide both the --location and {option} parameters.", told)

    def test_docs_print_the_address_of_every_command(self):
        table = json.loads((ROOT / "schemas/commands.json").read_text())
        for command, row in table.items():
            output = self.samara("docs", *command.split(), environment={"PATH": "/nowhere"}).stdout
            self.assertTrue(output.startswith("https://docs.aws.amazon.com/"), output)
            self.assertIn(row["page"], output)
        self.assertIn("'samara docs local invoke'", self.samara("docs", "locl", "invoke", code=2).stderr)

    def test_docs_open_in_a_browser(self):
        opener = self.folder / "xdg-open"
        opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {self.folder}/opened.new\n'
                          f'mv {self.folder}/opened.new {self.folder}/opened\n')
        opener.chmod(0o755)
        environment = {"PATH": f"{self.folder}:{os.environ['PATH']}", "DISPLAY": ":0"}
        page = self.samara("docs", "build", environment=environment).stdout.strip()
        from samara_e2e import wait_for
        wait_for((self.folder / "opened").exists, "the browser")
        self.assertEqual((self.folder / "opened").read_text(), page)

    def test_commands_that_are_not_there_say_so(self):
        for arguments in (["sync", "--watch"], ["pipeline", "init"], ["remote", "test-event", "put"],
                          ["local", "callback"]):
            error = self.samara(*arguments, code=1, environment={"PATH": "/nowhere"}).stderr
            command = " ".join(a for a in arguments if not a.startswith("-"))
            self.assertIn(f"Error: samara has no command '{command}' yet", error)
        self.assertIn("No such command 'dploy'", self.samara("dploy", code=2).stderr)

    def test_another_sam_on_the_path_is_named(self):
        ours, other = self.folder / "ours", self.folder / "other"
        for folder in (ours, other):
            folder.mkdir()
        (ours / "sam").symlink_to(SAMARA)
        path = f"{ours}:{other}"
        error = self.samara("sync", "--stack-name", "a b", code=1, environment={"PATH": path}).stderr
        self.assertNotIn("on the PATH", error)
        (other / "sam").write_text("#!/bin/sh\n")
        (other / "sam").chmod(0o755)
        error = self.samara("sync", "--stack-name", "a b", code=1, environment={"PATH": path}).stderr
        self.assertIn(f"{other}/sam sync --stack-name 'a b'", error)


class SavedOptions(SamaraTest):
    def setUp(self):
        super().setUp()
        self.write("template.yaml", FUNCTION.replace("RUNTIME", "python3.11"))
        self.write("src/app.py", CODE)
        self.environment["SAMARA_ENGINE"] = "sandbox"

    def invoke(self, *arguments, **options):
        return self.samara("local", "invoke", "Hello", *arguments, **options)

    def test_only_what_the_command_line_gave_is_saved(self):
        self.write("samconfig.toml", 'version = 0.1\n[default.local_invoke.parameters]\nregion = "eu-west-1"\n')
        result = self.invoke(
            "--parameter-overrides", "Stage=mine", "--save-params",
            environment={"AWS_PROFILE": "", "SAM_LAYER_CACHE_BASEDIR": str(self.folder)})
        self.assertEqual(result.stdout, '"mine"\n')
        self.assertIn("Saved parameters to config file 'samconfig.toml'", result.stderr)
        self.assertEqual(
            (self.project / "samconfig.toml").read_text(),
            'version = 0.1\n[default.local_invoke.parameters]\nregion = "eu-west-1"\n'
            'parameter_overrides = "Stage=mine"\n')
        self.assertEqual(self.invoke().stdout, '"mine"\n')

    def test_a_relative_configuration_file_is_beside_the_template(self):
        self.write("prod.toml", 'version = 0.1\n[default.local_invoke.parameters]\nparameter_overrides = "Stage=prod"\n')
        result = self.samara(
            "local", "invoke", "-t", "project/template.yaml", "--config-file", "prod.toml", cwd=self.folder)
        self.assertEqual(result.stdout, '"prod"\n')

    def test_misspelt_names_in_the_file_are_warnings(self):
        self.write("samconfig.toml", """\
version = 0.1
[default.global.parameters]
stack_name = "app"
paramter_overrides = "Stage=a"
[default.local_invok.parameters]
region = "eu-west-1"
[default.local_invoke]
event = "e.json"
[default.local_invoke.parameters]
regoin = "eu-west-1"
shutdown = true
""")
        error = self.invoke().stderr
        for words in (
                "samconfig.toml:4:1: there is no option 'paramter_overrides' here; did you mean parameter_overrides?",
                "samconfig.toml:5:10: there is no command for the section 'local_invok'; did you mean local_invoke?",
                "samconfig.toml:8:1: 'event' has no effect in section 'local_invoke'",
                "samconfig.toml:10:1: there is no option 'regoin' here; did you mean region?"):
            self.assertIn(f"Warning: {words}", error)
        self.assertNotIn("stack_name", error)
        self.assertNotIn("no option 'shutdown'", error)

    def test_of_two_configuration_files_the_first_kind_counts(self):
        self.write("samconfig.yaml", "version: 0.1\ndefault: {local_invoke: {parameters: {parameter_overrides: Stage=yaml}}}\n")
        result = self.invoke()
        self.assertEqual(result.stdout, '"yaml"\n')
        self.assertNotIn("More than one", result.stderr)
        self.write("samconfig.toml", 'version = 0.1\n[default.local_invoke.parameters]\nparameter_overrides = "Stage=toml"\n')
        result = self.invoke()
        self.assertEqual(result.stdout, '"toml"\n')
        self.assertIn("More than one samconfig file found; using samconfig.toml.", result.stderr)
        self.assertNotIn("More than one", self.invoke("--config-file", "samconfig.yaml").stderr)

    def test_an_environment_that_is_not_there_is_a_warning(self):
        self.write("samconfig.toml", 'version = 0.1\n[prod.build.parameters]\ncached = true\n')
        error = self.invoke("--config-env", "prdo").stderr
        self.assertIn("has no environment 'prdo', only prod; did you mean prod?", error)
        self.assertNotIn("no environment", self.invoke().stderr)

    def test_values_that_cannot_be_read_have_their_place(self):
        self.write("samconfig.toml", 'version = 0.1\n[default.local_start_api.parameters]\nport = "many"\n')
        error = self.samara("local", "start-api", code=2).stderr
        self.assertIn("Error: samconfig.toml:3:8: cannot read port", error)

    def test_variables_may_be_lines(self):
        self.write(".env", "# for all programs\nexport OTHER=x\nSTAGE=\"from ${OTHER}\" # here\nnothing\n")
        result = self.invoke("--env-vars", ".env")
        self.assertEqual(result.stdout, '"from x"\n')
        self.assertIn("Warning: .env:4:1: this line gives no variable a value", result.stderr)
        self.assertNotIn("OTHER", result.stderr)
        self.write(".env", "STAG=x\n")
        self.assertIn("did you mean STAGE?", self.invoke("--env-vars", ".env").stderr)
        self.write(".env", "no variables\n")
        self.assertIn("Error: .env:1:2: not valid JSON", self.invoke("--env-vars", ".env", code=1).stderr)

    def test_misspelt_parameters_and_variables_are_warnings(self):
        self.write("env.json", '{"Helo": {"STAGE": "a"}, "Hello": {"STAG": "b"}, "Parameters": {"OTHER": "c"}}')
        error = self.invoke("--parameter-overrides", "Stgae=x", "--env-vars", "env.json").stderr
        self.assertIn("the template has no parameter 'Stgae'", error)
        self.assertIn("did you mean Stage?", error)
        self.assertIn("--env-vars: the template has no function 'Helo'; did you mean Hello?", error)
        self.assertIn("--env-vars: Hello does not declare the variable 'STAG'", error)
        self.assertIn("did you mean STAGE?", error)
        self.assertIn("--env-vars: no function declares the variable 'OTHER'", error)

    def test_a_parameter_that_is_only_referred_to_is_no_mistake(self):
        template = FUNCTION.replace("RUNTIME", "python3.11").replace("!Ref Stage", "!Sub '${Stage}-${Colour}'")
        self.write("template.yaml", template)
        error = self.samara("build", "--parameter-overrides", "Colour=red", code=None).stderr
        self.assertNotIn("no parameter 'Colour'", error)

    def test_misspelt_exclusions_are_warnings(self):
        error = self.samara("build", "-x", "Helo").stderr
        self.assertIn("--exclude: the template has no resource 'Helo'; did you mean Hello?", error)


class RetiredRuntimes(SamaraTest):
    def test_they_build_and_run_on_what_is_here_with_one_warning(self):
        for runtime, code, day in (
                ("python3.7", CODE, "2023-12-04"), ("nodejs12.x", NODE_CODE, "2023-03-31"),
                ("nodejs8.10", NODE_CODE, "2020-03-06")):
            with self.subTest(runtime):
                self.write("template.yaml", FUNCTION.replace("RUNTIME", runtime))
                self.write("src/app.py" if "python" in runtime else "src/app.js", code)
                environment = {"SAMARA_ENGINE": "sandbox"}
                built = self.samara("build", environment=environment)
                result = self.samara("local", "invoke", environment=environment)
                self.assertEqual(result.stdout, '"test"\n')
                for error in (built.stderr, result.stderr):
                    self.assertEqual(error.count(f"ended its support of runtime {runtime} on {day}"), 1, error)

    def test_all_of_them_are_known(self):
        rows = json.loads((ROOT / "schemas/runtimes.json").read_text())
        self.write("src/app.py", CODE)
        for row in rows:
            self.write("template.yaml", FUNCTION.replace("RUNTIME", row["id"]))
            error = self.samara("validate", code=None).stderr
            self.assertNotIn("no runtime", error, row["id"])


if __name__ == "__main__":
    unittest.main()
