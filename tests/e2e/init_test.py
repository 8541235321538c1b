"""samara init: what it makes works; what is there stays; nothing is left of what was not finished."""
import http.server
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SAMARA, SamaraTest

TEMPLATES = json.loads((ROOT / "templates/init/templates.json").read_text())
NEED_A_SERVICE = {"s3-thumbnail", "web-backend"}  # S3 with the picture, DynamoDB with the table
RUNTIMES = json.loads((ROOT / "schemas/runtimes.json").read_text())


def variants():
    """One tuple for each project that init can make: template, variant, runtime, manager."""
    for template in TEMPLATES:
        for variant in template["variants"]:
            newest = next((r["id"] for r in RUNTIMES if r["family"] == variant["family"]), None)
            for manager in variant["managers"]:
                yield template, variant, variant.get("runtimes", [newest])[0], manager


class InitTemplates(SamaraTest):
    """Every template: valid, and where the toolchain is here also built, invoked and tested."""

    def make(self, template, variant, runtime, manager, *more):
        name = re.sub(r"\W", "-", variant["folder"]) + f"-{manager}"
        result = self.samara(
            "init", "--no-interactive", "--name", name, "--app-template", template["name"], "--runtime", runtime,
            "--dependency-manager", manager, "--package-type", variant.get("package_type", "Zip"), *more)
        self.assertIn(f"Next steps are in {name}/README.md", result.stdout)
        return self.project / name

    def test_each_is_valid_and_complete(self):
        for template, variant, runtime, manager in variants():
            for more in ((), ("--tracing", "--application-insights", "--structured-logging")):
                with self.subTest(variant["folder"], options=more):
                    folder = self.make(template, variant, runtime, manager, *more)
                    result = self.samara("validate", "--lint", cwd=folder)
                    self.assertEqual(result.stderr, "")
                    for name in ("README.md", "samconfig.toml", ".gitignore", "events/event.json"):
                        self.assertTrue((folder / name).is_file(), name)
                    json.loads((folder / "events/event.json").read_text())
                    for path in folder.rglob("*"):
                        if path.is_file():
                            self.assertNotRegex(path.read_text(), r"\{\{\w+\}\}|#\? |^#include ", str(path))
                    self.assertTrue((folder / variant["tests"]).exists(), "tests")
                    shutil.rmtree(folder)
        self.assert_nothing_left()

    def transformed(self, folder, *options):
        """The resources that the template becomes; told of nothing but of local paths, and once."""
        result = self.samara("transform", "--error-format", "json", *options, cwd=folder)
        told = [json.loads(line) for line in result.stderr.splitlines()]
        self.assertLessEqual(len(told), 1, told)
        for line in told:
            self.assertEqual(line["severity"], "warning")
            self.assertRegex(line["message"], "^(local paths|images that `build` makes) are shown as ")
        resources = json.loads(result.stdout)["Resources"]
        self.assertEqual([r["Type"] for r in resources.values() if "Serverless" in r["Type"]], [])
        return resources

    def test_each_becomes_cloudformation(self):
        for template, variant, runtime, manager in variants():
            with self.subTest(variant["folder"]):
                folder = self.make(template, variant, runtime, manager)
                resources = self.transformed(folder)
                self.assertEqual(resources[template["function"]]["Type"], "AWS::Lambda::Function")
                shutil.rmtree(folder)

    def test_what_is_built_becomes_the_same_resources(self):
        template, variant, _, manager = next(v for v in variants() if v[1]["family"] == "python")
        folder = self.make(template, variant, f"python3.{sys.version_info.minor}", manager)
        self.samara("build", cwd=folder, seconds=600)
        before, after = self.transformed(folder), self.transformed(folder, "-t", ".aws-sam/build/template.yaml")
        self.assertEqual(sorted(before), sorted(after))
        function = template["function"]
        code = [resources[function]["Properties"].pop("Code") for resources in (before, after)]
        self.assertEqual([c["S3Key"] for c in code], [variant["code"].rstrip("/"), function])
        self.assertEqual(before[function]["Properties"], after[function]["Properties"])

    def pip_has(self, requirements):
        """Whether pip reaches an index that has them; those that ask for nothing need none."""
        if not requirements.read_text().strip():
            return True
        found = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", self.folder / "download", "-r", requirements],
            capture_output=True, text=True)
        if found.returncode != 0:
            print(f"not run: {requirements.relative_to(ROOT)} asks for packages that pip does not find here", file=sys.stderr)
        return found.returncode == 0

    def run_here(self, family, runtime):
        """Builds, invokes and tests what is of this family and packaged as zip."""
        for template, variant, _, manager in variants():
            if variant["family"] != family or variant.get("package_type") == "Image":
                continue
            requirements = ROOT / "templates/init" / variant["folder"] / variant["code"] / "requirements.txt"
            if requirements.is_file() and not self.pip_has(requirements):
                continue
            with self.subTest(variant["folder"]):
                folder = self.make(template, variant, runtime, manager)
                environment = {"SAMARA_ENGINE": "sandbox"}
                self.samara("build", cwd=folder, seconds=600, environment=environment)
                if template["name"] not in NEED_A_SERVICE:
                    answer = self.samara(
                        "local", "invoke", template["function"], "-e", "events/event.json", cwd=folder,
                        environment=environment)
                    self.assertNotIn("errorMessage", answer.stdout)
                    self.assertNotEqual(answer.stdout.strip(), "")
                tests = subprocess.run(
                    "\n".join(["set -e", *variant["test"]]), shell=True, cwd=folder, capture_output=True, text=True)
                self.assertEqual(tests.returncode, 0, tests.stdout + tests.stderr)

    def test_python_projects_work(self):
        self.run_here("python", f"python3.{sys.version_info.minor}")

    def test_nodejs_projects_work(self):
        version = subprocess.run(["node", "-p", "process.versions.node.split('.')[0]"], capture_output=True, text=True)
        self.run_here("nodejs", f"nodejs{version.stdout.strip()}.x")


class InitNames(SamaraTest):
    def test_names_of_the_sam_cli_stand_for_ours(self):
        for name, runtime, holds in (
                ("quick-start-web", "python3.12", "ItemTable"), ("quick-start-sns", "nodejs22.x", "OrderTopic"),
                ("quick-start-from-scratch", "python3.12", "MyFunction"), ("quick-start-cloudwatch-events", "nodejs22.x", "Nightly"),
                ("eventBridge-hello-world", "python3.12", "EventBridgeRule"),
                ("step-functions-sample-app", "python3.12", "AWS::Serverless::StateMachine"),
                ("hello-world-powertools-python", "python3.12", "POWERTOOLS_SERVICE_NAME"),
                ("hello-world-powertools-typescript", "nodejs22.x", "BuildMethod: esbuild")):
            with self.subTest(name):
                self.samara("init", "-n", name, "-r", runtime, "--app-template", name)
                self.assertIn(holds, (self.project / name / "template.yaml").read_text())

    def test_exit_codes(self):
        """2 for options that cannot be read or are missing, 1 for those that fit no template, as the SAM CLI."""
        for code, options in (
                (1, ("-r", "python3.12", "-d", "pip", "--app-template", "no-such")),
                (1, ("-r", "ruby3.3", "-d", "bundler", "--app-template", "layers")),
                (1, ("-r", "python3.12", "-d", "pip", "--app-template", "layers", "--package-type", "Image")),
                (2, ("-r", "no-such", "-d", "pip", "--app-template", "hello-world")),
                (2, ("-n", "a/b", "-r", "python3.12", "-d", "pip", "--app-template", "hello-world"))):
            with self.subTest(options):
                self.assertTrue(self.samara("init", "--no-interactive", "-n", "a", *options, code=code).stderr.startswith("Error: "))
        self.assertEqual(list(self.project.iterdir()), [])

    def test_what_has_to_be_given_where_nobody_is_asked(self):
        """As the SAM CLI: one of three combinations, and for Java what builds it."""
        runtime, manager, template = ("-r", "python3.12"), ("-d", "pip"), ("--app-template", "hello-world")
        image, base = ("-p", "Image"), ("-i", "amazon/python3.12-base")
        for options, word in (
                ((), "parameters"), (("-n", "a"), "parameters"), (("-n", "a", *runtime), "parameters"),
                ((*runtime, *manager, *template), "parameters"), (("-n", "a", *manager, *template), "parameters"),
                (("-n", "a", *runtime, *manager), "parameters"), (("-n", "a", *runtime, *template), "parameters"),
                (("-n", "a", *image), "parameters"), (("-n", "a", *base), "parameters"), ((*image, *base), "parameters"),
                (("-l", "source"), "parameters"), (("-n", "a", "-p", "Zip", *base), "parameter --dependency-manager"),
                (("-n", "a", *image, "-i", "amazon/java21-base"), "parameter --dependency-manager")):
            with self.subTest(options):
                error = self.samara("init", "--no-interactive", *options, code=2).stderr
                self.assertIn(f"Error: Missing {'required ' * (word == 'parameters')}{word}", error)
        self.assertEqual(list(self.project.iterdir()), [])
        self.write("source/template.yaml", "Resources: {}\n")
        for name, options in (("zip", (*runtime, *manager, *template)), ("image", (*image, *base)), ("there", ("-l", "source"))):
            self.samara("init", "--no-interactive", "-n", name, *options)
        self.assertEqual(self.samara("init", "-n", "unasked", *image, *base).stdout.count("?"), 0)
        self.assertEqual(sorted(path.name for path in self.project.iterdir()), ["image", "source", "there", "unasked", "zip"])

    def test_nothing_comes_of_what_cannot_be(self):
        for options in (("-r", "python3.12", "-l", "x"), ("-r", "python3.12", "-i", "amazon/python3.12-base")):
            with self.subTest(options):
                self.assertIn("You must not provide both the ", self.samara("init", "-n", "a", *options, code=2).stderr)
        self.assertEqual(list(self.project.iterdir()), [])


class Init(SamaraTest):
    HELLO = ("init", "--no-interactive", "--runtime", "python3.13", "-d", "pip", "--app-template", "hello-world")

    def entries(self):
        return sorted(path.name for path in self.project.iterdir())

    def test_names_are_checked(self):
        for name in ("..", "a/b", "-x", ".hidden", "a b", "ümlaut", "a" * 101):
            with self.subTest(name):
                error = self.samara(*self.HELLO, f"--name={name}", code=2).stderr
                self.assertIn("Error: the name of a project", error)
        self.assertEqual(self.entries(), [])

    def test_nothing_is_overwritten(self):
        self.write("app/mine.txt", "mine")
        error = self.samara(*self.HELLO, "--name", "app", code=1).stderr
        self.assertIn("Error: ./app is already there", error)
        self.assertEqual([p.name for p in (self.project / "app").iterdir()], ["mine.txt"])
        (self.project / "link").symlink_to("nowhere")
        self.samara(*self.HELLO, "--name", "link", code=1)
        (self.project / "empty").mkdir()
        self.samara(*self.HELLO, "--name", "empty", code=1)
        self.assertEqual(self.entries(), ["app", "empty", "link"])

    def test_what_is_missing_or_unknown_is_told(self):
        for arguments, words in (
                (["init", "-n", "a", "-r", "python3.13", "--app-template", "helo-world"],
                 ["there is no template helo-world", "did you mean hello-world?"]),
                (["init", "-n", "a", "-r", "pyhton3.13"], ["did you mean python3.13?"]),
                (["init", "-n", "a", "-r", "java21"], ["there is more than one template", "maven or gradle"]),
                (["init", "-n", "a", "--app-template", "hello-world", "--extra-context", "{a"],
                 ["Parse error reading the --extra-context parameter. The value of this parameter must be valid JSON"]),
                (["init", "-n", "a", "-r", "ruby3.3", "--app-template", "queue-worker"],
                 ["there is no template queue-worker for ruby3.3"]),
                (["init", "-n", "a", "-p", "Image", "-b", "python"], ["there is no base image python"]),
                (["init", "-n", "a", "-r", "go1.x", "-a", "arm64"], ["go1.x is not for arm64"])):
            with self.subTest(arguments):
                error = self.samara(*arguments, code=1 if "template" in words[0] else 2).stderr
                for word in words:
                    self.assertIn(word, error)
        self.assertEqual(self.entries(), [])

    def test_base_images_choose_runtime_and_family(self):
        for image, runtime in (
                ("amazon/nodejs22.x-base", "nodejs:22"), ("amazon/go-provided.al2023-base", "provided:al2023"),
                ("amazon/dotnet8-base", "dotnet:8")):
            name = re.sub(r"\W", "-", image)
            self.samara("init", "--no-interactive", "-n", name, "--package-type", "Image", "-b", image)
            dockerfile = next((self.project / name).rglob("Dockerfile")).read_text()
            self.assertIn(f"FROM public.ecr.aws/lambda/{runtime}", dockerfile)

    def test_folders_zip_files_and_repositories(self):
        self.write("source/template.yaml", "Resources: {}\n")
        self.write("source/code/app.py", "x = 1\n")
        with zipfile.ZipFile(self.project / "source.zip", "w") as archive:
            archive.write(self.project / "source/template.yaml", "source-main/template.yaml")
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
            subprocess.run(git + command, cwd=self.project / "source", check=True)
        self.samara("init", "--location", "source", "-n", "from-folder")
        self.samara("init", "--location", "source.zip", "-n", "from-zip", "-o", "below/it")
        self.samara("init", "--location", f"file://{self.project}/source/.git", "-n", "from-git")
        self.assertEqual(
            sorted(p.name for p in (self.project / "from-folder").iterdir()), ["code", "template.yaml"])
        self.assertTrue((self.project / "below/it/from-zip/template.yaml").is_file())
        self.assertEqual(sorted(p.name for p in (self.project / "from-git").iterdir()), ["code", "template.yaml"])
        for location in ("nowhere", f"file://{self.project}/no-repository"):
            self.samara("init", "--location", location, "-n", "x", code=1)
        self.assertEqual(self.entries(), ["below", "from-folder", "from-git", "source", "source.zip"])

    def test_zip_files_are_downloaded(self):
        with zipfile.ZipFile(self.folder / "main.zip", "w") as archive:
            archive.writestr("source-main/template.yaml", "Resources: {}\n")
        content = (self.folder / "main.zip").read_bytes()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                moved, found = self.path == "/archive.zip", self.path == "/elsewhere.zip"
                self.send_response(302 if moved else 200 if found else 404)
                if moved:
                    self.send_header("Location", "/elsewhere.zip")
                body = content if found else b""
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"http://127.0.0.1:{server.server_port}"
        self.samara("init", "--location", f"{address}/archive.zip", "-n", "app")
        self.assertEqual((self.project / "app/template.yaml").read_text(), "Resources: {}\n")
        self.assertIn("answers 404", self.samara("init", "--location", f"{address}/x.zip", "-n", "b", code=1).stderr)
        self.assertEqual(self.entries(), ["app"])

    def test_cookiecutter_templates_need_their_program(self):
        self.write("source/cookiecutter.json", "{}")
        command = ["init", "--location", "source", "-n", "baked", "--extra-context", '{"customer": "Ada"}']
        path = self.folder / "bin"
        path.mkdir()
        error = self.samara(*command, code=1, environment={"PATH": str(path)}).stderr
        self.assertIn("cookiecutter, which is not installed", error)
        program = path / "cookiecutter"
        program.write_text('#!/bin/sh\nmkdir -p "$3/made"\necho "$@" > "$3/made/arguments"\n')
        program.chmod(0o755)
        self.samara(*command, environment={"PATH": f"{path}:{os.environ['PATH']}"})
        arguments = (self.project / "baked/arguments").read_text()
        self.assertIn("project_name=baked customer=Ada", arguments)
        self.assertEqual(self.entries(), ["baked", "source"])

    def test_save_params_keeps_what_was_given(self):
        result = self.samara(*self.HELLO, "-n", "app", "--save-params", environment={"SAM_DEBUG": "1"})
        self.assertIn("Saved parameters to config file 'samconfig.toml' under environment 'default'", result.stderr)
        saved = (self.project / "samconfig.toml").read_text()
        self.assertIn('[default.init.parameters]\n', saved)
        self.assertIn('runtime = "python3.13"', saved)
        self.assertNotIn("debug", saved)
        self.assertNotIn("architecture", saved)


class Terminal:
    """samara init on a terminal of its own."""

    def __init__(self, arguments, **options):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(options["cwd"])
            os.execve(SAMARA, [SAMARA, *arguments], options["env"])
        self.text = ""

    def read_until(self, words, seconds=30):
        deadline = time.monotonic() + seconds
        while words not in self.text:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            try:
                chunk = os.read(self.master, 4096) if ready else b""
            except OSError:
                chunk = b""
            if not chunk:
                raise AssertionError(f"no {words!r} in:\n{self.text}")
            self.text += chunk.decode()
        self.text = self.text[self.text.index(words) + len(words):]

    def answer(self, text):
        os.write(self.master, text.encode())

    def end(self):
        with_rest = self.text
        try:
            while chunk := os.read(self.master, 4096):
                with_rest += chunk.decode()
        except OSError:
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.master)
        return os.waitstatus_to_exitcode(status), with_rest


class InitQuestions(SamaraTest):
    def terminal(self, *arguments):
        return Terminal(arguments, cwd=self.project, env=self.environment)

    def test_answers_make_a_project(self):
        terminal = self.terminal("init")
        terminal.read_until("Choice: ")
        terminal.answer("nonsense\n")
        terminal.read_until("Write a number from 1 to")
        terminal.answer("1\n")
        terminal.read_until("Template: ")
        terminal.answer("1\n")
        terminal.read_until("Take the usual runtime and package type")
        terminal.answer("n\n")
        terminal.read_until("Runtime: ")
        terminal.answer("2\n")
        terminal.read_until("Package type: ")
        terminal.answer("1\n")
        for question in ("X-Ray", "Application Insights", "structured logging"):
            terminal.read_until(question)
            terminal.answer("y\n" if question == "X-Ray" else "\n")
        terminal.read_until("Project name [sam-app]: ")
        terminal.answer("a/b\n")
        terminal.read_until("the name of a project")
        terminal.read_until("Project name [sam-app]: ")
        terminal.answer("\n")
        code, _ = terminal.end()
        self.assertEqual(code, 0)
        template = (self.project / "sam-app/template.yaml").read_text()
        self.assertIn("Tracing: Active", template)
        self.assertNotIn("LogFormat", template)

    def test_answers_that_are_piped(self):
        """In the order in which the AWS SAM CLI asks."""
        self.write("elsewhere/template.yaml", "Resources: {}\n")
        for answers, arguments, folder, holds in (
                ("1\n1\ny\nN\nN\nN\nusual\n", (), "usual", "Runtime: python3."),
                ("1\n1\nN\n5\n1\nn\nn\nn\nnode\n", (), "node", "Runtime: nodejs"),
                ("1\n1\n1\nn\nn\nn\n", ("--name", "named", "--runtime", "ruby3.3"), "named", "Runtime: ruby3.3"),
                ("n\nn\nn\nimage\n", ("--package-type", "Image", "--base-image", "amazon/python3.12-base", "--app-template",
                                       "hello-world-lambda-image"), "image", "PackageType: Image"),
                ("2\nelsewhere\n", ("--name", "copied"), "copied", "Resources: {}")):
            with self.subTest(answers=answers):
                self.samara("init", *arguments, input=answers)
                self.assertIn(holds, (self.project / folder / "template.yaml").read_text())

    def test_ctrl_c_leaves_nothing(self):
        terminal = self.terminal("init", "--name", "app")
        terminal.read_until("Choice: ")
        terminal.answer("\x03")
        code, text = terminal.end()
        self.assertEqual(code, 1)
        self.assertIn("Aborted!", text)
        self.assertEqual(list(self.project.iterdir()), [])

    def test_ctrl_c_while_git_works_leaves_nothing(self):
        path = self.folder / "bin"
        path.mkdir()
        git = path / "git"
        git.write_text(f'#!/bin/sh\ntouch {self.folder}/started\nmkdir "$7"\nexec sleep 60\n')
        git.chmod(0o755)
        process = subprocess.Popen(
            [SAMARA, "init", "--location", "gh:a/b", "-n", "x"], cwd=self.project, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**self.environment, "PATH": f"{path}:{os.environ['PATH']}"})
        deadline = time.monotonic() + 30
        while not (self.folder / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 1)
        self.assertIn("Aborted!", error)
        self.assertEqual(list(self.project.iterdir()), [])

    def test_without_anybody_to_answer_it_says_what_to_give(self):
        error = self.samara("init", "--name", "app", code=1).stderr
        self.assertIn("Missing required parameters, with nobody to ask: --runtime\n", error)
        self.assertEqual(list(self.project.iterdir()), [])

    def test_only_what_is_missing_is_asked(self):
        result = self.samara("init", "-n", "app", "-r", "python3.13", "--app-template", "hello-world")
        self.assertNotIn("?", result.stdout)


if __name__ == "__main__":
    unittest.main()
