"""samara build: what is built of a template and its nested stacks, and what stays when it fails."""
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
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import samara_e2e  # noqa: E402
from samara_e2e import SamaraTest, curl, free_port, needs_docker, wait_for  # noqa: E402

PYTHON = f"python3.{sys.version_info.minor}"
HANDLER = """import os
def handler(event, context):
    found = {}
    for root, _, names in os.walk('/opt'):
        found.update({os.path.join(root, name): open(os.path.join(root, name)).read() for name in names})
    return {'code': CODE, 'layers': found}
"""


def function(code, more=""):
    return f"""
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: {code}, Handler: app.handler, Runtime: {PYTHON}{more}}}
"""


class BuildCase(SamaraTest):
    def code(self, folder, value):
        self.write(f"{folder}/app.py", HANDLER.replace("CODE", repr(value)))

    def template(self, resources, name="template.yaml", head=""):
        self.write(name, f"Transform: AWS::Serverless-2016-10-31\n{head}\nResources:\n{resources}")

    def built(self, name):
        return (self.project / ".aws-sam/build" / name)

    def seen(self, name, engine="sandbox"):
        images = ["--invoke-image", f"samara-test/lambda/{PYTHON.replace('python', 'python:')}"] if engine == "docker" else []
        result = self.samara("local", "invoke", name, "--no-event", "--engine", engine, *images)
        return json.loads(result.stdout)


class Layers(BuildCase):
    """A layer of each build method, used on both engines."""

    METHODS = {
        "Made": ("makefile", "makefile", {"Makefile": "build-Made:\n\tmkdir -p $(ARTIFACTS_DIR)/made\n\techo made > $(ARTIFACTS_DIR)/made/x.txt\n"},
                 {"/opt/made/x.txt": "made\n"}),
        "Python": (PYTHON, PYTHON, {"x.txt": "python"}, {"/opt/python/x.txt": "python"}),
        "Node": ("nodejs20.x", "nodejs20.x", {"x.txt": "node"}, {"/opt/nodejs/x.txt": "node"}),
        "Ruby": ("ruby3.3", "ruby3.3", {"x.txt": "ruby"}, {"/opt/ruby/lib/x.txt": "ruby"}),
    }

    def setUp(self):
        super().setUp()
        self.code("src", "a")
        self.kinds = {"Serverless": ("AWS::Serverless::LayerVersion", "ContentUri"),
                      "Lambda": ("AWS::Lambda::LayerVersion", "Content")}

    def layers(self, kind):
        type_name, content = self.kinds[kind]
        text = ""
        for name, (method, runtime, files, _) in self.METHODS.items():
            for file, data in files.items():
                self.write(f"layer{name}/{file}", data)
            text += f"""
  {name}:
    Type: {type_name}
    Metadata: {{BuildMethod: {method}}}
    Properties: {{{content}: layer{name}, CompatibleRuntimes: [{runtime}]}}
"""
        self.template(text + "  Fn:" + function("src", ", Layers: [!Ref Made, !Ref Python, !Ref Node, !Ref Ruby]"))

    def expected(self):
        return {path: data for _, _, _, files in self.METHODS.values() for path, data in files.items()}

    def test_layers_keep_their_ids_and_are_what_functions_get(self):
        for kind in self.kinds:
            with self.subTest(kind):
                self.layers(kind)
                result = self.samara("build", "--no-cached")
                for name in self.METHODS:
                    self.assertIn(f"Building layer '{name}'", result.stderr)
                    self.assertTrue(self.built(name).is_dir(), name)
                self.assertEqual(self.seen("Fn"), {"code": "a", "layers": self.expected()})

    def test_on_docker(self):
        needs_docker()
        self.layers("Serverless")
        self.samara("build")
        self.assertEqual(self.seen("Fn", "docker"), {"code": "a", "layers": self.expected()})

    def test_one_by_its_id_and_a_function_with_its_layers(self):
        self.layers("Serverless")
        result = self.samara("build", "Made")
        self.assertIn("Building layer 'Made'", result.stderr)
        self.assertNotIn("functions: Fn", result.stderr)
        self.assertTrue((self.built("Made") / "made/x.txt").is_file())
        result = self.samara("build", "Fn", "--no-cached")
        for name in self.METHODS:
            self.assertIn(f"Building layer '{name}'", result.stderr)
        self.assertEqual(self.seen("Fn")["layers"], self.expected())
        result = self.samara("build", "Nothing", code=1)
        self.assertIn("Error: Unable to find a function or layer with name 'Nothing'", result.stderr)

    def test_a_layer_that_says_nothing_of_its_build_is_not_built_by_its_name(self):
        self.write("layer/x.txt", "x")
        self.template("  Plain: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}\n"
                      "  Fn:" + function("src", ", Layers: [!Ref Plain]"))
        self.assertIn("Build method missing in layer Plain", self.samara("build", "Plain", code=1).stderr)
        self.samara("build", "Fn")
        self.assertEqual(self.seen("Fn")["layers"], {"/opt/x.txt": "x"})


class Chosen(BuildCase):
    """What is named on the command line, and what is left out."""

    def setUp(self):
        super().setUp()
        self.code("src", "a")
        self.template(f"  One: {function('src')}\n  Two: {function('src')}\n")

    def test_what_is_asked_for_is_built_although_it_is_excluded(self):
        told = self.samara("build", "One", "-x", "One", "--exclude", "Two").stderr
        self.assertIn("is built although it is excluded", told)
        self.assertTrue(self.built("One").is_dir())
        self.assertFalse(self.built("Two").exists())

    def test_exclusions_repeated_and_together(self):
        for options in (("-x", "One", "-x", "Two"), ("--exclude", "One", "Two")):
            shutil.rmtree(self.project / ".aws-sam", ignore_errors=True)
            result = self.samara("build", *options)
            self.assertFalse(self.built("One").exists() or self.built("Two").exists(), options)
            self.assertNotIn("Warning", result.stderr)


class Stacks(BuildCase):
    """Nested stacks, with layers across them."""

    def setUp(self):
        super().setUp()
        self.write("layers/content/x.txt", "shared")
        self.template(f"""
  Shared:
    Type: AWS::Serverless::LayerVersion
    Metadata: {{BuildMethod: {PYTHON}}}
    Properties: {{ContentUri: content}}
Outputs: {{Shared: {{Value: !Ref Shared}}}}
""", "layers/template.yaml")
        self.code("own", "own")
        self.code("a/b/c/src", "deep")
        self.code("a/src", "middle")
        head = "Parameters: {Layer: {Type: String}}"
        self.template("  Fn:" + function("src", ", Layers: [!Ref Layer]"), "a/b/c/template.yaml", head)
        self.template("""
  Third: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: c/template.yaml, Parameters: {Layer: !Ref Layer}}}
""", "a/b/template.yaml", head)
        self.template("""
  Second: {Type: AWS::Serverless::Application, Properties: {Location: b/template.yaml, Parameters: {Layer: !Ref Layer}}}
  Middle:""" + function("src"), "a/template.yaml", head)
        self.template("""
  First: {Type: AWS::Serverless::Application, Properties: {Location: a/template.yaml, Parameters: {Layer: !GetAtt Layers.Outputs.Shared}}}
  Layers: {Type: AWS::Serverless::Application, Properties: {Location: layers/template.yaml}}
  Fn:""" + function("own", ", Layers: [!GetAtt Layers.Outputs.Shared]"))

    def test_depth_three(self):
        self.samara("build")
        for path in ("template.yaml", "First/template.yaml", "First/Second/template.yaml",
                     "First/Second/Third/template.yaml", "First/Second/Third/Fn/app.py", "First/Middle/app.py",
                     "Layers/template.yaml", "Layers/Shared/python/x.txt", "Fn/app.py"):
            self.assertTrue(self.built(path).is_file(), path)
        shared = {"/opt/python/x.txt": "shared"}
        self.assertEqual(self.seen("First/Second/Third/Fn"), {"code": "deep", "layers": shared})
        self.assertEqual(self.seen("Fn"), {"code": "own", "layers": shared})
        self.assertEqual(self.seen("Middle"), {"code": "middle", "layers": {}})
        # The built application has no more to do with the sources.
        for folder in ("a", "own", "layers"):
            (self.project / folder).rename(self.folder / folder)
        self.assertEqual(self.seen("First/Second/Third/Fn"), {"code": "deep", "layers": shared})

    def test_stacks_that_are_elsewhere_and_reserved_ids_are_told(self):
        self.template("  ServerlessRestApi: {Type: AWS::SNS::Topic}\n"
                      "  Web: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://host/template.yaml}}\n"
                      "  Shop: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: a, SemanticVersion: 1.0.0}}}\n")
        told = self.samara("build").stderr
        self.assertIn("not files here are left as they are:\n- Web\n- Shop\n", told)
        self.assertIn("ServerlessRestApi is the logical id of the API that SAM makes", told)

    def test_one_function_of_a_stack_with_the_layer_of_another(self):
        self.samara("build", "First/Second/Third/Fn")
        self.assertTrue(self.built("Layers/Shared/python/x.txt").is_file())
        self.assertFalse(self.built("Fn").exists())
        self.assertEqual(self.seen("First/Second/Third/Fn")["layers"], {"/opt/python/x.txt": "shared"})

    def test_a_nested_function_is_left_out_by_its_path_or_its_id(self):
        for given, out, stays in (("First/Middle", "First/Middle", "First/Second/Third/Fn"), ("Middle", "First/Middle", "Fn")):
            with self.subTest(given=given):
                shutil.rmtree(self.project / ".aws-sam", ignore_errors=True)
                result = self.samara("build", "-x", given)
                self.assertFalse(self.built(out).exists())
                self.assertTrue((self.built(stays) / "app.py").is_file())
                self.assertNotIn("Warning", result.stderr)
        shutil.rmtree(self.project / ".aws-sam")
        self.samara("build", "--exclude", "Fn")  # of every stack that has one
        self.assertFalse(self.built("Fn").exists() or self.built("First/Second/Third/Fn").exists())
        self.assertTrue(self.built("First/Middle").is_dir())

    def test_a_missing_template_is_an_error_of_its_stack(self):
        (self.project / "a/b/template.yaml").unlink()
        result = self.samara("build", code=1)
        self.assertIn("Build Failed", result.stdout)
        self.assertNotIn("Build Succeeded", result.stdout)
        self.assertRegex(result.stderr, r"Error: a/template.yaml:\d+:\d+: .*nested stack 'Second': there is no template ")
        self.assertIn("Not built: First/Second", result.stderr)
        self.assertEqual(self.seen("Fn")["code"], "own")


class Sources(BuildCase):
    """Kinds of code."""

    def test_code_that_is_not_built(self):
        self.code("src", "x")
        self.template("""
  InS3:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: {Bucket: b, Key: k.zip}, Handler: app.handler, Runtime: python3.11}
  AtLambda:
    Type: AWS::Lambda::Function
    Properties: {Code: {S3Bucket: b, S3Key: k.zip}, Handler: app.handler, Runtime: python3.11, Role: r}
  LayerInS3:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: python3.11}
    Properties: {ContentUri: 's3://b/k.zip'}
  Skipped:
    Type: AWS::Serverless::Function
    Metadata: {SkipBuild: true}
    Properties: {CodeUri: src, Handler: app.handler, Runtime: %s}
""" % PYTHON)
        result = self.samara("build")
        for line in ("Skip building InS3: its code is in S3 (s3://b/k.zip)", "Skip building AtLambda: its code is in S3",
                     "Skip building LayerInS3: its content is in S3", "Skip building function: Skipped (SkipBuild)"):
            self.assertIn(line, result.stderr)
        self.assertEqual({p.name for p in self.built(".").iterdir() if not p.name.startswith(".")}, {"template.yaml"})
        refused = self.samara("local", "invoke", "InS3", "--no-event", code=1)
        self.assertIn("S3", refused.stderr)
        self.assertEqual(self.seen("Skipped")["code"], "x")

    def test_one_file_that_is_not_built(self):
        self.code("src", "alone")
        self.write("src/secret.txt", "x")
        self.template("  Fn:" + function("src/app.py", ", Events: {E: {Type: HttpApi, Properties: {Path: /, Method: get}}}"))
        self.assertEqual(self.seen("Fn")["code"], "alone")
        port = free_port()
        with self.start("local", "start-api", "-p", port, "--engine", "sandbox") as server:
            server.wait_for_line("Press CTRL+C to quit")
            for text in ("alone", "edited"):
                self.code("src", text)
                self.assertEqual(json.loads(curl(f"http://127.0.0.1:{port}/")[2])["code"], text)

    def test_one_file_that_is_no_code(self):
        self.write("notes.txt", "x")
        self.template("  Fn:" + function("notes.txt"))
        for command in (("build",), ("local", "invoke", "Fn", "--no-event")):
            self.assertIn("is neither a folder nor a zip archive nor code", self.samara(*command, code=1).stderr)

    def test_one_file(self):
        self.code("src", "alone")
        self.write("src/secret.txt", "x")
        self.template("  Fn:" + function("src/app.py"))
        self.samara("build")
        self.assertEqual([p.name for p in self.built("Fn").iterdir()], ["app.py"])
        self.assertEqual(self.seen("Fn")["code"], "alone")

    def test_loops(self):
        for name in ("One", "Two"):
            self.code(name, name)
        self.write("template.yaml", """
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Functions:
    - Name
    - [One, Two]
    - ${Name}Function:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: !Sub './${Name}', Handler: app.handler, Runtime: %s}
""" % PYTHON)
        self.samara("build")
        for name in ("One", "Two"):
            shutil.rmtree(self.project / name)
            self.assertEqual(self.seen(name + "Function")["code"], name)
        self.assertNotIn("ForEach", self.built("template.yaml").read_text())

    def test_what_the_build_replaces_is_no_fault(self):
        self.code("src", "x")
        self.template("  Fn:" + function("!Ref Src"), head="Parameters: {Src: {Type: String, Default: src}}")
        self.assertNotIn("Warning", self.samara("build").stderr)
        self.assertNotIn("Warning", self.samara("build", "--strict", "--no-cached").stderr)

    def test_paths_by_parameters(self):
        self.code("src", "x")
        self.write("layer/x.txt", "layer")
        self.template(f"""
  Layer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {{BuildMethod: {PYTHON}}}
    Properties: {{ContentUri: !FindInMap [Folders, layer, path]}}
  Fn:""" + function("!Ref Folder", ", Layers: [!Ref Layer]"), head="""
Parameters: {Folder: {Type: String, Default: nowhere}}
Mappings: {Folders: {layer: {path: layer}}}""")
        self.samara("build", "--parameter-overrides", "Folder=src")
        self.assertEqual(self.seen("Fn"), {"code": "x", "layers": {"/opt/python/x.txt": "layer"}})

    def test_a_missing_definition_file_is_an_error_of_its_resource(self):
        self.code("src", "x")
        for resource in ("Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: no.asl.json, Role: r}",
                         "Type: AWS::Serverless::Api, Properties: {StageName: p, DefinitionUri: no.asl.json}"):
            with self.subTest(resource):
                self.template(f"  Bad: {{{resource}}}\n  Fn:" + function("src"))
                result = self.samara("build", code=1)
                self.assertRegex(result.stderr, r"Error: template.yaml:\d+:\d+: Bad: there is no file /.*/no.asl.json")
                self.assertIn("Not built: Bad", result.stderr)
        self.assertEqual(self.seen("Fn")["code"], "x")

    def test_a_build_folder_may_end_with_a_slash(self):
        self.code("src", "x")
        self.template("  Fn:" + function("src"))
        self.samara("build", "--build-dir", "out/")
        self.assertIn('functions = ["Fn"]', (self.project / "build.toml").read_text())
        self.assertIn("(1 unchanged)", self.samara("build", "--build-dir", "out").stderr)

    def test_a_build_folder_is_never_where_the_sources_are(self):
        self.code("sub/src", "x")
        self.template("  Fn:" + function("sub/src"))
        kept = sorted(self.project.rglob("*"))
        for build_dir in (".", "./", "..", str(self.project), "sub/.."):
            error = self.samara("build", "--build-dir", build_dir, code=1).stderr
            self.assertIn(f"holds {self.project}, which a build would remove", error)
        for build_dir in ("sub", "sub/src", "sub/src/../src/"):
            error = self.samara("build", "--build-dir", build_dir, code=1).stderr
            self.assertIn(f"holds {self.project}/sub/src, which a build would remove", error)
        self.samara("build", "-t", "../../template.yaml", "--build-dir", "../..", code=1, cwd=self.project / "sub/src")
        self.samara("build", "-t", "../template.yaml", "--build-dir", "src/..", code=1, cwd=self.project / "sub")
        self.assertEqual(sorted(self.project.rglob("*")), kept)
        self.write("other/template.yaml", "{}")
        self.write("other/notes.txt", "mine")
        self.samara("build", "--build-dir", "other")
        self.assertEqual((self.project / "other/notes.txt").read_text(), "mine")
        self.assertTrue((self.project / "other/Fn/app.py").exists())

    def test_a_cache_folder_keeps_what_is_no_part_of_the_cache(self):
        self.code("src", "x")
        self.template("  Fn:" + function("src"))
        kept = sorted(self.project.rglob("*"))
        for cache_dir in (".", "src"):
            self.samara("build", "--cached", "--cache-dir", cache_dir)
            self.code("src", cache_dir)
            self.samara("build", "--cached", "--cache-dir", cache_dir)
            self.assertEqual([path for path in kept if not path.exists()], [])

    def test_names_with_spaces_and_utf8_and_links(self):
        folder = "möbel & co/über code"
        self.code(folder, "x")
        self.write("elsewhere/lib.txt", "lib")
        (self.project / folder / "lib").symlink_to("../../elsewhere")
        (self.project / folder / "dangling").symlink_to("nowhere")
        self.template("  Fn:" + function(f"'{folder}'"))
        self.samara("build")
        self.assertEqual((self.built("Fn") / "lib/lib.txt").read_text(), "lib")
        self.assertFalse((self.built("Fn") / "lib").is_symlink())
        self.assertTrue((self.built("Fn") / "dangling").is_symlink())
        self.assertEqual(self.seen("Fn")["code"], "x")


class Again(BuildCase):
    """The second build, failures, interruptions."""

    def setUp(self):
        super().setUp()
        for name in ("a", "b"):
            self.code(name, name)
        self.two = "  A:" + function("a") + "  B:" + function("b")
        self.template(self.two)

    def test_summary_and_what_has_not_changed(self):
        first = self.samara("build")
        self.assertIn("Build Succeeded", first.stdout)
        self.assertRegex(first.stderr, r"Built 2 functions in \d+\.\d s \(0 unchanged\)")
        before = {p: p.stat().st_ino for p in self.built(".").rglob("*.py")}
        second = self.samara("build")
        self.assertRegex(second.stderr, r"Built 2 functions in \d+\.\d s \(2 unchanged\)")
        self.assertEqual(second.stderr.count("Building codeuri"), 2)  # scripts look for them
        self.assertEqual({p: p.stat().st_ino for p in self.built(".").rglob("*.py")}, before)
        self.code("b", "changed")
        third = self.samara("build")
        self.assertIn("functions: B", third.stderr)
        self.assertRegex(third.stderr, r"Built 2 functions in \d+\.\d s \(1 unchanged\)")
        self.assertEqual((self.seen("A")["code"], self.seen("B")["code"]), ("a", "changed"))
        self.assertIn("functions: A", self.samara("build", "--no-cached").stderr)

    def test_cached_says_so(self):
        first = self.samara("build", "--cached")
        self.assertIn("Cache is invalid, running build and copying resources for following functions", first.stderr)
        second = self.samara("build", "--cached")
        self.assertIn("Valid cache found, copying previously built resources for following functions", second.stderr)

    def test_one_failure_keeps_the_former_build(self):
        self.samara("build")
        self.code("a", "new")
        self.write("b/requirements.txt", "no-such-package-of-ours==9\n")
        failed = self.samara("build", code=1, environment={"PIP_NO_INDEX": "1"})
        self.assertIn("Build Failed", failed.stdout)
        self.assertIn("Not built: B", failed.stderr)
        self.assertIn("No matching distribution found for no-such-package-of-ours==9", failed.stderr)
        self.assertIn("The former build stays as it was", failed.stderr)
        self.assertEqual((self.seen("A")["code"], self.seen("B")["code"]), ("a", "b"))
        result = self.samara("local", "invoke", "A", "--no-event", "--engine", "sandbox")
        self.assertIn("the last samara build failed (B)", result.stderr)
        self.write("b/requirements.txt", "")
        self.samara("build", environment={"PIP_NO_INDEX": "1"})
        self.assertEqual(self.seen("A")["code"], "new")

    def test_without_a_former_build_the_good_ones_can_be_run(self):
        self.write("b/requirements.txt", "no-such-package-of-ours==9\n")
        self.samara("build", code=1, environment={"PIP_NO_INDEX": "1"})
        self.assertEqual(self.seen("A")["code"], "a")
        refused = self.samara("local", "invoke", "B", "--no-event", "--engine", "sandbox", code=1)
        self.assertIn("'B' could not be built: B: cannot install the packages of", refused.stderr)

    def invoke(self, name):
        return self.samara("local", "invoke", name, "--no-event", "--engine", "sandbox")

    def test_what_is_newer_than_the_build_is_taken_up_where_it_is_only_copied(self):
        self.samara("build")
        self.code("a", "newer")
        result = self.invoke("A")
        self.assertIn("a was newer than the build of A: built again", result.stderr)
        self.assertEqual(json.loads(result.stdout)["code"], "newer")
        self.assertNotIn("newer", self.invoke("A").stderr)
        self.assertRegex(self.samara("build").stderr, r"\(2 unchanged\)")

    def test_what_tools_have_built_is_said_to_be_older(self):
        self.write("a/Makefile", "build-A:\n\tcp app.py $(ARTIFACTS_DIR)\n")
        made = (f"  A: {{Type: AWS::Serverless::Function, Metadata: {{BuildMethod: makefile}}, "
                f"Properties: {{CodeUri: a, Runtime: {PYTHON}, Handler: app.handler}}}}")
        self.template(made)
        self.samara("build")
        self.code("a", "newer")
        result = self.invoke("A")
        self.assertIn("a is newer than the build of A; samara build takes it up", result.stderr)
        self.assertEqual(json.loads(result.stdout)["code"], "a")
        self.samara("build")
        self.assertNotIn("newer", self.invoke("A").stderr)
        self.template(made + "\n  B:" + function("b"))
        self.assertIn("template.yaml is newer than the build; samara build takes it up", self.invoke("A").stderr)
        self.samara("build")
        self.assertNotIn("newer", self.invoke("A").stderr)

    def test_json(self):
        self.write("b/requirements.txt", "no-such-package-of-ours==9\n")
        failed = json.loads(self.samara("build", "--output", "json", code=1, environment={"PIP_NO_INDEX": "1"}).stdout)
        self.assertEqual(failed["status"], "failed")
        self.assertEqual({r["id"]: r["status"] for r in failed["resources"]}, {"A": "built", "B": "failed"})
        self.write("b/requirements.txt", "")
        result = json.loads(self.samara("build", "--output", "json").stdout)
        self.assertEqual((result["status"], result["build_dir"], result["template"]),
                         ("succeeded", ".aws-sam/build", ".aws-sam/build/template.yaml"))
        self.assertEqual({r["id"]: r["status"] for r in result["resources"]}, {"A": "unchanged", "B": "built"})

    def test_a_hundred_functions_from_twenty_folders(self):
        for i in range(20):
            self.code(f"f{i}", i)
        self.template("".join(f"  Fn{i}:" + function(f"f{i % 20}") for i in range(100)))
        first = self.samara("build")
        self.assertEqual(first.stderr.count("Building codeuri"), 20)
        self.assertRegex(first.stderr, r"Built 100 functions in [\d.]+ s \(0 unchanged\)")
        self.assertRegex(self.samara("build").stderr, r"\(100 unchanged\)")
        self.code("f7", "changed")
        third = self.samara("build", "--parallel")
        self.assertRegex(third.stderr, r"\(95 unchanged\)")
        self.assertIn("functions: Fn7, Fn27, Fn47, Fn67, Fn87", third.stderr)
        self.assertEqual((self.seen("Fn87")["code"], self.seen("Fn86")["code"]), ("changed", 6))

    def test_watch(self):
        with self.start("build", "--watch") as watch:
            watch.wait_for_line("Watching for changes")
            self.code("a", "edited")
            watch.wait_for_line("(1 unchanged)")
            self.assertEqual((self.seen("A")["code"], self.seen("B")["code"]), ("edited", "b"))
            self.write("b/requirements.txt", "./no-such-folder\n")
            watch.wait_for_line("Not built: B")
            (self.project / "b/requirements.txt").unlink()
            self.template(self.two + "  C:" + function("c"))
            self.code("c", "c")
            wait_for(lambda: self.built("C/app.py").exists(), "the new function")
            self.assertEqual(watch.stop(signal.SIGINT), 0)
        self.assert_nothing_left(watch.process.pid)

    def test_a_server_takes_up_what_is_newer_or_built(self):
        self.template("  A:" + function("a", ", Events: {E: {Type: HttpApi, Properties: {Path: /a, Method: get}}}"))
        self.samara("build")
        port = free_port()
        with self.start("local", "start-api", "-p", port, "--engine", "sandbox") as server:
            server.wait_for_line("and what samara build makes, apply from the next request on.")
            server.wait_for_line("Press CTRL+C to quit")
            answer = lambda: json.loads(curl(f"http://127.0.0.1:{port}/a")[2])["code"]  # noqa: E731
            self.assertEqual(answer(), "a")
            for text in ("edited", "again"):
                self.code("a", text)
                self.assertEqual(answer(), text)
            self.code("a", "built")
            self.write("a/requirements.txt", "# none\n")
            server.wait_for_line("a is newer than the build of A; samara build takes it up")
            self.assertEqual(answer(), "again")
            self.samara("build")
            wait_for(lambda: answer() == "built", "what was built")

    def test_a_terminal_shows_what_is_being_built(self):
        self.write("a/Makefile", f"build-A:\n\tcp app.py $(ARTIFACTS_DIR); while test ! -e {self.project}/go; do sleep 0.1; done\n")
        self.template(f"  A: {{Type: AWS::Serverless::Function, Metadata: {{BuildMethod: makefile}}, "
                      f"Properties: {{CodeUri: a, Runtime: {PYTHON}, Handler: app.handler}}}}")
        ours, theirs = pty.openpty()
        with subprocess.Popen([samara_e2e.SAMARA, "build"], cwd=self.project, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=theirs, env={**self.environment, "TERM": "xterm"}) as build:
            os.close(theirs)
            text = ""

            def shown(what):
                nonlocal text
                while what not in text:
                    self.assertTrue(select.select([ours], [], [], 60)[0], text)
                    text += os.read(ours, 65536).decode()
            shown("A: Running CustomMakeBuilder:MakeBuild (0 s)")
            shown("A: Running CustomMakeBuilder:MakeBuild (1 s)")
            self.write("go", "")
            shown("Built 1 function in")
            self.assertEqual(build.wait(60), 0)
        os.close(ours)
        self.assertIn("\033[1A\033[2K", text)
        shutil.rmtree(self.project / ".aws-sam")
        self.assertNotIn("\033", self.samara("build").stderr)

    def slow(self):
        self.write("slow/Makefile", f"build-S:\n\techo $$$$ > {self.project}/mark; exec sleep 1000\n")
        self.template(self.two + "  S: {Type: AWS::Serverless::Function, Properties: {CodeUri: slow, Runtime: provided.al2023, Handler: x}}")

    def test_ctrl_c(self):
        self.samara("build")
        self.code("a", "new")
        self.slow()
        with self.start("build") as build:
            wait_for(lambda: (self.project / "mark").exists(), "make")
            self.assertEqual(build.stop(signal.SIGINT), 1)
            self.assertIn("Aborted!", build.output())
        self.assert_nothing_left(build.process.pid)
        self.assertEqual([p for p in (self.project / ".aws-sam").iterdir() if p.name.startswith("samara-")], [])
        self.assertIn("'a'", self.built("A/app.py").read_text())

    def killed_at(self, call, count):
        """Whether a build lived until that system call, which killed it."""
        result = subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={count}",
             samara_e2e.SAMARA, "build"], cwd=self.project, capture_output=True, text=True, env=self.environment, timeout=120)
        return result.returncode != 0

    def test_killed_at_every_stage_of_the_swap(self):
        """A build where everything is new takes the former one's place at once, one with a part that stays piece by
        piece. Wherever it is killed, what is there is run, whole, and the next build sets it right."""
        traced = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True)
        if traced.returncode != 0:
            self.skipTest(f"nothing can be traced: {traced.stderr.strip()}")
        kills = 0
        for name, changed in (("all", ("a", "b")), ("a part", ("a",))):
            for call in ("renameat2", "rename", "unlinkat"):
                for count in range(1, 40):
                    with self.subTest(kind=name, call=call, count=count):
                        for folder in ("a", "b"):
                            self.code(folder, "old")
                        self.samara("build")
                        for folder in changed:
                            self.code(folder, "new")
                        killed = self.killed_at(call, count)
                        kills += killed
                        answers = {}
                        for folder, built in (("a", "A"), ("b", "B")):
                            text = self.built(f"{built}/app.py").read_text()
                            self.assertIn(text, [HANDLER.replace("CODE", repr(t)) for t in ("old", "new")])
                            answers[folder] = "new" if "'new'" in text else "old"
                        if not killed:
                            self.assertEqual({f: answers[f] for f in changed}, dict.fromkeys(changed, "new"))
                        self.samara("build")
                        for folder, built in (("a", "A"), ("b", "B")):
                            self.assertEqual(self.built(f"{built}/app.py").read_text(), (self.project / folder / "app.py").read_text())
                        self.assertEqual([p for p in (self.project / ".aws-sam").iterdir() if p.name.startswith("samara-")], [])
                    if not killed:
                        break
        self.assertEqual(self.seen("A")["code"], "new")
        self.assertGreater(kills, 5)
        self.assertFalse(killed)

    def test_killed_in_the_middle_the_next_build_sets_it_right(self):
        self.samara("build")
        self.slow()
        with self.start("build") as build:
            wait_for(lambda: (self.project / "mark").exists(), "make")
            build.stop(signal.SIGKILL)
        pid = int((self.project / "mark").read_text())
        self.addCleanup(lambda: pathlib.Path(f"/proc/{pid}").exists() and os.kill(pid, signal.SIGKILL))
        self.assertIn("'a'", self.built("A/app.py").read_text())
        self.template(self.two)
        self.samara("build")
        self.assertEqual([p for p in (self.project / ".aws-sam").iterdir() if p.name.startswith("samara-")], [])

    def test_two_at_once_take_turns(self):
        self.write("a/Makefile", f"build-%:\n\tcp app.py $(ARTIFACTS_DIR); while test ! -e {self.project}/go; do :; done\n")
        self.template("  A: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile}, "
                      f"Properties: {{CodeUri: a, Runtime: {PYTHON}, Handler: app.handler}}}}")
        with self.start("build") as first:
            first.wait_for_line("CustomMakeBuilder:MakeBuild")
            with self.start("build") as second:
                second.wait_for_line("Waiting for another build into")
                self.write("go", "")
                self.assertEqual((first.process.wait(60), second.process.wait(60)), (0, 0))
        self.assertEqual(self.seen("A")["code"], "a")

    def test_a_makefile_that_also_writes_elsewhere(self):
        self.write("a/Makefile", "build-A:\n\techo x > beside\n\techo made > $(ARTIFACTS_DIR)/bootstrap\n")
        self.template("  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: a, Runtime: provided.al2, Handler: x}}")
        self.samara("build")
        self.assertEqual([path.name for path in self.built("A").iterdir()], ["bootstrap"])
        self.assertFalse((self.project / "a/beside").exists(), "it runs on a copy of the sources")

    def test_a_makefile_that_makes_nothing(self):
        self.write("a/Makefile", "build-A:\n\ttouch elsewhere\n")
        self.template("  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: a, Runtime: provided.al2, Handler: x}}")
        failed = self.samara("build", code=1)
        self.assertIn("A: the target build-A of", failed.stderr)
        self.assertIn("made nothing", failed.stderr)

    @unittest.skipIf(os.geteuid() == 0 and not os.path.exists("/usr/bin/setpriv"), "root reads everything")
    def test_unreadable_source(self):
        self.write("a/locked.txt", "x").chmod(0)
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, 65534, 65534) if os.geteuid() == 0 else None
        command = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        result = subprocess.run([*command, samara_e2e.SAMARA, "build"], cwd=self.project, capture_output=True, text=True,
                                env={**self.environment, "HOME": str(self.folder)})
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertRegex(result.stderr, r"Error: template.yaml:\d+:\d+: A: cannot copy .*a/locked.txt: Permission denied")
        self.assertIn("Not built: A", result.stderr)

    def test_disk_full(self):
        if os.geteuid() != 0:
            self.skipTest("mounting needs root")
        self.samara("build")
        small = self.folder / "small"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", small], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", small])
        (self.project / "a/big").write_bytes(os.urandom(3 << 20))
        failed = self.samara("build", "-b", small / "build", "-cd", small / "cache", code=1)
        self.assertIn("No space left on device", failed.stderr)
        self.assertIn("Not built: A", failed.stderr)
        self.assertFalse(any(p.name.startswith("samara-") for p in small.iterdir()))


if __name__ == "__main__":
    unittest.main()
