"""Mapping templates beside two packages of npm's that read the same language: second opinions.

tests/golden/vtl/second_opinion.json has the templates. Where a package differs, the row names it, has what samara gives
and why Apache Velocity 1.7, which API Gateway runs, does the same."""
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
PACKAGES = ("velocityjs", "amplify-velocity-template")


class SecondOpinion(unittest.TestCase):
    def rendered(self, command, rows):
        done = subprocess.run(command, input=json.dumps(rows), capture_output=True, text=True, check=True, timeout=120)
        return json.loads(done.stdout)

    def test_templates_come_out_alike_or_the_difference_is_explained(self):
        if not (RENDER.exists() and all((pathlib.Path(NPM) / "node_modules" / name).is_dir() for name in PACKAGES)):
            self.skipTest(f"needs vtl_render beside samara, and {PACKAGES} in SAMARA_TEST_NPM")
        table = json.loads((ROOT / "tests/golden/vtl/second_opinion.json").read_text())
        rows = [{"template": row["template"], "variables": table["variables"]} for row in table["templates"]]
        self.assertGreater(len(rows), 150)
        ours = self.rendered([RENDER], rows)
        theirs = {name: self.rendered(["node", ROOT / "tests/support/velocity.js", NPM, name], rows) for name in PACKAGES}
        for number, (row, own) in enumerate(zip(table["templates"], ours)):
            with self.subTest(row["template"]):
                self.assertEqual([name for name in PACKAGES if theirs[name][number] != own], row.get("differ", []))
                if "differ" in row:
                    self.assertEqual(own, row["output"])
                    self.assertIn("why", row)


if __name__ == "__main__":
    unittest.main()
