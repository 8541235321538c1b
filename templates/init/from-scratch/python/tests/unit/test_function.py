import unittest

from function import app


class Function(unittest.TestCase):
    def test_greets_the_one_who_is_named(self):
        self.assertEqual(app.lambda_handler({"name": "Ada"}, None), {"greeting": "hello Ada"})

    def test_greets_the_world_without_a_name(self):
        self.assertEqual(app.lambda_handler({}, None), {"greeting": "hello world"})


if __name__ == "__main__":
    unittest.main()
