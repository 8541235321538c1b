"""How many environments serve how many requests: nobody is refused below the quotas, and past them as AWS does it."""
import concurrent.futures
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest, curl, free_port, wait_for  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: app, Runtime: python3.11, Timeout: 25}
Resources:
  Quick:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.quick
      Events:
        Http: {Type: HttpApi, Properties: {Path: /quick, Method: get}}
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.slow
      Events:
        Http: {Type: HttpApi, Properties: {Path: /slow, Method: get}}
  Reserved:
    Type: AWS::Serverless::Function
    Properties:
      Handler: main.slow
      ReservedConcurrentExecutions: 1
      Events:
        Http: {Type: HttpApi, Properties: {Path: /reserved, Method: get}}
        Rest: {Type: Api, Properties: {Path: /reserved-rest, Method: get}}
  Recursive:
    Type: AWS::Serverless::Function
    Properties: {Handler: main.recursive}
"""

CODE = """
import json
import os
import time
import urllib.request

def quick(event, context):
    return {"statusCode": 200, "body": str(os.getpid()) + os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]}

def slow(event, context):
    time.sleep(1)
    return {"statusCode": 200, "body": "slow"}

def recursive(event, context):
    if event["depth"] == 0:
        return 0
    body = json.dumps({**event, "depth": event["depth"] - 1}).encode()
    with urllib.request.urlopen(urllib.request.Request(event["url"], data=body)) as answer:
        return 1 + json.loads(answer.read())
"""


class Concurrency(SamaraTest):  # alone: how many environments there are follows from how long calls take
    def setUp(self):
        super().setUp()
        self.environment["SAMARA_ENGINE"] = "sandbox"
        self.write("template.yaml", TEMPLATE)
        self.write("app/main.py", CODE)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def at_once(self, count, path):
        """Statuses and bodies of requests that come together."""
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return [(answer[0], answer[2]) for answer in pool.map(lambda _: curl(self.url + path), range(count))]

    def test_nobody_is_refused_and_few_environments_serve_many(self):
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            curl(self.url + "/quick")
            answers = self.at_once(64, "/quick")
            self.assertEqual({status for status, _ in answers}, {200})
            # How many depends on how soon this machine starts one; not one for each request, in any case.
            environments = {body for _, body in answers}
            self.assertLess(len(environments), 64)
            # All of them are free a moment sooner than another one could be; some have only just started.
            counts = [len(environments)]
            for _ in range(5):
                environments |= {body for _, body in self.at_once(64, "/quick")}
                counts.append(len(environments))
            self.assertEqual(counts[-1], counts[-3], counts)
            begin = time.monotonic()
            self.assertEqual({status for status, _ in self.at_once(20, "/slow")}, {200})
            self.assertLess(time.monotonic() - begin, 18, "each waited for the one before it")
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_past_a_reservation_each_api_answers_as_on_aws(self):
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            curl(self.url + "/reserved")
            self.assertEqual(sorted(status for status, _ in self.at_once(3, "/reserved")), [200, 503, 503])
            self.assertEqual(sorted(status for status, _ in self.at_once(3, "/reserved-rest")), [200, 500, 500])
            self.assertEqual(api.stop(), 0)
        with self.start("local", "start-lambda", "--port", self.port) as service:
            service.wait_for_line("Press CTRL+C to quit")
            path = "/2015-03-31/functions/Reserved/invocations"
            self.call(path, {})
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                answers = list(pool.map(lambda _: self.call(path, {}), range(3)))
            self.assertEqual(sorted(status for status, _, _ in answers), [200, 429, 429])
            self.assertEqual({headers["x-amzn-errortype"] for status, headers, _ in answers if status == 429},
                             {"TooManyRequestsException"})
            self.assertEqual(service.stop(), 0)
        self.assert_nothing_left()

    def call(self, path, event):
        return curl("-d", json.dumps(event), self.url + path)

    def test_a_function_that_calls_itself_ten_deep(self):
        with self.start("local", "start-lambda", "--port", self.port) as service:
            service.wait_for_line("Press CTRL+C to quit")
            path = "/2015-03-31/functions/Recursive/invocations"
            for _ in range(2):  # the second time it is known how long a call takes
                status, _, body = self.call(path, {"depth": 10, "url": self.url + path})
                self.assertEqual((status, json.loads(body)), (200, 10))
            self.assertEqual(service.stop(), 0)
        self.assert_nothing_left()

    def test_an_upper_bound_makes_requests_wait_in_order(self):
        with self.start("local", "start-api", "--port", self.port, "--max-concurrency", "1") as api:
            api.wait_for_line("Press CTRL+C to quit")
            begin = time.monotonic()
            self.assertEqual({status for status, _ in self.at_once(4, "/slow")}, {200})
            self.assertGreaterEqual(time.monotonic() - begin, 4)
            self.assertIn("as many as --max-concurrency allows", api.output())
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()

    def test_as_on_aws_each_request_has_an_environment_of_its_own(self):
        with self.start("local", "start-api", "--port", self.port, "--concurrency", "aws") as api:
            api.wait_for_line("Press CTRL+C to quit")
            begin = time.monotonic()
            self.assertEqual({status for status, _ in self.at_once(5, "/slow")}, {200})
            wait_for(lambda: api.output().count("Slow cold") == 5, "a line for each")
            self.assertLess(time.monotonic() - begin, 15)
            self.assertEqual(api.stop(), 0)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
