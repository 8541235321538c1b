"""The page of start-api at /_samara/ in a headless Chromium: see tests/support/console_page.js."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from console_server import ConsoleServer  # noqa: E402
from samara_e2e import ROOT, SamaraTest  # noqa: E402

NPM = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "/var/cache/samara-tools"))
CHROMIUM = shutil.which("chromium")


class Browser(ConsoleServer, SamaraTest):
    @classmethod
    def setUpClass(cls):
        missing = [] if CHROMIUM else ["chromium is not installed"]
        if not (NPM / "node_modules/playwright-core").is_dir():
            missing.append("SAMARA_TEST_NPM has no playwright-core")
        if missing and os.environ.get("SAMARA_REQUIRE_BROWSER"):
            raise AssertionError(f"{'; '.join(missing)}, and SAMARA_REQUIRE_BROWSER is set")
        if missing:
            raise unittest.SkipTest("; ".join(missing))

    def play(self, scenario):
        done = subprocess.run(
            ["node", ROOT / "tests/support/console_page.js", NPM, CHROMIUM, f"http://127.0.0.1:{self.port}", scenario],
            capture_output=True, text=True, timeout=300, env={**self.environment, "HOME": str(self.temporary)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + self.server.output()[-2000:])

    def test_it_loads_and_lives(self):
        self.play("load")

    def test_replays_and_edits(self):
        self.play("replay")

    def test_filters(self):
        self.play("filter")

    def test_a_function_that_fails(self):
        self.play("failure")

    def test_a_thousand_requests(self):
        self.play("many")

    def test_by_keys_alone(self):
        self.play("keyboard")

    def test_sends_to_a_websocket_client(self):
        self.play("sockets")

    def test_fits_narrow_and_wide_windows_in_light_and_dark(self):
        self.play("looks")


if __name__ == "__main__":
    unittest.main()
