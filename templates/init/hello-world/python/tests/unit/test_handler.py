import json
import pathlib
import unittest

from hello_world import app

EVENT = json.loads((pathlib.Path(__file__).parents[2] / "events" / "event.json").read_text())


class Handler(unittest.TestCase):
    def test_greets_the_one_who_is_named(self):
        answer = app.lambda_handler({**EVENT, "queryStringParameters": {"name": "Ada"}}, None)
        self.assertEqual(answer["statusCode"], 200)
        self.assertEqual(json.loads(answer["body"]), {"message": "hello Ada"})

    def test_greets_the_world_without_a_name(self):
        answer = app.lambda_handler({**EVENT, "queryStringParameters": None}, None)
        self.assertEqual(json.loads(answer["body"]), {"message": "hello world"})


if __name__ == "__main__":
    unittest.main()
