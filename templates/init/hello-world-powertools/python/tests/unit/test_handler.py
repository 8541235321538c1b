import json
import os
import pathlib
import types
import unittest

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "tests")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "tests")

from hello_world import app

EVENT = json.loads((pathlib.Path(__file__).parents[2] / "events" / "event.json").read_text())
CONTEXT = types.SimpleNamespace(
    function_name="hello",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:hello",
    aws_request_id="11111111-1111-4111-8111-111111111111",
)


class Handler(unittest.TestCase):
    def greet(self, query):
        event = {**EVENT, "path": "/hello", "httpMethod": "GET", "queryStringParameters": query}
        answer = app.lambda_handler({**event, "multiValueQueryStringParameters": None}, CONTEXT)
        self.assertEqual(answer["statusCode"], 200)
        return json.loads(answer["body"])

    def test_greets_the_one_who_is_named(self):
        self.assertEqual(self.greet({"name": "Ada"}), {"message": "hello Ada"})

    def test_greets_the_world_without_a_name(self):
        self.assertEqual(self.greet(None), {"message": "hello world"})


if __name__ == "__main__":
    unittest.main()
