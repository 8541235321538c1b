import json
import pathlib
import unittest

from who import app

EVENT = json.loads((pathlib.Path(__file__).parents[2] / "events" / "event.json").read_text())


class Profile(unittest.TestCase):
    def test_tells_the_caller_who_they_are(self):
        answer = app.lambda_handler(EVENT, None)
        self.assertEqual(answer["statusCode"], 200)
        self.assertEqual(json.loads(answer["body"])["subject"], "ada")

    def test_health_needs_no_token(self):
        self.assertEqual(app.lambda_handler({"rawPath": "/health"}, None), {"status": "ok"})


if __name__ == "__main__":
    unittest.main()
