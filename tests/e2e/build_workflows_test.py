"""Each workflow of samara build with the real tool. Tools that a machine cannot have are tested with stand-ins
in tests/unit/build/workflows_test.cpp: .NET, cargo-lambda, uv and Poetry."""
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import samara_e2e  # noqa: E402
from samara_e2e import STAND_IN, SamaraTest, docker_answers, make_wheel, needs_docker  # noqa: E402

PYTHON = f"python3.{sys.version_info.minor}"


def needs(*programs):
    for program in programs:
        if not shutil.which(program):
            raise unittest.SkipTest(f"{program} is not installed")


# Where programs are whose names two packages have.
NPM_PROGRAMS = {"yarn": "yarn/bin/yarn.js", "yarn of today": "@yarnpkg/cli-dist/bin/yarn.js"}


def npm_program(name):
    path = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/nowhere")) / "node_modules" / NPM_PROGRAMS.get(name, f".bin/{name}")
    if not path.exists():
        raise unittest.SkipTest(f"{name} is not in SAMARA_TEST_NPM")
    return path


class WorkflowCase(SamaraTest):
    def template(self, resources):
        self.write("template.yaml", "Transform: AWS::Serverless-2016-10-31\nResources:\n" + resources)

    def function(self, runtime, handler="app.handler", more="", metadata=""):
        return f"""
  Fn:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: src, Handler: {handler}, Runtime: {runtime}{more}}}
{metadata}"""

    def built(self, name="Fn"):
        return self.project / ".aws-sam/build" / name

    def build(self, *arguments, **more):
        result = self.samara("build", *arguments, seconds=400, **more)
        self.assertIn("Build Succeeded", result.stdout)
        return result

    def invoke(self, name="Fn"):
        return json.loads(self.samara("local", "invoke", name, "--no-event", "--engine", "sandbox").stdout)

    def with_program(self, name):
        """The program on a PATH of its own, before ours."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        (folder / name.split()[0]).symlink_to(npm_program(name))
        return {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(self.folder), "COREPACK_ENABLE_STRICT": "0"}


class Pip(WorkflowCase):
    def setUp(self):
        super().setUp()
        self.wheels = self.folder / "wheels"
        self.wheels.mkdir()
        self.offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels)}

    def native_wheel(self, python, machine):
        """A wheel that says what it is for."""
        tag = f"{python}-{python}-manylinux2014_{machine}"
        info = "native-1.0.dist-info"
        with zipfile.ZipFile(self.wheels / f"native-1.0-{tag}.whl", "w") as wheel:
            wheel.writestr("native.py", f"TAG = '{tag}'\n")
            wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: native\nVersion: 1.0\n")
            wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
            wheel.writestr(f"{info}/RECORD", f"native.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")

    def test_an_index_that_wants_a_password_is_no_question(self):
        """On a terminal pip would ask for it, and wait for ever where nobody sits."""
        class Private(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="private"')
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Private)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.write("src/requirements.txt", "private\n")
        self.write("src/app.py", "")
        self.template("  Fn: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}}\n")
        result = subprocess.run(
            ["script", "-qec", f"{samara_e2e.SAMARA} build", "/dev/null"], cwd=self.project, capture_output=True, text=True,
            timeout=120, env={**self.environment, "PIP_INDEX_URL": f"http://127.0.0.1:{server.server_port}/simple"})
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("cannot install the packages of", result.stdout)
        self.assertNotIn("User for", result.stdout)

    def test_wheels_of_the_functions_python_and_processor(self):
        for python in ("cp311", "cp312"):
            for machine in ("x86_64", "aarch64"):
                self.native_wheel(python, machine)
        self.write("src/requirements.txt", "native\n")
        self.write("src/app.py", "import native\ndef handler(event, context): return native.TAG\n")
        resources = ""
        wanted = {}
        for version, tag in (("3.11", "cp311"), ("3.12", "cp312")):
            for architecture, machine in (("x86_64", "x86_64"), ("arm64", "aarch64")):
                name = f"Fn{tag}{architecture.replace('_', '')}"
                resources += (f"  {name}: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: src, Handler: app.handler, "
                              f"Runtime: python{version}, Architectures: [{architecture}]}}}}\n")
                wanted[name] = f"TAG = '{tag}-{tag}-manylinux2014_{machine}'\n"
        self.template(resources)
        self.build(environment=self.offline)
        for name, text in wanted.items():
            self.assertEqual((self.built(name) / "native.py").read_text(), text)

    def test_folders_end_up_as_packages(self):
        for name in ("shared", "other"):
            self.write(f"{name}/pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n")
            self.write(f"{name}/backend.py", f"""
import os, zipfile
def build_wheel(directory, settings=None, metadata=None):
    file = '{name}-1.0-py3-none-any.whl'
    info = '{name}-1.0.dist-info/'
    with zipfile.ZipFile(os.path.join(directory, file), 'w') as wheel:
        wheel.write('{name}.py')
        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n')
        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr(info + 'RECORD', '')
    return file
build_editable = build_wheel
""")
            self.write(f"{name}/{name}.py", f"X = '{name}'\n")
        self.write("src/requirements.txt", "-e ../shared\nother @ file:../other\n")
        self.write("src/app.py", "import shared, other\ndef handler(event, context): return [shared.X, other.X, shared.__file__]\n")
        self.template(self.function(PYTHON))
        self.build(environment=self.offline)
        self.assertEqual(self.invoke(), ["shared", "other", "/var/task/shared.py"])
        self.write("shared/shared.py", "X = 'changed'\n")
        self.build(environment=self.offline)
        self.assertEqual(self.invoke()[0], "changed")

    def test_a_file_without_requirements_needs_no_pip(self):
        self.write("src/app.py", "def handler(event, context): return 'alone'\n")
        self.write("src/requirements.txt", "# nothing yet\n\n")
        self.template(self.function(PYTHON))
        result = self.build("--debug")
        self.assertIn("Running PythonPipBuilder:ResolveDependencies", result.stderr)
        self.assertNotIn("] runs ", result.stderr)  # --debug names every program that is run
        self.assertEqual(self.invoke(), "alone")
        self.write("src/requirements.txt", "# one\n./nothing\n")
        self.assertIn("] runs ", self.samara("build", "--debug", code=1).stderr)

    def test_pyproject(self):
        make_wheel(self.wheels, "greeting", "1.0", "X = 'from the project'\n")
        self.write("src/pyproject.toml", "[project]\nname = 'app'\nversion = '1'\ndependencies = ['greeting>=1']\n")
        self.write("src/app.py", "import greeting\ndef handler(event, context): return greeting.X\n")
        self.template(self.function(PYTHON))
        self.build(environment=self.offline)
        self.assertEqual(self.invoke(), "from the project")

    def test_pip_asks_nothing(self):
        self.write("src/requirements.txt", "secret @ https://127.0.0.1:1/secret.whl\n")
        self.write("src/app.py", "")
        self.template(self.function(PYTHON))
        failed = self.samara("build", code=1, environment={"PIP_RETRIES": "0"})
        self.assertIn("Fn: cannot install the packages of", failed.stderr)


class Node(WorkflowCase):
    def setUp(self):
        super().setUp()
        needs("npm", "node")
        self.write("greeting/package.json", '{"name": "greeting", "version": "1.0.0", "main": "index.js"}')
        self.write("greeting/index.js", "module.exports = 'hello';\n")
        self.write("src/package.json", json.dumps({"name": "app", "version": "1.0.0", "dependencies": {"greeting": "file:../greeting"}}))
        self.write("src/app.js", "exports.handler = async () => require('greeting');\n")
        self.template(self.function("nodejs20.x"))

    def check(self):
        self.assertTrue((self.built() / "node_modules/greeting/index.js").is_file())
        self.assertEqual(self.invoke(), "hello")

    def test_npm(self):
        result = self.build()
        self.assertIn("Running NodejsNpmBuilder:NpmInstall", result.stderr)
        self.check()
        self.write("greeting/index.js", "module.exports = 'changed';\n")
        self.build()
        self.assertEqual(self.invoke(), "changed")

    def test_another_manifest(self):
        (self.project / "src/package.json").rename(self.project / "production.json")
        self.write("production.json", (self.project / "production.json").read_text().replace("../greeting", "./greeting"))
        self.build("--manifest", "production.json")
        self.check()
        self.write("production.json", '{"name": "app", "version": "1.0.0"}')
        self.build("-m", str(self.project / "production.json"))
        self.assertFalse((self.built() / "node_modules").exists())

    def test_a_folder_beside_another_manifest_is_an_input(self):
        (self.project / "src/package.json").unlink()
        (self.project / "greeting").rename(self.folder / "greeting")
        (self.project / "deps").mkdir()
        (self.folder / "greeting").rename(self.project / "deps/greeting")
        for form in ("file:greeting", "file:./greeting"):
            with self.subTest(form=form):
                self.write("deps/package.json", json.dumps({"name": "app", "version": "1.0.0", "dependencies": {"greeting": form}}))
                self.write("deps/greeting/index.js", "module.exports = 'hello';\n")
                self.build("--manifest", "deps/package.json")
                self.check()
                self.write("deps/greeting/index.js", f"module.exports = 'changed {form}';\n")
                self.build("--manifest", "deps/package.json")
                self.assertEqual(self.invoke(), f"changed {form}")

    def test_in_source_with_links(self):
        """npm links a folder of the project; the artifact links what was installed beside the sources."""
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=self.project / "src", check=True,
                       capture_output=True)
        self.assertTrue((self.project / "src/node_modules/greeting").is_symlink())
        self.build("--build-in-source")
        self.assertEqual(os.readlink(self.built() / "node_modules"), str(self.project / "src/node_modules"))
        self.assertTrue((self.built() / "node_modules/greeting/index.js").is_file())

        def invoke(engine, *more):
            return json.loads(self.samara("local", "invoke", "--no-event", "--engine", engine, "--mount-symlinks", *more).stdout)

        self.assertEqual(invoke("sandbox"), "hello")
        self.write("greeting/index.js", "module.exports = 'changed';\n") # no build: it is the source
        self.assertEqual(invoke("sandbox"), "changed")
        if docker_answers():
            image = ("--invoke-image", f"{STAND_IN}/nodejs:18", "--skip-pull-image")
            self.assertEqual(invoke("docker", *image), "changed")

    def test_in_source_of_a_workspace(self):
        """Its packages are where the workspace begins."""
        self.write("package.json", '{"name": "root", "private": true, "workspaces": ["src", "greeting"]}')
        self.write("src/package.json", json.dumps({"name": "app", "version": "1.0.0", "dependencies": {"greeting": "*"}}))
        self.build("--build-in-source")
        self.assertEqual(os.readlink(self.built() / "node_modules"), str(self.project / "node_modules"))
        result = self.samara("local", "invoke", "--no-event", "--engine", "sandbox", "--mount-symlinks")
        self.assertEqual(json.loads(result.stdout), "hello")

    def test_in_source_of_a_workspace_with_packages_of_its_own(self):
        """Two places of packages: each is found, the nearer one first."""
        self.write("package.json", '{"name": "root", "private": true, "workspaces": ["src", "greeting"]}')
        self.write("src/package.json", json.dumps({"name": "app", "version": "1.0.0", "dependencies": {"greeting": "*"}}))
        for where in ("src/node_modules/@own/near", "node_modules/@own/near", "node_modules/far"):
            self.write(f"{where}/package.json", '{"version": "1.0.0"}')
            self.write(f"{where}/index.js", f"module.exports = '{where}';\n")
        self.write("src/app.js", "exports.handler = async () => ['greeting', '@own/near', 'far'].map(require);\n")
        npm = self.write("bin/npm", "#!/bin/sh\n[ \"$1\" = pack ] && exec @NPM@ \"$@\"\nmkdir -p ../node_modules; "
                         "ln -sfn ../greeting ../node_modules/greeting\n".replace("@NPM@", shutil.which("npm")))
        npm.chmod(0o755)  # leaves what is installed as it is
        for _ in range(2):
            result = self.build("--build-in-source", environment={"PATH": f"{npm.parent}:{os.environ['PATH']}"})
        self.assertIn("(1 unchanged)", result.stderr)
        engines = [("sandbox",)]
        if docker_answers():
            engines.append(("docker", "--invoke-image", f"{STAND_IN}/nodejs:18", "--skip-pull-image"))
        for engine, *more in engines:
            said = self.samara("local", "invoke", "--no-event", "--engine", engine, "--mount-symlinks", *more)
            self.assertEqual(json.loads(said.stdout), ["hello", "src/node_modules/@own/near", "node_modules/far"])

    def test_pnpm(self):
        environment = self.with_program("pnpm")
        subprocess.run(["pnpm", "install", "--lockfile-only"], cwd=self.project / "src", check=True, capture_output=True,
                       env={**self.environment, **environment})
        self.build(environment=environment)
        self.check()
        self.assertFalse((self.built() / "pnpm-lock.yaml").exists() and (self.built() / "node_modules/greeting").is_symlink())

    def test_yarn(self):
        environment = self.with_program("yarn")
        self.write("src/yarn.lock", "# yarn lockfile v1\n")
        self.build(environment=environment)
        self.check()

    def test_yarn_of_today(self):
        """Yarn 2 and later, which keeps no node_modules unless it is told."""
        environment = {**self.with_program("yarn of today"), "YARN_ENABLE_TELEMETRY": "0", "YARN_ENABLE_GLOBAL_CACHE": "0"}
        self.write("src/yarn.lock", "")
        subprocess.run(["yarn", "install", "--mode=update-lockfile"], cwd=self.project / "src", check=True,
                       capture_output=True, env={**self.environment, **environment})
        self.assertIn("__metadata:", (self.project / "src/yarn.lock").read_text())
        self.build(environment=environment)
        self.check()
        self.assertFalse((self.built() / ".yarnrc.yml").exists())

    def test_yarn_for_another_processor(self):
        environment = self.with_program("yarn")
        self.write("src/yarn.lock", "# yarn lockfile v1\n")
        optional = {}
        for name, cpu in (("on-x64", "x64"), ("on-arm64", "arm64")):
            self.write(f"{name}/package.json", json.dumps({"name": name, "version": "1.0.0", "os": ["linux"], "cpu": [cpu]}))
            optional[name] = f"file:../{name}"
        self.write("src/package.json", json.dumps({"name": "app", "version": "1.0.0", "optionalDependencies": optional}))
        for architecture, there in (("arm64", "on-arm64"), ("x86_64", "on-x64")):
            self.template(self.function("nodejs20.x", more=f", Architectures: [{architecture}]"))
            self.build(environment=environment)
            self.assertEqual([p.name for p in (self.built() / "node_modules").iterdir() if p.name.startswith("on-")], [there])

    def test_esbuild_from_npm_when_there_is_none(self):
        self.write("src/app.ts", "import * as os from 'os';\nexport const handler = async (): Promise<string> => `typed ${typeof os.EOL}`;\n")
        (self.project / "src/app.js").unlink()
        (self.project / "src/package.json").unlink()
        self.template(self.function("nodejs20.x", metadata="""
    Metadata: {BuildMethod: esbuild, BuildProperties: {Sourcemap: true}}
"""))
        home = {"XDG_CACHE_HOME": str(self.folder / "cache")}
        result = self.build(environment=home)
        self.assertRegex(result.stderr, r"esbuild is neither in the project nor on PATH: taking version [\d.]+ from npm into")
        self.assertEqual(self.invoke(), "typed string")
        sources = json.loads((self.built() / "app.js.map").read_text())["sources"]
        self.assertEqual(sources, [str(self.project / "src/app.ts")])
        again = self.build("--no-cached", environment=home)
        self.assertNotIn("from npm", again.stderr)

    def esbuild_function(self, handler, properties, variables):
        (self.project / "src/package.json").unlink(missing_ok=True)
        self.template(self.function(
            "nodejs20.x", handler, f", Environment: {{Variables: {{{variables}}}}}",
            f"    Metadata: {{BuildMethod: esbuild, BuildProperties: {{{properties}}}}}\n"))
        return self.build()

    def test_esbuild_puts_the_bundle_where_the_handler_is(self):
        self.write("src/lib/deep/entry.ts", "export const handler = async (): Promise<string> => 'deep';\n")
        self.esbuild_function("lib/deep/entry.handler", "", "")
        self.assertEqual([str(p.relative_to(self.built())) for p in self.built().rglob("*.js")], ["lib/deep/entry.js"])
        self.assertEqual(self.invoke(), "deep")
        self.esbuild_function("entry.handler", "EntryPoints: [lib/deep/entry.ts]", "")
        self.assertEqual(self.invoke(), "deep")

    def test_source_maps_and_the_option_that_follows_them_go_together(self):
        self.write("src/app.ts", "export const handler = async (): Promise<string> => process.env.NODE_OPTIONS || 'none';\n")
        (self.project / "src/app.js").unlink()
        for properties, variables, seen, maps in (
                ("Sourcemap: true", "", "--enable-source-maps", True),
                ("Sourcemap: true", "NODE_OPTIONS: --no-warnings", "--no-warnings --enable-source-maps", True),
                ("Sourcemap: true", "NODE_OPTIONS: --enable-source-maps", "--enable-source-maps", True),
                ("Minify: false", "NODE_OPTIONS: --enable-source-maps", "--enable-source-maps", True),
                ("Sourcemap: false", "NODE_OPTIONS: --enable-source-maps", "--enable-source-maps", False),
                ("Minify: false", "", "none", False)):
            with self.subTest(properties=properties, variables=variables):
                result = self.esbuild_function("app.handler", properties, variables)
                self.assertEqual(self.invoke(), seen)
                self.assertEqual((self.built() / "app.js.map").exists(), maps)
                added = "asks Node.js to follow them" in result.stderr
                self.assertEqual(added, maps and variables.find("--enable-source-maps") < 0)


class Layers(WorkflowCase):
    """Layers that tools make, used by a function."""

    HANDLER = """import os
def handler(event, context):
    return sorted(os.path.join(root, name) for root, _, names in os.walk('/opt') for name in names)
"""

    def used(self, metadata, *arguments):
        self.write("src/app.py", self.HANDLER)
        self.template(self.function(PYTHON, more=", Layers: [!Ref Layer]") + f"""
  Layer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {metadata}
    Properties: {{ContentUri: layer, CompatibleRuntimes: [{PYTHON}]}}
""")
        self.build(*arguments, environment={"GRADLE_USER_HOME": str(self.folder / "gradle")})
        return self.invoke()

    def test_make_sees_what_lies_outside_of_its_folder(self):
        self.write("shared/word.txt", "first")
        self.write("layer/Makefile", "build-Layer: $(CURDIR)/../shared/word.txt\n\tcp ../shared/word.txt $(ARTIFACTS_DIR)/\n")
        in_source = "--build-in-source"
        self.assertIn("/opt/word.txt", self.used("{BuildMethod: makefile}", in_source))
        self.assertEqual((self.built("Layer") / "word.txt").read_text(), "first")
        self.assertIn("(2 unchanged)", self.build(in_source).stderr)
        self.write("shared/word.txt", "second")
        self.assertIn("(1 unchanged)", self.build(in_source).stderr)
        self.assertEqual((self.built("Layer") / "word.txt").read_text(), "second")

    def test_gradle(self):
        needs("gradle")
        self.write("layer/build.gradle", "apply plugin: 'java'\nsourceCompatibility = '1.8'\ntargetCompatibility = '1.8'\n")
        self.write("layer/settings.gradle", "rootProject.name = 'shared'\n")
        self.write("layer/src/main/java/example/App.java", Compiled.JAVA)
        self.assertIn("/opt/java/lib/shared.jar", self.used("{BuildMethod: java17}"))

    def test_bundler(self):
        needs("bundle")
        self.write("layer/gems/greeting/greeting.gemspec",
                   "Gem::Specification.new { |s| s.name = 'greeting'; s.version = '1.0'; s.summary = 's'; s.authors = ['a']; "
                   "s.files = ['lib/greeting.rb'] }\n")
        self.write("layer/gems/greeting/lib/greeting.rb", "GREETING = 'gem'\n")
        self.write("layer/Gemfile", "gem 'greeting', path: 'gems/greeting'\n")
        files = self.used("{BuildMethod: ruby3.3}")
        self.assertTrue(any(f.startswith("/opt/ruby/") and f.endswith("greeting.rb") for f in files), files)

    def test_esbuild(self):
        self.write("layer/package.json", '{"name": "l", "version": "1.0.0"}')
        self.write("layer/lib.ts", "export const word: string = 'x'\n")
        files = self.used("{BuildMethod: esbuild, BuildProperties: {EntryPoints: [lib.ts]}}")
        self.assertIn("/opt/nodejs/lib.js", files)


class LayersInContainers(Layers):
    """The same layers, seen by functions on Docker."""

    def setUp(self):
        super().setUp()
        needs_docker()

    def invoke(self, name="Fn"):
        image = f"{STAND_IN}/{PYTHON.replace('python', 'python:')}"
        result = self.samara(
            "local", "invoke", name, "--no-event", "--engine", "docker", "--invoke-image", image, "--skip-pull-image")
        for made in re.findall(r"Building image (samcli/\S+)", result.stderr):
            self.addCleanup(subprocess.run, ["docker", "rmi", made], capture_output=True)
        return json.loads(result.stdout)


class Compiled(WorkflowCase):
    def test_make(self):
        self.write("src/Makefile", "build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n")
        self.write("src/app.py", "def handler(event, context): return 'made'\n")
        self.template(self.function(PYTHON, metadata="    Metadata: {BuildMethod: makefile}\n"))
        self.assertIn("Running CustomMakeBuilder:MakeBuild", self.build().stderr)
        self.assertEqual(self.invoke(), "made")

    def test_go(self):
        needs("go")
        self.write("src/go.mod", "module example\n\ngo 1.19\n")
        self.write("src/main.go", 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("go") }\n')
        self.template(self.function("provided.al2023", "bootstrap", metadata="    Metadata: {BuildMethod: go1.x}\n"))
        self.build()
        self.assertEqual(subprocess.run([self.built() / "bootstrap"], capture_output=True, text=True).stdout, "go\n")
        self.environment["SAM_BUILD_MODE"] = "debug"
        self.assertRegex(self.build().stderr, r"\(0 unchanged\)")
        about = subprocess.run(["go", "version", "-m", self.built() / "bootstrap"], capture_output=True, text=True).stdout
        self.assertIn("all=-N -l", about)
        self.environment["SAM_BUILD_MODE"] = "quick"
        self.assertIn("SAM_BUILD_MODE is 'quick'", self.samara("build", code=2).stderr)

    def test_go_for_the_other_processor(self):
        needs("go")
        self.write("src/go.mod", "module example\n\ngo 1.19\n")
        self.write("src/main.go", "package main\n\nfunc main() {}\n")
        self.template(self.function("provided.al2023", "bootstrap", ", Architectures: [arm64]", "    Metadata: {BuildMethod: go1.x}\n"))
        self.assertNotIn("does not run on", self.build().stderr)
        self.assertEqual((self.built() / "bootstrap").read_bytes()[18], 183)

    def test_cargo_without_cargo_lambda(self):
        needs("cargo")
        if shutil.which("cargo-lambda"):
            self.skipTest("cargo-lambda is installed")
        self.write("src/Cargo.toml", "[package]\nname = 'app'\nversion = '0.1.0'\nedition = '2021'\n")
        self.write("src/src/main.rs", 'fn main() { println!("rust"); }\n')
        self.write("src/src/bin/other.rs", "fn main() {}\n")
        subprocess.run(["cargo", "generate-lockfile", "--offline"], cwd=self.project / "src", check=True, capture_output=True)
        metadata = "    Metadata: {BuildMethod: rust-cargolambda%s}\n"
        self.template(self.function("provided.al2023", "bootstrap", metadata=metadata % ", BuildProperties: {Binary: app}"))
        self.assertIn("building with cargo itself", self.build().stderr)
        self.assertEqual(subprocess.run([self.built() / "bootstrap"], capture_output=True, text=True).stdout, "rust\n")
        self.assertRegex(self.build().stderr, r"\(1 unchanged\)")
        self.template(self.function("provided.al2023", "bootstrap", metadata=metadata % ""))
        self.assertIn("the package makes 2 programs", self.samara("build", code=1, seconds=400).stderr)

    def test_bundler_with_vendored_gems(self):
        needs("bundle")
        self.write("src/gems/greeting/greeting.gemspec",
                   "Gem::Specification.new { |s| s.name = 'greeting'; s.version = '1.0'; s.summary = 's'; s.authors = ['a']; "
                   "s.files = ['lib/greeting.rb'] }\n")
        self.write("src/gems/greeting/lib/greeting.rb", "GREETING = 'gem'\n")
        self.write("src/Gemfile", "gem 'greeting', path: 'gems/greeting'\n")
        self.write("src/app.rb", "require 'bundler/setup'\nrequire 'greeting'\nputs GREETING\n")
        self.template(self.function("ruby3.3", "app.handler"))
        self.assertIn("Running RubyBundlerBuilder:RubyBundle", self.build().stderr)
        shutil.move(self.project / "src", self.folder / "src")
        result = subprocess.run(["ruby", "app.rb"], cwd=self.built(), capture_output=True, text=True)
        self.assertEqual(result.stdout, "gem\n", result.stderr)

    JAVA = 'package example;\n\npublic class App {\n  public String handle(String in) { return "java"; }\n}\n'

    def test_maven(self):
        """Maven itself, with the plugins of Debian's offline repository; theirs want an old library by its number."""
        needs("mvn")
        debian = pathlib.Path("/usr/share/maven-repo")
        utils = next(debian.glob("org/codehaus/plexus/plexus-utils/[0-9]*/*.jar"), None)
        plugins = [debian / f"org/apache/maven/plugins/maven-{name}-plugin" for name in ("clean", "jar", "install", "dependency")]
        if utils is None or not all(plugin.is_dir() for plugin in plugins):
            self.skipTest("Debian's repository of Maven has not the plugins (libmaven-*-plugin-java)")
        home = self.folder / "maven"
        repository = home / "repository"
        home.mkdir()
        subprocess.run(["cp", "-rs", f"{debian}/.", repository], check=True)
        old = repository / "org/codehaus/plexus/plexus-utils/1.1"
        old.mkdir()
        shutil.copy(utils, old / "plexus-utils-1.1.jar")
        pom = utils.with_suffix(".pom").read_text().replace(f"<version>{utils.parent.name}</version>", "<version>1.1</version>")
        (old / "plexus-utils-1.1.pom").write_text(pom)
        self.write("src/.mvn/maven.config", f"-o\n-Dmaven.repo.local={repository}\n")
        self.write("src/pom.xml", """
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId><artifactId>app</artifactId><version>1.0</version>
  <properties><maven.compiler.source>11</maven.compiler.source><maven.compiler.target>11</maven.compiler.target></properties>
  <dependencies><dependency>
    <groupId>org.codehaus.plexus</groupId><artifactId>plexus-utils</artifactId><version>1.1</version>
  </dependency></dependencies>
</project>
""")
        self.write("src/src/main/java/example/App.java", self.JAVA)
        self.write("src/src/main/resources/settings.txt", "x")
        self.template(self.function("java17", "example.App::handle") + """
  Deps:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: java17}
    Properties: {ContentUri: src, CompatibleRuntimes: [java17]}
""")
        self.build()
        for path in ("example/App.class", "settings.txt", "lib/org.codehaus.plexus.plexus-utils-1.1.jar"):
            self.assertTrue((self.built() / path).is_file(), path)
        self.assertTrue((self.built("Deps") / "java/lib/org.codehaus.plexus.plexus-utils-1.1.jar").is_file())
        self.assertFalse((self.project / "src/target").exists())
        self.assertIn("(2 unchanged)", self.build().stderr)

    def test_gradle(self):
        needs("gradle")
        self.write("src/build.gradle", "apply plugin: 'java'\nsourceCompatibility = '1.8'\ntargetCompatibility = '1.8'\n"
                   "dependencies { runtimeOnly files('libs/dep.jar') }\n")
        self.write("src/settings.gradle", "rootProject.name = 'app'\n")
        self.write("src/src/main/java/example/App.java", self.JAVA)
        self.write("src/src/main/resources/settings.txt", "x")
        (self.project / "src/libs").mkdir()
        with zipfile.ZipFile(self.project / "src/libs/dep.jar", "w") as jar:
            jar.writestr("dep.txt", "x")
        self.template(self.function("java17", "example.App::handle") + """
  Deps:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: java17}
    Properties: {ContentUri: src, CompatibleRuntimes: [java17]}
""")
        self.build(environment={"GRADLE_USER_HOME": str(self.folder / "gradle")})
        for path in ("example/App.class", "settings.txt", "lib/dep.jar"):
            self.assertTrue((self.built() / path).is_file(), path)
        for path in ("java/lib/app.jar", "java/lib/dep.jar"):
            self.assertTrue((self.built("Deps") / path).is_file(), path)


class Containers(WorkflowCase):
    """--use-container, with stand-ins for AWS's build images."""

    def setUp(self):
        super().setUp()
        needs_docker()
        self.image = "samara-test/build:latest"

    def test_make_runs_inside(self):
        self.write("src/Makefile", "build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\thostname > $(ARTIFACTS_DIR)/host\n"
                   "\techo $$WORD > $(ARTIFACTS_DIR)/word\n")
        self.write("src/app.py", "def handler(event, context): return 'made'\n")
        self.template(self.function(PYTHON, metadata="    Metadata: {BuildMethod: makefile}\n"))
        result = self.build("--use-container", "--build-image", self.image, "-e", "Fn.WORD=inside", "--skip-pull-image")
        self.assertIn("Requested to skip pulling images", result.stderr)
        self.assertIn("SAM_CONTAINER_ID: ", result.stderr)
        self.assertEqual((self.built() / "word").read_text(), "inside\n")
        self.assertNotEqual((self.built() / "host").read_text(), subprocess.run(["hostname"], capture_output=True, text=True).stdout)
        self.assertEqual((self.built() / "host").stat().st_uid, os.getuid())
        self.assertEqual(self.invoke(), "made")
        self.assert_nothing_left()

    def test_pip_runs_inside(self):
        wheels = self.project / "src/wheels"
        wheels.mkdir(parents=True)
        make_wheel(wheels, "greeting", "1.0", "X = 'inside'\n")
        self.write("src/requirements.txt", "--find-links wheels\n--no-index\ngreeting\n")
        self.write("src/app.py", "import greeting\ndef handler(event, context): return greeting.X\n")
        self.template(self.function(PYTHON))
        self.build("--use-container", "--build-image", f"Fn={self.image}")
        self.assertEqual(self.invoke(), "inside")

    def test_another_image_of_the_same_name_builds_again(self):
        self.write("src/Makefile", "build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\techo $$OF_IMAGE > $(ARTIFACTS_DIR)/made\n")
        self.write("src/app.py", "def handler(event, context): return 'made'\n")
        self.template(self.function(PYTHON, metadata="    Metadata: {BuildMethod: makefile}\n"))
        tag = f"samara-e2e-{os.getpid()}:build"
        self.addCleanup(subprocess.run, ["docker", "rmi", "-f", tag], capture_output=True)
        for text in ("one", "two"):
            subprocess.run(["docker", "build", "-t", tag, "-"], input=f"FROM {self.image}\nENV OF_IMAGE={text}\n", text=True,
                           check=True, capture_output=True, env={**os.environ, "DOCKER_BUILDKIT": "0"})
            for unchanged in (0, 1):
                result = self.build("--use-container", "--build-image", tag, "--skip-pull-image")
                self.assertIn(f"({unchanged} unchanged)", result.stderr)
                self.assertEqual((self.built() / "made").read_text(), f"{text}\n")
        named = self.build("--use-container", "--build-image", tag, "--build-image", f"Fm={tag}", "--skip-pull-image")
        self.assertIn("--build-image: the template has no resource 'Fm'; did you mean Fn?", named.stderr)

    def test_options_of_the_container(self):
        self.write("src/Makefile", "build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\techo $$ALL $$ONE > $(ARTIFACTS_DIR)/words\n"
                   "\tls /sys/class/net > $(ARTIFACTS_DIR)/net\n\ttouch %s/src/written || echo refused > $(ARTIFACTS_DIR)/refused\n" % self.project)
        self.write("src/app.py", "def handler(event, context): return 'made'\n")
        self.write("vars.json", json.dumps({"Parameters": {"ALL": "everywhere"}, "Fn": {"ONE": "here"}}))
        self.template(self.function(PYTHON, metadata="    Metadata: {BuildMethod: makefile}\n"))
        common = ("--use-container", "--build-image", self.image, "-ef", "vars.json", "--docker-network", "none")
        self.build(*common)
        self.assertEqual((self.built() / "words").read_text(), "everywhere here\n")
        self.assertEqual((self.built() / "net").read_text(), "lo\n")
        self.assertTrue((self.built() / "refused").exists())
        self.assertFalse((self.project / "src/written").exists())
        self.build(*common, "--mount-with", "WRITE")
        self.assertFalse((self.built() / "refused").exists())
        self.assertEqual((self.project / "src/written").stat().st_uid, os.getuid())
        self.assertIn("no such network", self.samara("build", *common[:-1], "samara-no-such-network", code=1).stderr.lower().replace("network samara-no-such-network not found", "no such network"))

    def test_without_an_engine_it_says_so_at_once(self):
        self.write("src/Makefile", "build-Fn:\n\ttrue\n")
        self.template(self.function("provided.al2023"))
        failed = self.samara("build", "-u", code=1, environment={"DOCKER_HOST": "unix:///nowhere.sock"})
        self.assertIn("Not built: Fn", failed.stderr)
        self.assertIn("/nowhere.sock", failed.stderr)

    def test_an_image_that_is_not_here(self):
        self.write("src/Makefile", "build-Fn:\n\ttrue\n")
        self.template(self.function("provided.al2023"))
        failed = self.samara("build", "-u", "-bi", "samara-test/none:1", "--skip-pull-image", code=1)
        self.assertIn("the image samara-test/none:1 is not here", failed.stderr)


if __name__ == "__main__":
    unittest.main()
