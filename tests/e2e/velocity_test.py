"""Mapping templates beside npm's velocityjs, which reads the same language: a second opinion.

tests/golden/vtl/second_opinion.json has the templates. Where the two differ, the row has what samara gives and
why Apache Velocity 1.7, which API Gateway runs, does the same."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SAMARA  # noqa: E402

RENDER = pathlib.Path(SAMARA).parent / "vtl_render"
NPM = os.environ.get("SAMARA_TEST_NPM", "")


class SecondOpinion(unittest.TestCase):
    def rendered(self, command, rows):
        done = subprocess.run(command, input=json.dumps(rows), capture_output=True, text=True, check=True, timeout=120)
        return json.loads(done.stdout)

    def test_templates_come_out_alike_or_the_difference_is_explained(self):
        if not (RENDER.exists() and (pathlib.Path(NPM) / "node_modules/velocityjs").is_dir()):
            self.skipTest("needs vtl_render beside samara, and velocityjs in SAMARA_TEST_NPM")
        table = json.loads((ROOT / "tests/golden/vtl/second_opinion.json").read_text())
        rows = [{"template": row["template"], "variables": table["variables"]} for row in table["templates"]]
        self.assertGreater(len(rows), 100)
        ours = self.rendered([RENDER], rows)
        theirs = self.rendered(["node", ROOT / "tests/support/velocity.js", NPM], rows)
        for row, own, other in zip(table["templates"], ours, theirs):
            with self.subTest(row["template"]):
                if "why" in row:
                    self.assertEqual(own, row["output"])
                    self.assertNotEqual(own, other, "explained, and no difference any more")
                else:
                    self.assertEqual(own, other)


if __name__ == "__main__":
    unittest.main()
