"""`samara package`: what is uploaded, under which names, and what the template says then."""
import hashlib
import io
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import unittest
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from cloud_e2e import FUNCTION, CloudTest  # noqa: E402
from registry import Registry  # noqa: E402
from samara_e2e import SAMARA, SamaraTest, background, free_port, needs_docker, wait_for  # noqa: E402

def folder_key(folder):
    """The rule for names of folders, said again: MD5 over relative names and MD5s of contents, in the order of paths."""
    files = sorted(str(p) for p in pathlib.Path(folder).rglob("*") if p.is_file())
    total = hashlib.md5()
    for file in files:
        total.update(os.path.relpath(file, folder).encode())
        total.update(hashlib.md5(pathlib.Path(file).read_bytes()).hexdigest().encode())
    return total.hexdigest()


def yaml_of(text):
    """The CodeUri of each function of a template as `package` writes it."""
    found, name = {}, ""
    for line in text.splitlines():
        if re.match(r"  \w+:$", line):
            name = line.strip()[:-1]
        elif line.strip().startswith("CodeUri: "):
            found[name] = line.split(": ", 1)[1]
    return found


class Package(CloudTest, SamaraTest):
    def test_a_folder_is_named_after_its_content(self):
        self.template()
        self.write("src/pkg/.hidden", "x")
        self.write("src/pkg/b.py", "y" * 1000)
        (self.project / "src/link.py").symlink_to("main.py")
        (self.project / "src/main.py").chmod(0o700)
        (self.project / "src/empty").mkdir()
        result = self.package("--s3-prefix", "app")
        key = "app/" + folder_key(self.project / "src")
        self.assertIn(f"CodeUri: s3://artifacts/{key}\n", result.stdout)
        self.assertIn("SamResourceId: Fn", result.stdout)
        with zipfile.ZipFile(io.BytesIO(self.content(key))) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.namelist(), ["link.py", "main.py", "pkg/.hidden", "pkg/b.py"])
            for entry in archive.infolist():
                self.assertEqual(entry.date_time, (1980, 1, 1, 0, 0, 0))
                self.assertEqual(entry.create_system, 3)
            self.assertEqual(archive.getinfo("main.py").external_attr >> 16, 0o100744)
            self.assertEqual(archive.read("pkg/b.py"), b"y" * 1000)

    def test_loops_with_artifacts_are_written_out(self):
        loop = ("Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n"
                "Parameters: {Names: {Type: CommaDelimitedList, Default: 'one'}}\nResources:\n"
                "  Fn::ForEach::Fns:\n  - Name\n  - !Ref Names\n  - ${Name}Fn:\n      Type: AWS::Serverless::Function\n"
                "      Properties: {CodeUri: CODE, Handler: main.handler, Runtime: python3.11}\n")
        for name in ("one", "two"):
            self.write(f"src/{name}/main.py", f"def handler(event, context): return '{name}'\n")
        for code in ("'src/${Name}'", "!Sub 'src/${Name}'"):
            self.write("template.yaml", loop.replace("CODE", code))
            packaged = self.package("--parameter-overrides", "Names=one,two").stdout
            self.assertEqual(yaml_of(packaged), {f"{name}Fn": f"s3://artifacts/{folder_key(self.project / 'src' / name)}"
                                                 for name in ("one", "two")})
            self.assertNotIn("ForEach", packaged)
        for options, environment in ((["--no-language-extensions"], {}), ([], {"SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS": "false"})):
            packaged = self.package(*options, environment=environment).stdout
            self.assertIn("Fn::ForEach::Fns", packaged)
            self.assertNotIn("s3://", packaged)
        self.write("template.yaml", loop.replace("CODE", "s3://code/app.zip"))
        self.assertIn("Fn::ForEach::Fns", self.package().stdout, "a loop that names nothing of this machine stays")
        self.write("template.yaml", loop.replace("CODE", "'gone/${Name}'"))
        self.assertIn("referenced by CodeUri parameter of oneFn resource", self.package(code=1).stderr)
        self.write("template.yaml", loop.replace("CODE", "'src/${Name}'").replace(", Default: 'one'", ""))
        self.assertIn("known before the deployment", self.package(code=1).stderr)
        self.write("child.yaml", loop.replace("CODE", "'src/${Name}'"))
        self.write("template.yaml", "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n"
                                    "    Properties: {TemplateURL: child.yaml, Parameters: {Names: 'two'}}\n")
        rows = json.loads(self.package("--output", "json").stdout)["Artifacts"]
        self.assertEqual([row["Resource"] for row in rows], ["Child/twoFn", "Child"])

    def versioned(self):
        self.server.aws("s3api", "put-bucket-versioning", "--bucket", "artifacts", "--versioning-configuration", "Status=Enabled")
        self.server.clear()

    def test_code_is_signed(self):
        self.versioned()
        self.template(FUNCTION + "  Other:\n    Type: AWS::Serverless::Function\n"
                                 "    Properties: {CodeUri: other, Handler: main.handler, Runtime: python3.11}\n")
        self.write("other/main.py", "def handler(event, context):\n    return 2\n")
        done = self.package("--s3-prefix", "app", "--signing-profiles", "Fn=MyProfile:210987654321")
        document = yaml_of(done.stdout)
        self.assertRegex(document["Fn"], r"^s3://artifacts/app/signed_[0-9a-f-]+\.zip$")
        self.assertEqual(document["Other"], f"s3://artifacts/app/{folder_key(self.project / 'other')}", "which is not signed")
        job, = [call["params"] for call in self.server.calls("signer", "StartSigningJob")]
        self.assertEqual(job["source"]["s3"]["key"], f"app/{folder_key(self.project / 'src')}.zip")
        self.assertTrue(job["source"]["s3"]["version"])
        self.assertEqual(job["destination"], {"s3": {"bucketName": "artifacts", "prefix": "app/signed_"}})
        self.assertEqual((job["profileName"], job["profileOwner"]), ("MyProfile", "210987654321"))

    def test_a_signature_that_fails_is_the_end(self):
        self.versioned()
        self.template()
        failed = self.package("--signing-profiles", "Fn=BrokenProfile", code=1)
        self.assertIn("Unable to upload artifact src referenced by CodeUri parameter of Fn resource", failed.stderr)
        self.assertIn("the profile was revoked", failed.stderr)
        self.assertEqual(failed.stdout, "")

    def test_a_bucket_without_versions_cannot_sign(self):
        self.template()
        failed = self.package("--signing-profiles", "Fn=MyProfile", code=1)
        self.assertIn("The bucket artifacts keeps no versions of objects", failed.stderr)
        self.assertIn("put-bucket-versioning", failed.stderr)
        self.assertEqual(self.server.operations("signer"), [])

    def test_what_is_there_is_not_uploaded_again(self):
        self.template()
        self.package()
        self.server.clear()
        again = self.package()
        self.assertEqual(self.server.operations("s3"), ["s3.HeadObject"])
        self.assertIn("File with same data already exists at", again.stderr)
        self.package("--force-upload")
        self.assertIn("s3.PutObject", self.server.operations("s3"))

    def test_the_same_files_give_the_same_bytes(self):
        self.template(FUNCTION + FUNCTION.split("Resources:\n")[1].replace("Fn:", "Copy:").replace("src", "copy"))
        for name in ("z.py", "a.py", "m/n.py"):
            self.write(f"src/{name}", name)
        for name in ("m/n.py", "z.py", "a.py", "main.py"):
            self.write(f"copy/{name}", (self.project / "src" / name).read_text())
        self.package()
        self.assertEqual(self.server.operations("s3"), ["s3.HeadObject", "s3.PutObject"], "once for two functions")
        self.assertEqual(len(self.objects()), 1)

    def test_every_kind_of_property(self):
        self.write("template.yaml", """\
Transform: AWS::Serverless-2016-10-31
Metadata:
  AWS::ServerlessRepo::Application: {Name: a, ReadmeUrl: README.md}
Globals:
  Function: {CodeUri: src, Runtime: python3.11, Handler: main.handler}
Resources:
  Global: {Type: AWS::Serverless::Function, Properties: {Timeout: 3}}
  Zip: {Type: AWS::Serverless::Function, Properties: {CodeUri: code.zip}}
  Single: {Type: AWS::Lambda::Function, Properties: {Code: src/main.py, Handler: main.handler, Runtime: python3.11, Role: r}}
  Inline: {Type: AWS::Serverless::Function, Properties: {InlineCode: "1"}}
  There: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://b/k}}
  Map: {Type: AWS::Serverless::Function, Properties: {CodeUri: {Bucket: b, Key: k}}}
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}
  Raw: {Type: AWS::Lambda::LayerVersion, Properties: {Content: layer}}
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: p, DefinitionUri: api.yaml}}
  Rest: {Type: AWS::ApiGateway::RestApi, Properties: {BodyS3Location: api.yaml}}
  Machine: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: machine.json}}
  Schema: {Type: AWS::AppSync::GraphQLSchema, Properties: {ApiId: a, DefinitionS3Location: api.yaml}}
  Graph:
    Type: AWS::Serverless::GraphQLApi
    Properties: {SchemaUri: api.yaml, Resolvers: {Mutation: {add: {CodeUri: src/main.py}}}, Functions: {f: {CodeUri: src/main.py}}}
  Job: {Type: AWS::Glue::Job, Properties: {Role: r, Command: {Name: glueetl, ScriptLocation: src/main.py}}}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child/child.yaml}}
  Included:
    Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}
""")
        self.write("README.md", "read")
        self.write("src/main.py", "pass")
        self.write("layer/python/x.py", "pass")
        self.write("api.yaml", "openapi: 3.0.1\n")
        self.write("machine.json", "{}")
        self.write("child/child.yaml", "Resources:\n  In: {Type: AWS::Serverless::Function, Properties: {CodeUri: code}}\n")
        self.write("child/code/x.py", "pass")
        with zipfile.ZipFile(self.project / "code.zip", "w") as archive:
            archive.writestr("a", "b")
        out = json.loads(self.package("--use-json").stdout)
        found = out["Resources"]
        md5 = {name: hashlib.md5((self.project / name).read_bytes()).hexdigest()
               for name in ("code.zip", "api.yaml", "machine.json", "README.md", "src/main.py")}
        src, layer = folder_key(self.project / "src"), folder_key(self.project / "layer")
        url = "s3://artifacts/"
        self.assertEqual(found["Global"]["Properties"]["CodeUri"], url + src)
        self.assertEqual(found["Zip"]["Properties"]["CodeUri"], url + md5["code.zip"])
        self.assertEqual(found["Single"]["Properties"]["Code"], {"S3Bucket": "artifacts", "S3Key": src}, "one file, zipped")
        self.assertNotIn("CodeUri", found["Inline"]["Properties"])
        self.assertEqual(found["There"]["Properties"]["CodeUri"], "s3://b/k")
        self.assertEqual(found["Map"]["Properties"]["CodeUri"], {"Bucket": "b", "Key": "k"})
        self.assertEqual(found["Layer"]["Properties"]["ContentUri"], url + layer)
        self.assertEqual(found["Raw"]["Properties"]["Content"], {"S3Bucket": "artifacts", "S3Key": layer})
        self.assertEqual(found["Api"]["Properties"]["DefinitionUri"], url + md5["api.yaml"])
        self.assertEqual(found["Rest"]["Properties"]["BodyS3Location"], {"Bucket": "artifacts", "Key": md5["api.yaml"]})
        self.assertEqual(found["Machine"]["Properties"]["DefinitionUri"], {"Bucket": "artifacts", "Key": md5["machine.json"]})
        self.assertEqual(found["Schema"]["Properties"]["DefinitionS3Location"], url + md5["api.yaml"])
        graph = found["Graph"]["Properties"]
        self.assertEqual({graph["Resolvers"]["Mutation"]["add"]["CodeUri"], graph["Functions"]["f"]["CodeUri"]}, {url + md5["src/main.py"]})
        self.assertEqual(found["Job"]["Properties"]["Command"]["ScriptLocation"], url + md5["src/main.py"])
        self.assertEqual(out["Metadata"]["AWS::ServerlessRepo::Application"]["ReadmeUrl"], url + md5["README.md"])
        self.assertEqual(found["Included"]["Fn::Transform"]["Parameters"]["Location"], url + md5["api.yaml"])
        child = found["Child"]["Properties"]["TemplateURL"]
        self.assertTrue(child.startswith(self.server.endpoint + "/artifacts/"), child)
        text = self.content(child.rsplit("/", 1)[1])
        self.assertEqual(child.rsplit("/", 1)[1], hashlib.md5(text).hexdigest() + ".template")
        self.assertIn(f"CodeUri: {url}{folder_key(self.project / 'child/code')}".encode(), text)

    def test_large_files_go_in_parts(self):
        self.template()
        (self.project / "src/big.bin").write_bytes(os.urandom(20 << 20))
        self.package("--metadata", "owner=me", "--kms-key-id", "alias/k")
        operations = self.server.operations("s3")
        self.assertEqual(operations.count("s3.UploadPart"), 3)
        self.assertEqual(operations[-1], "s3.CompleteMultipartUpload")
        key = folder_key(self.project / "src")
        with zipfile.ZipFile(io.BytesIO(self.content(key))) as archive:
            self.assertIsNone(archive.testzip())
        head = json.loads(self.server.aws("s3api", "head-object", "--bucket", "artifacts", "--key", key, "--output", "json"))
        self.assertEqual((head["Metadata"], head["ServerSideEncryption"]), ({"owner": "me"}, "aws:kms"))

    def test_a_part_that_is_cut_off_is_sent_again(self):
        self.template()
        (self.project / "src/big.bin").write_bytes(os.urandom(9 << 20))
        self.server.fault(service="s3", operation="UploadPart", kind="reset", after_bytes=3 << 20)
        self.server.fault(service="s3", operation="UploadPart", kind="error", code="SlowDown", message="slow", status=503)
        self.package()
        with zipfile.ZipFile(io.BytesIO(self.content(folder_key(self.project / "src")))) as archive:
            self.assertIsNone(archive.testzip())

    def uploads_left(self):
        listed = json.loads(self.server.aws("s3api", "list-multipart-uploads", "--bucket", "artifacts", "--output", "json") or "{}")
        return listed.get("Uploads", [])

    def test_an_upload_that_fails_leaves_no_parts(self):
        self.template()
        (self.project / "src/big.bin").write_bytes(os.urandom(9 << 20))
        self.server.fault(service="s3", operation="UploadPart", kind="error", code="AccessDenied", message="no", status=403, times=0)
        result = self.package(code=1)
        self.assertIn("Unable to upload artifact src referenced by CodeUri parameter of Fn resource.", result.stderr)
        self.assertIn("AccessDenied", result.stderr)
        self.assertEqual(self.uploads_left(), [])
        self.assertEqual(self.objects(), {})

    def test_ctrl_c_leaves_no_parts(self):
        self.template()
        (self.project / "src/big.bin").write_bytes(os.urandom(9 << 20))
        self.server.fault(service="s3", operation="UploadPart", kind="slow", seconds=20, times=0)
        with background([SAMARA, "package", "--s3-bucket", "artifacts"], cwd=self.project, env=self.environment) as program:
            wait_for(self.uploads_left, "the upload")
            self.assertEqual(program.stop(signal.SIGINT), 1)
            self.assertIn("Aborted!", program.output())
        self.assertEqual(self.uploads_left(), [])
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_a_bucket_that_is_not_there(self):
        self.template()
        ours, theirs = pty.openpty()
        ran = subprocess.run([SAMARA, "package", "--s3-bucket", "nowhere"], cwd=self.project, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=theirs, env={**self.environment, "TERM": "xterm"}, timeout=60)
        os.close(theirs)
        text = ""
        while "see" not in text and select.select([ours], [], [], 10)[0]:
            text += os.read(ours, 65536).decode()
        os.close(ours)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("Uploading to ", text)
        self.assertNotIn("100.00%", text, "all of it has gone, but nothing has come")
        said = text.partition("Error:")[2]
        self.assertIn("S3 Bucket does not exist.", said)
        self.assertNotIn("Uploading", said, "the line of an upload that has failed is gone")

    def test_a_path_that_is_not_there(self):
        self.template(FUNCTION.replace("src", "gone"))
        result = self.package(code=1)
        self.assertIn("Unable to upload artifact gone referenced by CodeUri parameter of Fn resource.", result.stderr)
        self.assertEqual(self.server.operations(), [])

    def test_managed_bucket(self):
        self.template()
        result = self.samara("package", "--resolve-s3", "--output-template-file", "out.yaml")
        self.assertIn("Managed S3 bucket: aws-sam-cli-managed-default-samclisourcebucket-", result.stdout)
        self.assertIn("Successfully packaged artifacts and wrote output template to file out.yaml.", result.stdout)
        self.assertTrue((self.project / "out.yaml").read_text().startswith("Transform:"))
        calls = self.server.operations("cloudformation")
        self.assertEqual(calls[:2], ["cloudformation.DescribeStacks", "cloudformation.CreateChangeSet"])
        self.server.clear()
        piped = self.samara("package", "--resolve-s3")
        self.assertTrue(piped.stdout.startswith("Transform:"), "nothing but the template")
        self.assertEqual(self.server.operations("cloudformation"), ["cloudformation.DescribeStacks"])

    def test_expired_credentials_are_not_taken_for_a_missing_stack(self):
        self.template()
        self.server.fault(service="cloudformation", operation="DescribeStacks", kind="error", code="ExpiredToken", message="expired", status=403)
        result = self.samara("package", "--resolve-s3", code=1)
        self.assertIn("An error occurred (ExpiredToken) when calling the DescribeStacks operation", result.stderr)
        self.assertNotIn("cloudformation.CreateChangeSet", self.server.operations())

    def test_usage(self):
        self.template()
        self.assertIn("Cannot skip both --resolve-s3 and --s3-bucket", self.samara("package", code=1).stderr)
        self.assertIn("Cannot use both --resolve-s3 and --s3-bucket", self.package("--resolve-s3", code=1).stderr)
        self.assertIn("not a valid ECR URI", self.package("--image-repository", "example.org/x", code=2).stderr)
        self.template(FUNCTION.replace("CodeUri: src, Handler: main.handler, Runtime: python3.11", "PackageType: Image, ImageUri: fn"))
        self.assertIn("Missing option '--image-repositories'", self.samara("package", code=2).stderr)
        self.assertIn("Incomplete list of function logical ids", self.samara(
            "package", "--image-repositories", "Other=123456789012.dkr.ecr.us-east-1.amazonaws.com/x", code=2).stderr)
        self.assertEqual(self.server.operations(), [])

    def test_no_region(self):
        self.template()
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            del self.environment[name]
        self.assertIn("No region information found.", self.package(code=1).stderr)

    def test_no_secret_is_told_to_debug(self):
        self.template()
        told = self.package("--debug").stderr
        self.assertIn("s3 PutObject, attempt 1", told)
        for secret in (self.environment["AWS_SECRET_ACCESS_KEY"], self.environment["AWS_ACCESS_KEY_ID"], "Signature="):
            self.assertNotIn(secret, told)


class AnotherS3(SamaraTest):
    """npm's S3 server: what one of ours takes may be our own opinion."""

    def test_objects_arrive_whole_and_once(self):
        program = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/var/cache/samara-tools")) / "node_modules/.bin/s3rver"
        if not program.exists():
            self.skipTest("SAMARA_TEST_NPM has no s3rver")
        port, store = free_port(), self.folder / "store"
        store.mkdir()
        url = f"http://127.0.0.1:{port}"
        self.environment.update(AWS_ACCESS_KEY_ID="S3RVER", AWS_SECRET_ACCESS_KEY="S3RVER", AWS_REGION="us-east-1", AWS_ENDPOINT_URL_S3=url)
        self.write("template.yaml", FUNCTION)
        self.write("src/main.py", "def handler(event, context):\n    return 1\n")
        large = os.urandom(20 << 20)
        (self.project / "src/big.bin").write_bytes(large)
        with background([str(program), "--directory", str(store), "--address", "127.0.0.1", "--port", str(port), "--no-vhost-buckets",
                         "--configure-bucket", "artifacts"], cwd=self.folder, env=self.environment) as server:
            wait_for(lambda: subprocess.run(["curl", "-s", "-o", "/dev/null", url]).returncode == 0, "the S3 server")
            first = self.samara("package", "--s3-bucket", "artifacts", "--s3-prefix", "a b/+~", "--metadata", "owner=me")
            key = f"a b/+~/{folder_key(self.project / 'src')}"
            self.assertIn(f"CodeUri: s3://artifacts/{key}\n", first.stdout)
            again = self.samara("package", "--s3-bucket", "artifacts", "--s3-prefix", "a b/+~")
            self.assertIn("File with same data already exists at", again.stderr)
            fetched = subprocess.run(
                ["/usr/bin/aws", "--endpoint-url", url, "s3", "cp", "--only-show-errors", f"s3://artifacts/{key}", "-"], capture_output=True,
                check=True, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": "S3RVER",
                                 "AWS_SECRET_ACCESS_KEY": "S3RVER", "AWS_DEFAULT_REGION": "us-east-1"}).stdout
            self.assertIn("uploadId=", server.output(), "it went in parts")
        with zipfile.ZipFile(io.BytesIO(fetched)) as archive:
            self.assertEqual(archive.read("big.bin"), large)


class Images(CloudTest, SamaraTest):
    def server_options(self):
        needs_docker()
        self.registry = Registry()
        self.registry.__enter__()
        self.addCleanup(self.registry.__exit__, None, None, None)
        return {"registry": self.registry.address}

    def setUp(self):
        super().setUp()
        self.write("image/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")
        self.name = f"samara-test-push-{os.getpid()}"
        self.docker("build", "-q", "-t", f"{self.name}:v1", self.project / "image")
        self.addCleanup(self.clean)
        self.id = self.docker("image", "inspect", "-f", "{{.Id}}", f"{self.name}:v1").strip().split(":")[1][:12]

    def docker(self, *arguments):
        return subprocess.run(["docker", *map(str, arguments)], check=True, capture_output=True, text=True).stdout

    def clean(self):
        names = self.docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference={self.registry.address}/*").split()
        subprocess.run(["docker", "rmi", "-f", f"{self.name}:v1", *names], capture_output=True)

    def image_template(self, uri):
        self.write("template.yaml", f"Resources:\n  Fn: {{Type: AWS::Serverless::Function, Properties: {{PackageType: Image, ImageUri: '{uri}'}}}}\n")

    def test_an_image_is_pushed(self):
        self.image_template(f"{self.name}:v1")
        result = self.samara("package", "--image-repository", f"{self.registry.address}/app", "--use-json")
        tag = f"{self.name}-{self.id}-v1"
        self.assertEqual(json.loads(result.stdout)["Resources"]["Fn"]["Properties"]["ImageUri"], f"{self.registry.address}/app:{tag}")
        self.assertEqual(self.registry.tags("app"), [tag])
        self.assertEqual(self.server.operations(), ["ecr.GetAuthorizationToken"])
        quiet = self.samara("package", "--image-repositories", f"Fn={self.registry.address}/app", "--no-progressbar")
        self.assertEqual(quiet.stderr, "")

    def test_an_archive_of_an_image(self):
        self.docker("save", "-o", self.project / "image.tar", f"{self.name}:v1")
        self.image_template("image.tar")
        self.samara("package", "--image-repository", f"{self.registry.address}/app")
        self.assertEqual(self.registry.tags("app"), [f"Fn-{self.id}-latest"])

    def test_an_image_that_is_not_there(self):
        self.image_template("samara-test-gone")
        result = self.samara("package", "--image-repository", f"{self.registry.address}/app", code=1)
        self.assertIn("there is no image samara-test-gone", result.stderr)
        self.assertIn("referenced by ImageUri parameter of Fn resource", result.stderr)

    def test_managed_repositories(self):
        self.image_template(f"{self.name}:v1")
        self.server.aws("s3", "mb", "s3://artifacts")
        result = self.samara("package", "--resolve-image-repos", "--s3-bucket", "artifacts", code=1)
        stack = [call["params"] for call in self.server.calls("cloudformation", "CreateStack")][0]
        self.assertRegex(stack["StackName"], r"^sam-app-template-[0-9a-f]{8}-CompanionStack$")
        self.assertEqual(stack["Capabilities"], ["CAPABILITY_AUTO_EXPAND"])
        self.assertIn("123456789012.dkr.ecr.us-east-1.amazonaws.com/samapptemplate", result.stderr, "the push goes there")
        self.server.clear()
        self.samara("package", "--resolve-image-repos", "--s3-bucket", "artifacts", code=1)
        self.assertEqual(self.server.calls("cloudformation", "CreateStack"), [])


if __name__ == "__main__":
    unittest.main()
