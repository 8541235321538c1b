import json
import pathlib
import unittest

from worker import app

EVENT = json.loads((pathlib.Path(__file__).parents[2] / "events" / "event.json").read_text())


class Worker(unittest.TestCase):
    def test_names_only_the_jobs_that_failed(self):
        answer = app.lambda_handler(EVENT, None)
        failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        self.assertEqual(failed, ["22222222-2222-4222-8222-222222222222"])

    def test_names_none_when_all_is_well(self):
        answer = app.lambda_handler({"Records": EVENT["Records"][:1]}, None)
        self.assertEqual(answer, {"batchItemFailures": []})


if __name__ == "__main__":
    unittest.main()
