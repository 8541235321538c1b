import json
import pathlib
import unittest

from watch import app

EVENT = json.loads((pathlib.Path(__file__).parents[2] / "events" / "event.json").read_text())


class Watch(unittest.TestCase):
    def test_names_the_instance_and_its_state(self):
        answer = app.lambda_handler(EVENT, None)
        self.assertEqual(answer, {"instance": "i-0123456789abcdef0", "state": "stopped"})


if __name__ == "__main__":
    unittest.main()
