import json
import pathlib
import unittest

from orders import app

FOLDER = pathlib.Path(__file__).parents[2]
ORDER = json.loads((FOLDER / "events" / "event.json").read_text())


class Orders(unittest.TestCase):
    def test_takes_orders_up_to_the_limit(self):
        for amount, accepted in ((1, True), (app.LIMIT, True), (app.LIMIT + 1, False), (0, False)):
            self.assertEqual(app.check({**ORDER, "amount": amount}, None)["accepted"], accepted)

    def test_the_states_fit_together(self):
        self.assertEqual(app.take(app.check(ORDER, None), None), {"order": 7, "status": "taken"})
        states = json.loads((FOLDER / "statemachine" / "order.asl.json").read_text())["States"]
        self.assertEqual(states["Decide"]["Choices"][0]["Variable"], "$.accepted")


if __name__ == "__main__":
    unittest.main()
