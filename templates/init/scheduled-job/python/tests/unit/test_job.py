import json
import pathlib
import unittest

from job import app

EVENT = json.loads((pathlib.Path(__file__).parents[2] / "events" / "event.json").read_text())


class Job(unittest.TestCase):
    def test_runs_for_the_day_in_the_event(self):
        self.assertEqual(app.lambda_handler(EVENT, None), {"day": "2025-01-01"})


if __name__ == "__main__":
    unittest.main()
