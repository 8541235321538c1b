import json
import pathlib
import unittest

from subscriber import app

EVENT = json.loads((pathlib.Path(__file__).parents[2] / "events" / "event.json").read_text())


class Subscriber(unittest.TestCase):
    def test_reads_the_messages(self):
        self.assertEqual(app.lambda_handler(EVENT, None), {"orders": [7]})

    def test_fails_for_what_is_no_order(self):
        with self.assertRaises(ValueError):
            app.lambda_handler({"Records": [{"Sns": {"Message": "this is no order"}}]}, None)


if __name__ == "__main__":
    unittest.main()
