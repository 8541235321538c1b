"""What `list` and `logs` show of a deployed application, with nothing between samara and the protocol of AWS."""
import hashlib
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import time
import unittest
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from aws_server import AwsServer  # noqa: E402
from samara_e2e import SAMARA, SamaraTest, wait_for  # noqa: E402

LOCAL = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.11
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Get: {Type: Api, Properties: {Path: /hello, Method: get}}
        Post: {Type: Api, Properties: {Path: /hello, Method: post}}
        Http: {Type: HttpApi, Properties: {Path: /h, Method: get}}
  Later:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
Outputs:
  Name: {Value: !Ref Hello, Description: the function}
  Other: {Value: plain}
"""


class CloudRead:
    """What the classes below share."""

    def setUp(self):
        super().setUp()
        self.server = AwsServer()
        self.addCleanup(self.server.__exit__)
        home = self.folder / "home"
        home.mkdir()
        self.environment.update(self.server.environment(home))
        self.write("template.yaml", LOCAL)

    def tearDown(self):
        self.assertEqual(self.server.violations(), [])
        super().tearDown()

    def deploy(self, local=LOCAL):
        """The application of the template but Later, deployed."""
        with zipfile.ZipFile(self.folder / "code.zip", "w") as archive:
            archive.writestr("app.py", "def handler(event, context): pass\n")
        self.server.control("s3/create", {"bucket": "code"})
        self.server.aws("s3api", "put-object", "--bucket", "code", "--key", "code.zip", "--body", self.folder / "code.zip")
        begin, end = local.index("  Later:"), local.index("Outputs:")
        self.stack = self.server.create_stack("app", (local[:begin] + local[end:]).replace("CodeUri: src", "CodeUri: s3://code/code.zip"))
        self.assertEqual(self.stack["status"], "CREATE_COMPLETE")
        self.server.clear()
        return self.stack["resources"]


class List(CloudRead, SamaraTest):
    def test_resources_of_the_stack_come_before_those_that_are_not_deployed(self):
        resources = self.deploy()
        rows = json.loads(self.samara("list", "resources", "--stack-name", "app", "--output", "json").stdout)
        deployed = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
        self.assertEqual({**resources, "Later": "-", "LaterRole": "-"}, deployed)
        self.assertEqual([row["LogicalResourceId"] for row in rows][:len(resources)], list(resources))
        pages = len(self.server.calls("cloudformation", "ListStackResources"))
        self.assertGreater(pages, 1, "more than one page was read")
        table = self.samara("list", "resources", "--stack-name", "app", environment={"COLUMNS": "160"}).stdout.splitlines()
        self.assertEqual(table[0], "Resources")
        self.assertEqual((table[1], table[3]), ("-" * 157, "-" * 157))
        self.assertEqual(table[2].split(), ["Logical", "ID", "Physical", "ID"])
        self.assertIn(["Hello", resources["Hello"]], [line.split() for line in table])

    def test_endpoints_are_those_of_urls_and_stages(self):
        resources = self.deploy()
        rows = {row["LogicalResourceId"]: row
                for row in json.loads(self.samara("list", "endpoints", "--stack-name", "app", "--output", "json").stdout)}
        self.assertEqual(set(rows), {"Hello", "Later", "ServerlessRestApi", "ServerlessHttpApi"})
        self.assertRegex(rows["Hello"]["CloudEndpoint"], r"^https://\w+\.lambda-url\.us-east-1\.on\.aws/$")
        self.assertEqual(rows["Hello"]["Methods"], "-")
        rest = rows["ServerlessRestApi"]
        self.assertIn(f"https://{resources['ServerlessRestApi']}.execute-api.us-east-1.amazonaws.com/Prod", rest["CloudEndpoint"])
        self.assertEqual(rest["Methods"], ["/hello['post', 'get']"], "in the order of the transform's result")
        self.assertEqual(rows["ServerlessHttpApi"]["CloudEndpoint"],
                         [f"https://{resources['ServerlessHttpApi']}.execute-api.us-east-1.amazonaws.com/$default"])
        self.assertEqual((rows["Later"]["PhysicalResourceId"], rows["Later"]["CloudEndpoint"]), ("-", "-"))

    def test_a_domain_before_an_api_is_its_endpoint(self):
        domain = ("  Domain: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: api.example.com}}\n"
                  "  Mapping: {Type: AWS::ApiGateway::BasePathMapping, Properties: {RestApiId: !Ref ServerlessRestApi, "
                  "DomainName: !Ref Domain}}\n")
        local = LOCAL.replace("  Later:", domain + "  Later:")
        self.write("template.yaml", local)
        self.deploy(local)
        rows = {row["LogicalResourceId"]: row
                for row in json.loads(self.samara("list", "endpoints", "--stack-name", "app", "--output", "json").stdout)}
        self.assertEqual(rows["ServerlessRestApi"]["CloudEndpoint"], ["https://api.example.com"])

    def test_outputs(self):
        resources = self.deploy()
        rows = json.loads(self.samara("list", "stack-outputs", "--stack-name", "app", "--output", "json").stdout)
        self.assertEqual(rows, [{"OutputKey": "Name", "OutputValue": resources["Hello"], "Description": "the function"},
                                {"OutputKey": "Other", "OutputValue": "plain", "Description": ""}])
        table = self.samara("list", "stack-outputs", "--stack-name", "app").stdout.splitlines()
        self.assertEqual((table[0], table[-2], table[-1]), ("Stack Outputs", "-" * 96, ""))

    def test_without_a_stack_what_is_local_is_shown(self):
        done = self.samara("list", "resources", "--output", "json")
        self.assertEqual({row["PhysicalResourceId"] for row in json.loads(done.stdout)}, {"-"})
        self.assertIn("without --stack-name", done.stderr)
        self.assertEqual(self.server.calls(), [])

    def test_what_is_not_there(self):
        for command in ("resources", "endpoints", "stack-outputs"):
            done = self.samara("list", command, "--stack-name", "none", code=1)
            self.assertIn("Error: The input stack none does not exist on Cloudformation in the region us-east-1", done.stderr)
        self.server.create_stack("bare", "Resources: {T: {Type: AWS::SNS::Topic}}")
        done = self.samara("list", "stack-outputs", "--stack-name", "bare", code=1)
        self.assertIn("Outputs do not exist for the input stack bare", done.stderr)
        self.server.fault(service="cloudformation", kind="error", code="ExpiredToken", message="too old", status=403, times=0)
        done = self.samara("list", "resources", "--stack-name", "app", code=1)
        self.assertIn("An error occurred (ExpiredToken) when calling the ListStackResources operation", done.stderr)

    def test_throttling_is_waited_for(self):
        self.deploy()
        self.server.fault(service="cloudformation", operation="ListStackResources", kind="error", code="Throttling",
                          message="Rate exceeded", times=2)
        self.samara("list", "resources", "--stack-name", "app")
        self.server.fault(service="cloudformation", operation="ListStackResources", kind="cut")
        self.samara("list", "resources", "--stack-name", "app")


class Logs(CloudRead, SamaraTest):
    def group(self):
        return f"/aws/lambda/{self.stack['resources']['Hello']}"

    def put(self, *messages, group=None, stream="s1", ago=60):
        now = int(time.time() * 1000) - ago * 1000
        self.server.control("logs/put", {"group": group or self.group(), "stream": stream, "events": [
            {"message": message, "timestamp": now + index} for index, message in enumerate(messages)]})

    def test_lines_of_a_function_come_in_order_over_pages(self):
        self.deploy()
        self.put(*(f"line {number}\n" for number in range(12)))
        self.put("too old", ago=3600)
        done = self.samara("logs", "--stack-name", "app", "--name", "Hello")
        lines = done.stdout.splitlines()
        self.assertEqual([line.split(" ", 2)[2] for line in lines], [f"line {number}" for number in range(12)])
        self.assertRegex(lines[0], r"^s1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}000)?\+00:00 line 0$")
        first = self.server.calls("logs", "FilterLogEvents")[0]["params"]
        self.assertEqual((first["interleaved"], "endTime" in first), (True, False))
        self.assertAlmostEqual(first["startTime"] / 1000, time.time() - 600, delta=60)
        done = self.samara("logs", "--stack-name", "app", "-s", "2 hours ago", "-e", "30min ago")
        self.assertEqual([line.split(" ", 2)[2] for line in done.stdout.splitlines()], ["too old"])

    def test_all_resources_and_named_groups(self):
        resources = self.deploy()
        self.put("of the function")
        self.put("of the api", group=f"API-Gateway-Execution-Logs_{resources['ServerlessRestApi']}/Prod", stream="api")
        self.put("elsewhere", group="/other", stream="other")
        done = self.samara("logs", "--stack-name", "app")
        self.assertEqual({line.split(" ", 2)[2] for line in done.stdout.splitlines()}, {"of the function", "of the api"})
        self.assertIn("ServerlessHttpApi does not write logs", done.stderr)
        done = self.samara("logs", "--cw-log-group", "/other", "--cw-log-group", "/none")
        self.assertEqual([line.split(" ", 2)[2] for line in done.stdout.splitlines()], ["elsewhere"])
        self.assertIn("The log group /none cannot be read", done.stderr)

    def test_nested_stacks_are_looked_into(self):
        self.server.control("s3/create", {"bucket": "templates"})
        child = "Resources: {Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: 'arn:aws:iam::123456789012:role/r', " \
                "LoggingConfiguration: {Level: ALL, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: " \
                "'arn:aws:logs:us-east-1:123456789012:log-group:/machine:*'}}]}}}}"
        self.write("child.yaml", child)
        self.server.aws("s3", "cp", self.project / "child.yaml", "s3://templates/child.yaml")
        self.server.create_stack("app", "Resources: {Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "
                                        f"'{self.server.endpoint}/templates/child.yaml'}}}}}}")
        self.put("a step", group="/machine")
        done = self.samara("logs", "--stack-name", "app", "-n", "Child/Machine", "-n", "Nobody")
        self.assertIn("a step", done.stdout)
        self.assertIn("no resource Nobody with logs; those that have are: Child/Machine", done.stderr)

    def test_json_and_filters(self):
        self.deploy()
        self.put('{"level": "INFO", "text": "für"}', "plain ERROR here", "Task timed out after 3.00 seconds")
        lines = [json.loads(line) for line in self.samara("logs", "--stack-name", "app", "-n", "Hello", "--output", "json").stdout.splitlines()]
        self.assertEqual([line["message"] for line in lines],
                         ['{"level": "INFO", "text": "für"}', "plain ERROR here", "Task timed out after 3.00 seconds"])
        self.assertEqual(set(lines[0]), {"logStreamName", "timestamp", "message", "ingestionTime", "eventId"})
        text = self.samara("logs", "--stack-name", "app", "-n", "Hello").stdout
        self.assertIn('{\n  "level": "INFO",\n  "text": "für"\n}\n', text)
        done = self.samara("logs", "--stack-name", "app", "-n", "Hello", "--filter", "ERROR")
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertEqual(self.server.calls("logs", "FilterLogEvents")[-1]["params"]["filterPattern"], "ERROR")

    def test_traces_come_beside_the_logs(self):
        self.deploy()
        self.put("a line")
        document = json.dumps({"id": "1", "name": "app-Hello", "start_time": 1700000000.25, "end_time": 1700000001.5,
                               "http": {"response": {"status": 200}},
                               "subsegments": [{"name": "Init", "start_time": 1700000000.5, "end_time": 1700000000.75}]})
        early = json.dumps({"id": "0", "name": "going on", "start_time": 1700000000})
        trace = {"Duration": 1.25, "Segments": [{"Id": "1", "Document": document}, {"Id": "0", "Document": early}]}
        traces = [{"Id": f"1-6553f100-{number:024x}", **trace} for number in range(7)]
        traces[1]["Revision"], traces[2]["IsPartial"] = 2, True
        graph = [{"ReferenceId": 0, "Name": "app-Hello", "Type": "AWS::Lambda", "Root": True, "StartTime": 1700000000.5,
                  "Edges": [{"ReferenceId": 1, "StartTime": 1700000000}],
                  "SummaryStatistics": {"OkCount": 6, "TotalCount": 7, "TotalResponseTime": 1.5, "FaultStatistics": {"TotalCount": 1}}},
                 {"ReferenceId": 1, "Name": "table", "Type": "AWS::DynamoDB::Table"}]
        self.server.control("xray/put", {"traces": traces, "graphs": [graph]})
        text = self.samara("logs", "--stack-name", "app", "-n", "Hello", "--include-traces", environment={"TZ": "UTC"}).stdout
        self.assertIn("+00:00 a line\n", text)
        for number in (0, 1, 3, 4, 5, 6):
            revision = "[revision 2] " if number == 1 else ""
            self.assertIn(f"\nXRay Event {revision}at (2023-11-14T22:13:20) with id ({traces[number]['Id']}) and duration (1.250s)\n"
                          " - 0.000s - going on\n - 1.250s - app-Hello [HTTP: 200]\n   - 0.250s - Init\n", text)
        self.assertNotIn(traces[2]["Id"], text, "one that is not complete")
        self.assertRegex(text, r"\nNew XRay Service Graph\n  Start time: \S+\n  End time: \S+\n"
                         r"  Reference Id: 0 - \(Root\) AWS::Lambda - app-Hello - Edges: \[1\]\n   Summary_statistics:\n     - total requests: 7\n"
                         r"     - ok count\(2XX\): 6\n     - error count\(4XX\): 0\n     - fault count\(5XX\): 1\n     - total response time: 1.5\n"
                         r"  Reference Id: 1 - AWS::DynamoDB::Table - table - Edges: \[\]\n")
        asked = [call["params"]["TraceIds"] for call in self.server.calls("xray", "BatchGetTraces")]
        self.assertEqual(sorted(map(len, asked)), [1, 5, 5], "five at once, and a second page of them")
        lines = [json.loads(line) for line in self.samara("logs", "--stack-name", "app", "-n", "Hello", "-i", "--output", "json").stdout.splitlines()]
        first = next(line for line in lines if line.get("Id") == traces[0]["Id"])
        self.assertEqual(first["Segments"], [json.loads(early), json.loads(document)])
        services = next(line for line in lines if "Services" in line)["Services"]
        self.assertEqual((services[0]["StartTime"], services[0]["Edges"][0]["StartTime"]), ("2023-11-14T22:13:20.500000+00:00", "2023-11-14T22:13:20+00:00"))
        self.assertEqual(len(lines), 8)

    def test_new_traces_are_followed(self):
        self.deploy()
        trace = {"Id": "1-6553f100-000000000000000000000001", "Duration": 1, "Segments": [{"Id": "1", "Document": '{"name": "first"}'}]}
        self.server.control("xray/put", {"traces": [trace]})
        self.server.fault(service="xray", operation="GetTraceSummaries", kind="error", code="ThrottledException", message="slow down", status=429)
        self.environment["AWS_MAX_ATTEMPTS"] = "1"
        with self.start("logs", "--stack-name", "app", "-n", "Hello", "--tail", "-i") as tail:
            tail.wait_for_line(" - 0.000s - first", 30)
            self.assertIn("X-Ray is asked too often", tail.output())
            self.server.control("xray/put", {"traces": [{**trace, "Revision": 1, "Segments": [{"Id": "1", "Document": '{"name": "second"}'}]}]})
            tail.wait_for_line(" - 0.000s - second", 30)
            self.assertEqual(tail.stop(signal.SIGINT), 0)
            self.assertEqual(sum("first" in line for line in tail.lines), 1, "nothing comes twice")

    def test_colours_on_a_terminal(self):
        self.deploy()
        self.put("an ERROR here", "Task timed out after 3.00 seconds", "\x1b]0;title\x07 hidden")
        command = [SAMARA, "logs", "--stack-name", "app", "-n", "Hello"]
        primary, secondary = pty.openpty()
        process = subprocess.Popen(command + ["--filter", "?ERROR ?Task ?hidden"], stdin=subprocess.DEVNULL, stdout=secondary,
                                   stderr=subprocess.DEVNULL, env=self.environment, cwd=self.project)
        os.close(secondary)
        self.assertEqual(process.wait(60), 0)
        text = os.read(primary, 100_000).decode()
        os.close(primary)
        self.assertIn("\x1b[36ms1\x1b[0m \x1b[33m", text)
        self.assertIn("\x1b[31mTask timed out after 3.00 seconds\x1b[0m", text)
        self.assertNotIn("\x1b]0;", text, "what a function prints does not reach the terminal's title")

    def test_following_ends_with_ctrl_c_and_success(self):
        self.deploy()
        self.put("early")
        with self.start("logs", "--stack-name", "app", "-n", "Hello", "--tail") as tail:
            tail.wait_for_line("early")
            self.put("late", ago=0)
            tail.wait_for_line("late", 20)
            self.assertEqual(tail.stop(signal.SIGINT), 0)
            self.assertEqual(sum("early" in line for line in tail.lines), 1, "nothing comes twice")

    def test_following_outlives_throttling_but_not_refusal(self):
        self.deploy()
        self.put("early")
        with self.start("logs", "--stack-name", "app", "-n", "Hello", "--tail") as tail:
            tail.wait_for_line("early")
            self.server.fault(service="logs", operation="FilterLogEvents", kind="error", code="AccessDeniedException", message="no more")
            wait_for(lambda: tail.process.poll() is not None, "the end")
            self.assertEqual(tail.process.returncode, 1)
            self.assertIn("AccessDeniedException", tail.output())

    def test_times_are_those_of_dateparser(self):
        """The library that the original reads times with, of Debian; zones and moments without a date of today included."""
        texts = ["2024-01-05", "2024-01-05T10:00:00Z", "2024-01-05T10:00:00.5+02:00", "2024-01-05 10:00 EST", "2024/01/05", "01/02/2024",
                 "13/02/2024", "Jan 5 2018 10:00", "5 january 2024", "Tue, 02 Jan 2024 10:00:00 GMT", "1530000000", "1530000000123",
                 "10m ago", "an hour ago", "1 hour 30 minutes ago", "2 weeks ago", "1 month ago", "1.5 hours ago", "yesterday",
                 "yesterday 10:00", "today 00:01", "monday", "friday 10:00", "last week", "2h", "now", "3 days"]
        program = ("import dateparser, json, sys, warnings; warnings.simplefilter('ignore')\n"
                   "from datetime import datetime, timezone\n"
                   "for text in json.load(sys.stdin):\n"
                   "    moment = dateparser.parse(text, languages=['en'], settings={'TIMEZONE': 'UTC', 'TO_TIMEZONE': 'UTC',\n"
                   "        'RELATIVE_BASE': datetime.now(timezone.utc).replace(tzinfo=None)})\n"
                   "    print(moment.replace(tzinfo=timezone.utc).timestamp())\n")
        oracle = subprocess.run(["/usr/bin/python3", "-c", program], input=json.dumps(texts), capture_output=True, text=True,
                                env={"PATH": "/usr/bin:/bin", "TZ": "UTC"})
        if "No module named 'dateparser'" in oracle.stderr:
            self.skipTest("Debian's python3-dateparser is not installed")
        self.assertEqual(oracle.returncode, 0, oracle.stderr)
        self.server.control("logs/put", {"group": "/g", "stream": "s", "events": []})
        for text, expected in zip(texts, map(float, oracle.stdout.split()), strict=True):
            self.samara("logs", "--cw-log-group", "/g", "--start-time", text)
            asked = self.server.calls("logs", "FilterLogEvents")[-1]["params"]["startTime"] / 1000
            self.assertAlmostEqual(asked, expected, delta=60, msg=text)

    def test_usage(self):
        for arguments, text, code in (
                ((), "--stack-name", 2), (("--name", "F", "--cw-log-group", "g"), "--stack-name", 2),
                (("--stack-name", "app", "-s", "some day"), "Unable to parse the time provided by 'start-time'", 1),
                (("--stack-name", "none"), "Invalid --stack-name parameter.", 1)):
            self.assertIn(text, self.samara("logs", *arguments, code=code).stderr)
        self.server.create_stack("bare", "Resources: {T: {Type: AWS::SNS::Topic}}")
        self.assertIn("No valid resources", self.samara("logs", "--stack-name", "bare", code=1).stderr)


class Sessions(CloudRead, SamaraTest):
    """Credentials that AWS hands out, by the protocol."""

    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(self.environment["HOME"])
        (self.home / ".aws/sso/cache").mkdir(parents=True)
        self.server.create_stack("app", "Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {A: {Value: b}}")
        self.server.clear()

    def outputs(self, *options, code=0, without_keys=True):
        keep = {} if not without_keys else {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        return self.samara("list", "stack-outputs", "--stack-name", "app", *options, code=code, environment=keep)

    def sso(self, expires, refresh=None):
        (self.home / ".aws/config").write_text(
            "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Developer\nregion = us-east-1\n"
            "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n")
        token = {"accessToken": "old", "expiresAt": expires, "region": "us-east-1", "startUrl": "https://corp.awsapps.com/start"}
        if refresh:
            token.update(refreshToken=refresh, clientId="id", clientSecret="secret", registrationExpiresAt="2099-01-01T00:00:00Z")
            self.server.control("sso-oidc/refresh", {"refreshToken": refresh, "clientId": "id", "clientSecret": "secret"})
        name = hashlib.sha1(b"corp").hexdigest()
        (self.home / f".aws/sso/cache/{name}.json").write_text(json.dumps(token))
        return self.home / f".aws/sso/cache/{name}.json"

    def test_single_sign_on(self):
        self.sso("2099-01-01T00:00:00Z")
        self.server.control("sso/token", {"token": "old"})
        self.outputs("--profile", "dev")
        call = self.server.calls("cloudformation")[0]
        self.assertTrue(call["accessKey"].startswith("ASIA"))
        self.assertEqual(self.server.operations("sso-oidc"), [])

    def test_a_token_that_has_expired_is_refreshed(self):
        file = self.sso("2020-01-01T00:00:00Z", refresh="again")
        self.outputs("--profile", "dev")
        self.assertEqual(self.server.operations("sso-oidc"), ["sso-oidc.CreateToken"])
        kept = json.loads(file.read_text())
        self.assertNotEqual(kept["accessToken"], "old")
        self.assertEqual((kept["refreshToken"], file.stat().st_mode & 0o777), ("again", 0o600))

    def test_a_session_that_is_over_says_what_to_run(self):
        self.sso("2020-01-01T00:00:00Z")
        done = self.outputs("--profile", "dev", code=1)
        self.assertIn("aws sso login", done.stderr)
        self.assertEqual(self.server.calls("cloudformation"), [])

    def test_the_session_of_a_role_is_shared_with_the_aws_cli(self):
        (self.home / ".aws/config").write_text(
            "[profile role]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/Deployer\ncredential_source = Environment\n"
            "external_id = x1\n")
        self.outputs("--profile", "role", without_keys=False)
        self.outputs("--profile", "role", without_keys=False)
        self.assertEqual(self.server.operations("sts"), ["sts.AssumeRole"])
        self.assertEqual(self.server.calls("sts")[0]["params"]["ExternalId"], "x1")
        who = json.loads(self.server.aws("sts", "get-caller-identity", "--profile", "role", home=self.home))
        self.assertIn("assumed-role/Deployer/", who["Arn"])
        self.assertEqual(self.server.operations("sts"), ["sts.AssumeRole", "sts.GetCallerIdentity"], "the AWS CLI used what samara keeps")

    def test_a_role_that_may_not_be_assumed(self):
        (self.home / ".aws/config").write_text(
            "[profile role]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/DeniedRole\ncredential_source = Environment\n")
        done = self.outputs("--profile", "role", code=1, without_keys=False)
        self.assertIn("(AccessDenied) when calling the AssumeRole operation", done.stderr)

    def test_web_identity(self):
        token = self.folder / "token"
        token.write_text("a.b.c")
        self.environment.update(AWS_WEB_IDENTITY_TOKEN_FILE=str(token), AWS_ROLE_ARN="arn:aws:iam::123456789012:role/Ci")
        self.outputs()
        self.assertEqual(self.server.operations("sts"), ["sts.AssumeRoleWithWebIdentity"])
        self.assertIsNone(self.server.calls("sts")[0]["accessKey"], "unsigned")


if __name__ == "__main__":
    unittest.main()
