"""A fault is its resource's fault: each kind of fault in one resource beside every command, and what else works."""
import json
import pathlib
import re
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, wait_for  # noqa: E402

CODE = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'good'}\n"

# Two functions with a route each and a protected one; every fault is put into what is not Good.
BASE = """\
Transform: AWS::Serverless-2016-10-31
{top}
Globals:
  Function: {{Runtime: python3.11, Handler: app.handler}}
{globals}
Resources:
  Good:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: good/
      Events:
        Get: {{Type: HttpApi, Properties: {{Path: /good, Method: get}}}}
        Rest: {{Type: Api, Properties: {{Path: /rest, Method: get}}}}
{resources}
"""


def function(properties="", events="", attributes=""):
    """The faulty function Faulty, whose route is GET /faulty of the HTTP API."""
    own = {"CodeUri": "faulty/"}
    lines = [f"      {name}: {value}" for name, value in own.items() if f"{name}:" not in properties]
    lines += [f"      {line}" for line in properties.splitlines()]
    route = "        Get: {Type: HttpApi, Properties: {Path: /faulty, Method: get}}"
    lines += ["      Events:", route] + [f"        {line}" for line in events.splitlines()]
    return "\n".join(["  Faulty:", "    Type: AWS::Serverless::Function"]
                     + [f"    {line}" for line in attributes.splitlines()] + ["    Properties:"] + lines)


def event(text):
    """Faulty with its good route and one more, faulty event."""
    return function(events=text)


def resource(text):
    """Faulty as it should be, and another, faulty resource."""
    return function() + "\n" + "\n".join("  " + line for line in text.splitlines())


class Fault:
    """One kind of fault. `runs`: Faulty itself can be run (None: only with an engine or a network); `told`: what its
    one warning says; `status`: of GET /faulty (None: not asked); `routes`: other paths and their status; `refused`:
    validate refuses it; `build_told`, `invoke_told`: build and invoke look at it, and say so; `builds`: the build
    ends well; `made`: it makes an artifact of Faulty."""

    def __init__(self, name, resources, told, runs=True, status=200, routes=(), refused=True, top="", globals="",
                 build_told=True, invoke_told=True, builds=None, made=None):
        self.name, self.resources, self.told, self.runs = name, resources, told, runs
        self.status, self.routes, self.refused, self.build_told = status, dict(routes), refused, build_told
        self.invoke_told = invoke_told
        self.builds = runs is not False if builds is None else builds
        self.made = runs is not False if made is None else made
        self.template = BASE.format(top=top, globals=globals, resources=resources)


HTTP_AUTH = """\
Secured:
  Type: AWS::Serverless::HttpApi
  Properties:
    Auth: %s
Behind:
  Type: AWS::Serverless::Function
  Properties:
    CodeUri: faulty/
    Events:
      Get: {Type: HttpApi, Properties: {ApiId: !Ref Secured, Path: /secured, Method: get%s}}
"""
REST_AUTH = HTTP_AUTH.replace("HttpApi", "Api").replace("ApiId", "RestApiId").replace(
    "    Auth:", "    StageName: Prod\n    Auth:")

BODY = """\
Described:
  Type: AWS::Serverless::HttpApi
  Properties:
    DefinitionBody:
      openapi: 3.0.1
      info: {title: described, version: '1'}
      paths:
        /described:
          get:
            x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, payloadFormatVersion: '2.0', uri: %s}
        /beside:
          get:
            x-amazon-apigateway-integration:
              type: aws_proxy
              httpMethod: POST
              payloadFormatVersion: '2.0'
              uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Faulty.Arn}/invocations
"""

FAULTS = [
    # a function's own properties
    Fault("image with a runtime", function("PackageType: Image\nImageUri: none:1"), "Handler has no meaning",
          runs=None, status=None, made=False),
    Fault("unknown property", function("Timout: 3"), "Timout"),
    Fault("timeout 0", function("Timeout: 0"), " is 0", build_told=False),
    Fault("timeout too long", function("Timeout: 5000"), " is 5000", build_told=False),
    Fault("memory of 1", function("MemorySize: 1"), " is 1", build_told=False),
    Fault("memory too large", function("MemorySize: 99999"), " is 99999", build_told=False),
    Fault("timeout of text", function("Timeout: soon"), "Timeout"),
    Fault("storage of 1", function("EphemeralStorage: {Size: 1}"), " is 1",
          build_told=False),
    Fault("environment that is a list", function("Environment: [a]"), "Environment"),
    Fault("variable that is a list", function("Environment: {Variables: {A: [1]}}"), "Environment"),
    Fault("unknown runtime", function("Runtime: python9.9"), "python9.9", runs=False, status=502),
    Fault("no handler", function("Handler: !Ref AWS::NoValue"), "Handler", runs=False, status=502),
    Fault("package of another type", function("PackageType: Tar"), "PackageType", runs=False, status=502),
    Fault("image without a URI", function(
        "PackageType: Image\nCodeUri: !Ref AWS::NoValue", attributes="IgnoreGlobals: '*'"), "ImageUri", runs=False,
          builds=True, status=502),
    Fault("two architectures", function("Architectures: [x86_64, arm64]"), "Architectures"),
    Fault("tags that are a text", function("Tags: none"), "Tags"),
    Fault("policies that are wrong", function("Policies: [{NoSuchPolicy: {}}]"), "NoSuchPolicy"),
    Fault("a dead-letter queue without type", function("DeadLetterQueue: {TargetArn: x}"), "DeadLetterQueue"),
    Fault("properties that exclude each other", function(
        "CapacityProviderConfig: {Arn: x}\nVpcConfig: {SubnetIds: [a]}"), "CapacityProviderConfig"),
    Fault("a network of text", function("VpcConfig: yes please"), "VpcConfig", build_told=False),
    Fault("code in a folder that is not there", function("CodeUri: nowhere/"), "nowhere", runs=False, status=502,
          refused=False),
    Fault("a layer that is not there", function("Layers: [!Ref NoLayer]"), "NoLayer"),
    Fault("a layer that is no ARN", function("Layers: [something]"), "something", runs=None, status=502,
          build_told=False),
    # references
    Fault("a variable of an unknown Ref", function("Environment: {Variables: {A: !Ref Nothing}}"), "Nothing"),
    Fault("a variable of an unknown GetAtt", function("Environment: {Variables: {A: !GetAtt Nothing.Arn}}"), "Nothing"),
    Fault("a variable of an unknown Sub", function("Environment: {Variables: {A: !Sub 'x-${Nothing}'}}"), "Nothing"),
    Fault("a mapping that is missing", function(
        "Environment: {Variables: {A: !FindInMap [None, a, b]}}"), "None"),
    Fault("a parameter without a value", function("Environment: {Variables: {A: !Ref Given}}"), "Given",
          top="Parameters: {Given: {Type: 'AWS::SSM::Parameter::Value<String>'}}", refused=False, build_told=False),
    Fault("an import", function("Environment: {Variables: {A: !ImportValue Net}}"), "Net", refused=False,
          build_told=False),
    Fault("an item that a list has not", function(
        "Environment: {Variables: {A: !Select [3, !Split ['|', a]]}}"), "item 3"),
    Fault("a condition that is not defined", function("Environment: {Variables: {A: !If [Never, 1, 2]}}"), "Never"),
    Fault("a resource's condition that is not defined", function(attributes="Condition: Never"), "Never",
          status=None),
    Fault("an intrinsic function that there is not", function(
        "Environment: {Variables: {A: {'Fn::Nothing': 1}}}"), "Fn::Nothing"),
    Fault("a tag of no function", function("Environment: {Variables: {A: !Subb x}}"), "Fn::Subb"),
    Fault("a handler that is not known", function("Handler: !Ref Nothing"), "Nothing", runs=False, status=502),
    Fault("code by a known parameter", function("CodeUri: !Ref Folder"), "CodeUri",
          top="Parameters: {Folder: {Type: String, Default: faulty/}}", build_told=False),
    # events
    Fault("an S3 event that names its bucket", event("Put: {Type: S3, Properties: {Bucket: a, Events: 's3:ObjectCreated:*'}}"),
          "Put"),
    Fault("an event of no type", event("Odd: {Properties: {}}"), "Odd"),
    Fault("an event of an unknown type", event("Odd: {Type: Sqs, Properties: {}}"), "Sqs"),
    Fault("an event with an unknown property", event(
        "Odd: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:us-east-1:123456789012:q', Batch: 3}}"), "Batch"),
    Fault("a queue event without queue", event("Odd: {Type: SQS, Properties: {BatchSize: 3}}"), "Odd"),
    Fault("a schedule without one", event("Odd: {Type: Schedule, Properties: {}}"), "Odd"),
    Fault("a route without method", event("Odd: {Type: Api, Properties: {Path: /odd}}"), "Odd"),
    Fault("a route of no API", event(
        "Odd: {Type: HttpApi, Properties: {ApiId: !Ref Nothing, Path: /odd, Method: get}}"), "ApiId", routes={"/odd": 502}),
    Fault("a REST route of no API", event(
        "Odd: {Type: Api, Properties: {RestApiId: !Ref Nothing, Path: /odd, Method: get}}"), "RestApiId",
        routes={"/odd": 502}),
    Fault("two functions on one route", event("Odd: {Type: Api, Properties: {Path: /rest, Method: get}}"), "/rest"),
    Fault("an authorizer of the event that is not there", event(
        "Odd: {Type: HttpApi, Properties: {Path: /odd, Method: get, Auth: {Authorizer: None}}}"), "None",
        routes={"/odd": 501}),
    # APIs
    Fault("a default authorizer that is not there", resource(HTTP_AUTH % ("{DefaultAuthorizer: None}", "")), "DefaultAuthorizer",
          routes={"/secured": 501}),
    Fault("a REST default authorizer that is not there", resource(
        REST_AUTH % ("{DefaultAuthorizer: None, Authorizers: {A: {FunctionArn: !GetAtt Faulty.Arn}}}", "")), "DefaultAuthorizer",
          routes={"/secured": 501}),
    Fault("an authorizer without a payload version", resource(
        HTTP_AUTH % ("{DefaultAuthorizer: A, Authorizers: {A: {FunctionArn: !GetAtt Faulty.Arn}}}", "")),
        "AuthorizerPayloadFormatVersion", routes={"/secured": 501}),
    Fault("an authorizer of a wrong type", resource(
        REST_AUTH % ("{DefaultAuthorizer: A, Authorizers: {A: {FunctionArn: !GetAtt Faulty.Arn, FunctionPayloadType: X}}}", "")),
        "FunctionPayloadType", routes={"/secured": 501}),
    Fault("an authorizer whose function is not there", resource(
        REST_AUTH % ("{DefaultAuthorizer: A, Authorizers: {A: {FunctionArn: !GetAtt Nothing.Arn}}}", "")), "Nothing",
        routes={"/secured": 501}, build_told=False, invoke_told=False),
    Fault("an authorizer that cannot be run", function("CodeUri: nowhere/") + "\n" + "\n".join(
        "  " + line for line in (HTTP_AUTH % (
            "{DefaultAuthorizer: A, Authorizers: {A: {FunctionArn: !GetAtt Faulty.Arn, AuthorizerPayloadFormatVersion: '2.0'}}}",
            "")).replace("CodeUri: faulty/", "CodeUri: good/").splitlines()), "nowhere",
          runs=False, status=502, routes={"/secured": 500}, refused=False),
    Fault("Auth that is a text", resource(REST_AUTH % ("secret", "")), "Auth", routes={"/secured": 501}),
    Fault("a resource policy that is a text", resource(REST_AUTH % ("{ResourcePolicy: mine}", "")), "ResourcePolicy",
          routes={"/secured": 501}),
    Fault("a REST API without a stage", resource(
        (REST_AUTH % ("{DefaultAuthorizer: AWS_IAM}", "")).replace("    StageName: Prod\n", "")), "StageName",
        routes={"/secured": 501}),
    Fault("an API with an unknown property", resource("Odd:\n  Type: AWS::Serverless::HttpApi\n  Properties: {Corse: true}"),
          "Corse"),
    Fault("a definition with an unknown function", resource(BODY % "!GetAtt Nothing.Arn"), "Nothing",
          routes={"/described": 502, "/beside": 200}, build_told=False, invoke_told=False),
    Fault("a definition with an unknown name", resource(BODY % "!Sub 'arn:aws:lambda:::function:${Nothing}'"), "Nothing",
          routes={"/described": 502, "/beside": 200}, build_told=False, invoke_told=False),
    Fault("a definition that is in S3", resource(
        "Odd:\n  Type: AWS::Serverless::HttpApi\n  Properties: {DefinitionUri: 's3://bucket/api.yaml'}"), "Odd",
        refused=False, build_told=False, invoke_told=False),
    Fault("a definition file that is not there", resource(
        "Odd:\n  Type: AWS::Serverless::HttpApi\n  Properties: {DefinitionUri: nowhere.yaml}"), "nowhere.yaml",
        refused=False, builds=False),
    # other resources, and what is none
    Fault("a table with an unknown property", resource("Odd:\n  Type: AWS::Serverless::SimpleTable\n  Properties: {Keys: 1}"),
          "Keys"),
    Fault("a layer without content", resource("Odd:\n  Type: AWS::Serverless::LayerVersion\n  Properties: {}"), "Odd"),
    Fault("an unknown SAM type", resource("Odd:\n  Type: AWS::Serverless::Functoin"), "AWS::Serverless::Functoin"),
    Fault("a misspelt type of CloudFormation", resource("Odd: {Type: 'AWS::S3::Bukket'}"), "AWS::S3::Bucket?",
          refused=False),
    Fault("a resource without a type", resource("Odd: {Properties: {}}"), "Odd"),
    Fault("a resource that is a text", resource("Odd: nothing"), "Odd"),
    Fault("Properties that are a list", resource("Odd:\n  Type: AWS::Serverless::SimpleTable\n  Properties: [1]"), "Odd"),
    Fault("a connector to nothing", resource(
        "Odd:\n  Type: AWS::Serverless::Connector\n  Properties:\n    Source: {Id: Faulty}\n    Destination: {Id: None}\n"
        "    Permissions: [Read]"), "Odd"),
    Fault("a state machine without definition", resource("Odd:\n  Type: AWS::Serverless::StateMachine\n  Properties: {}"),
          "Odd"),
    Fault("a nested stack that is not there", resource(
        "Odd:\n  Type: AWS::Serverless::Application\n  Properties: {Location: nowhere.yaml}"), "nowhere.yaml",
        refused=False, builds=False),
    Fault("Globals for what has none", function(), "Nothing", globals="  Nothing: {Runtime: python3.11}"),
    Fault("an unknown property in Globals", function(), "Runtim", globals="  SimpleTable: {Runtim: python3.11}"),
    Fault("Mappings that are a list", function(), "Mappings", top="Mappings: [1]"),
    Fault("a macro of one's own", function(), "MyMacro", top="Conditions: {}", refused=False),
    Fault("a value that a parameter does not allow", function(), "Stage",
          top="Parameters: {Stage: {Type: String, Default: x, AllowedValues: [a, b]}}"),
]
FAULTS[-2].template = FAULTS[-2].template.replace(
    "Transform: AWS::Serverless-2016-10-31", "Transform: [AWS::Serverless-2016-10-31, MyMacro]")


def ask(url, data=None):
    """Status and body."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class FaultRun:
    """Runs `check` for every kind of fault, two at a time."""

    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"

    def folder_of(self, fault):
        folder = self.project / re.sub(r"\W+", "-", fault.name)
        for name in ("good", "faulty"):
            (folder / name).mkdir(parents=True)
            (folder / name / "app.py").write_text(CODE)
        (folder / "template.yaml").write_text(fault.template)
        return folder

    def each(self, check):
        self.assertGreaterEqual(len(FAULTS), 60)
        failures = []

        def one(fault):
            try:
                check(fault, self.folder_of(fault))
            except AssertionError as error:
                failures.append(f"{fault.name}: {error}")

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, FAULTS))
        self.assertEqual(failures, [], "\n\n".join(failures))

    def told_once(self, fault, log):
        """The one warning about it."""
        warnings = re.findall(r"^Warning: .*(?:\n  .*)?", log, re.M)
        named = [text for text in warnings if fault.told in text]
        self.assertEqual(len(named), 1, log)
        self.assertNotIn("Error:", log)

    def serve(self, command, folder, check):
        with self.start("local", command, "--port", 0, "--no-watch", cwd=folder) as server:
            ready = server.wait_for_line("Press CTRL+C to quit")
            check(re.search(r"http://[\d.:]+", ready)[0], server)
            log = server.output()
        return log


class Build(FaultRun, SamaraTest):
    def test_builds_what_can_be_understood(self):
        def check(fault, folder):
            built = self.samara("build", cwd=folder, code=0 if fault.builds else 1)
            self.assertTrue((folder / ".aws-sam/build/Good/app.py").exists(), built.stderr)
            self.assertEqual((folder / ".aws-sam/build/Faulty/app.py").exists(), fault.made, built.stderr)
            (self.assertIn if fault.build_told else self.assertNotIn)(fault.told, built.stderr)

        self.each(check)


class Invoke(FaultRun, SamaraTest):
    def test_runs_the_others(self):
        def check(fault, folder):
            good = self.samara("local", "invoke", "Good", cwd=folder)
            self.assertEqual(json.loads(good.stdout)["body"], "good")
            if fault.runs is not None:
                faulty = self.samara("local", "invoke", "Faulty", cwd=folder, code=0 if fault.runs else 1)
                self.assertEqual("good" in faulty.stdout, fault.runs)
                (self.assertIn if fault.invoke_told else self.assertNotIn)(fault.told, faulty.stderr)

        self.each(check)


class StartApi(FaultRun, SamaraTest):
    def test_serves_the_others(self):
        def check(fault, folder):
            def requests(url, server):
                self.assertEqual(ask(url + "/good"), (200, "good"))
                self.assertEqual(ask(url + "/rest"), (200, "good"))
                if fault.status is not None:
                    self.assertEqual(ask(url + "/faulty")[0], fault.status, server.output())
                for path, status in fault.routes.items():
                    self.assertEqual(ask(url + path)[0], status, path + "\n" + server.output())

            log = self.serve("start-api", folder, requests)
            self.told_once(fault, log.split("Mounting")[0])

        self.each(check)


class StartLambda(FaultRun, SamaraTest):
    def test_runs_the_others(self):
        def check(fault, folder):
            def calls(url, server):
                path = "/2015-03-31/functions/%s/invocations"
                self.assertEqual(ask(url + path % "Good", b"{}")[0], 200)
                if fault.runs is not None:
                    self.assertEqual(ask(url + path % "Faulty", b"{}")[0], 200 if fault.runs else 500, server.output())

            self.serve("start-lambda", folder, calls)

        self.each(check)


class Validate(FaultRun, SamaraTest):
    def test_refuses_what_aws_refuses(self):
        def check(fault, folder):
            validated = self.samara("validate", cwd=folder, code=None)
            self.assertEqual(validated.returncode, 1 if fault.refused else 0, validated.stderr)
            if fault.refused:
                self.assertIn(fault.told, validated.stderr)
            elif not fault.builds: # what may be there when it is built
                self.assertRegex(validated.stderr, f"Warning: .*{re.escape(fault.told)}")

        self.each(check)


class Strict(FaultRun, SamaraTest):
    def test_takes_each_warning_as_an_error(self):
        def check(fault, folder):
            refused = self.samara("local", "start-api", "--port", 0, "--strict", cwd=folder, code=1, seconds=60)
            self.assertIn("--strict", refused.stderr)
            self.assertNotIn("Warning:", refused.stderr)

        self.each(check)


if __name__ == "__main__":
    import unittest

    unittest.main()
