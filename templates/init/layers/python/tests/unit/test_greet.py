import json
import unittest

from greet import app


class Greet(unittest.TestCase):
    def test_greets_by_the_layer(self):
        answer = app.lambda_handler({"queryStringParameters": {"name": "Ada"}}, None)
        self.assertEqual(json.loads(answer["body"]), {"message": "hello Ada"})


if __name__ == "__main__":
    unittest.main()
