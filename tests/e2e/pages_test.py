#!/usr/bin/env python3
"""The pages say what the program does: tables of options, variables, links, and the Korean README."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SAMARA, SamaraTest  # noqa: E402


def pages():
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def blocks(text):
    return re.findall(r"^```.*?^```$", text, re.S | re.M)


def printed_lines(text):
    """Of blocks of code; what a backslash continues is one."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.S | re.M)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)


class Pages(SamaraTest):
    def test_tables_of_options_are_those_of_the_program(self):
        done = subprocess.run(
            [ROOT / "scripts/command-pages", SAMARA, "docs", "--check", *ROOT.glob("docs/commands/*.md")],
            capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_table_out_of_step_is_found(self):
        page = self.write("page.md", "<!-- options: build -->\n<!-- end -->\n")
        done = subprocess.run([ROOT / "scripts/command-pages", SAMARA, "docs", "--check", page],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("out of step", done.stderr)
        self.assertIn("no page has the options of 'validate'", done.stderr)

    def test_every_variable_of_an_option_is_in_the_configuration_page(self):
        page = (ROOT / "docs/configuration.md").read_text()
        variables = set()
        for row in json.loads(self.samara("--help-json").stdout):
            done = self.samara(*row["command"].split(), "--help-json", code=None)
            if done.returncode == 0:
                variables |= {option["environment"] for option in json.loads(done.stdout)["options"]}
        variables.discard("")
        self.assertGreater(len(variables), 5)
        for variable in sorted(variables):
            self.assertIn(f"`{variable}`", page)

    def test_every_command_is_in_both_readmes(self):
        for name in ("README.md", "README.ko.md"):
            text = (ROOT / name).read_text()
            for row in json.loads(self.samara("--help-json").stdout):
                if row["command"] != "local token":  # with the protected routes
                    self.assertIn(f"`samara {row['command']}", text, name)

    def test_commands_that_are_printed_have_the_options_they_are_given(self):
        # `generate-event` has those of each event; other programs' are behind their own names.
        commands = {row["command"] for row in json.loads(self.samara("--help-json").stdout)} - {"local generate-event"}
        options = {command: set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", self.samara(*command.split(), "--help-json").stdout)) | {"--help"}
                   for command in commands}
        seen = set()
        for page in pages():
            for line in printed_lines(page.read_text()):
                for given in re.findall(r"(?:^|[|(]\s*|\$ |run: |- )samara ((?:[a-z][a-z-]*\s?)+)(.*)", line):
                    command = next((name for name in sorted(commands, key=len, reverse=True)
                                    if re.match(rf"{name}(\s|$)", given[0])), None)
                    if command is None:
                        continue
                    seen.add(command)
                    own = re.split(r"[|&>#]", re.sub(r"\"[^\"]*\"|'[^']*'", "", given[1]))[0]
                    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", own):
                        self.assertIn(option, options[command], f"{page.name}: {line}")
        self.assertGreater(len(seen), 10, seen)

    def test_links_lead_somewhere(self):
        for page in pages():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(page.read_text())):
                if re.match(r"\w+:", target):
                    continue
                path, _, heading = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                self.assertTrue(file.exists(), f"{page}: {target}")
                if heading:
                    headings = [re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
                                for line in without_blocks(file.read_text()).splitlines() if line.startswith("#")]
                    self.assertIn(heading, headings, f"{page}: {target}")

    def test_every_promise_names_a_test_that_exists(self):
        """In SECURITY.md: `file: name, name` or `file` Name of a Python file, a suite or `Suite.Name` of C++, or a path."""
        sources = [*(ROOT / "tests").rglob("*_test.cpp")]
        cases = {case for source in sources for case in re.findall(r"^TEST\w*\((\w+), *(\w+)\)", source.read_text(), re.M)}
        names = {suite for suite, _ in cases} | {f"{suite}.{name}" for suite, name in cases}
        files = {path.stem: path.read_text() for path in (ROOT / "tests").rglob("*_test.py")}

        def missing(text, beside=""):
            file, _, parts = text.partition(": ")
            if file in files:
                wanted = [name for name in (*parts.split(", "), beside) if name]
                return [name for name in wanted if not re.search(rf"^ *(def|class) {name}\b", files[file], re.M)]
            return [] if text in names or "/" in text and (ROOT / text).exists() else [text]

        text = (ROOT / "SECURITY.md").read_text()
        rows = [line.rstrip("| ").rpartition(" | ")[2] for line in text.splitlines() if re.match(r"\| (?!promise|---)", line)]
        self.assertGreater(len(rows), 15)
        for row in rows:
            tests = re.findall(r"`([^`]+)`", row)
            self.assertTrue(tests, row)
            self.assertEqual([name for test in tests for name in missing(test)], [], row)
        beside_tables = re.findall(r"`(\w+[Tt]est)`(?:\s+(\w+Test))?", re.sub(r"^\|.*$", "", text, flags=re.M))
        self.assertGreater(len(beside_tables), 8)
        self.assertEqual([name for test in beside_tables for name in missing(*test)], [])



class Templates(SamaraTest):
    """docs/commands/init.md has a row for every template of `init`, with its runtimes."""

    LANGUAGES = {"python": "Python", "nodejs": "Node.js", "java": "Java", "dotnet": ".NET", "ruby": "Ruby", "go": "Go",
                 "rust": "Rust"}

    def test_all_are_told(self):
        text = (ROOT / "docs/commands/init.md").read_text()
        for template in json.loads((ROOT / "templates/init/templates.json").read_text()):
            languages = dict.fromkeys(self.LANGUAGES[variant["family"]] for variant in template["variants"])
            aliases = ", ".join(f"`{name}`" for name in template.get("aliases", []))
            self.assertIn(f"| `{template['name']}` | {', '.join(languages)} | {aliases} |", text)


class Korean(SamaraTest):
    """README.ko.md has the sections, the commands to type and the links of README.md, in the same order."""

    def sections(self, name):
        text = (ROOT / name).read_text()
        return ["## " + part for part in re.split(r"^## ", text, flags=re.M)]

    def test_it_is_in_step(self):
        english, korean = self.sections("README.md"), self.sections("README.ko.md")
        self.assertEqual(len(english), len(korean))
        for ours, theirs in zip(english, korean):
            title = ours.splitlines()[0]
            self.assertEqual(blocks(ours), blocks(theirs), title)
            if "SAM CLI" in title:  # the table is in English alone
                self.assertIn("README.md#differences-from-the-sam-cli", theirs)
                continue
            rows = [re.findall(r"^\| (`[^|]*`) \|", text, re.M) for text in (ours, theirs)]
            self.assertEqual(*rows, title)
            links = [re.findall(r"\]\(([^)\s]+)\)", without_blocks(text)) for text in (ours, theirs)]
            if title != "## # samara":
                self.assertEqual(*links, title)

    def test_it_is_korean(self):
        for section in self.sections("README.ko.md"):
            self.assertRegex(without_blocks(section), "[가-힣]{2}")


if __name__ == "__main__":
    unittest.main()
