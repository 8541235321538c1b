import json
import pathlib
import unittest

from items import app

EVENTS = pathlib.Path(__file__).parents[2] / "events"


def event(name):
    return json.loads((EVENTS / name).read_text())


class Table:
    """What the code needs of a table of DynamoDB."""

    def __init__(self):
        self.items = {}

    def put_item(self, Item):
        self.items[Item["id"]] = Item

    def get_item(self, Key):
        return {"Item": self.items[Key["id"]]} if Key["id"] in self.items else {}

    def scan(self):
        return {"Items": list(self.items.values())}


class Items(unittest.TestCase):
    def setUp(self):
        self.table = Table()

    def test_what_is_put_is_there(self):
        self.assertEqual(app.handle(self.table, event("event.json"))["statusCode"], 201)
        found = app.handle(self.table, event("get.json"))
        self.assertEqual(json.loads(found["body"]), {"id": "1", "name": "lamp"})
        listed = app.handle(self.table, {"httpMethod": "GET", "pathParameters": None})
        self.assertEqual(json.loads(listed["body"]), [{"id": "1", "name": "lamp"}])

    def test_what_is_not_there_is_404(self):
        self.assertEqual(app.handle(self.table, event("get.json"))["statusCode"], 404)

    def test_what_is_no_item_is_400(self):
        for body in (None, "nonsense", "[]", '{"id": "1"}'):
            put = {**event("event.json"), "body": body}
            self.assertEqual(app.handle(self.table, put)["statusCode"], 400)
        self.assertEqual(self.table.items, {})


if __name__ == "__main__":
    unittest.main()
