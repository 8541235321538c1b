#!/usr/bin/env python3
"""Completion in real shells: commands, options and their values, functions of the template, sample events."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SAMARA, SamaraTest  # noqa: E402

TEMPLATE = """
Resources:
  HelloFunction: {Type: AWS::Serverless::Function, Properties: {}}
  PlainFunction: {Type: AWS::Lambda::Function, Properties: {}}
  Table: {Type: AWS::DynamoDB::Table, Properties: {}}
"""

# What is typed, what has to be offered, and what must not.
CASES = [
    ("samara ", ["build", "local", "doctor"], ["complete", "invoke"]),
    ("samara local ", ["invoke", "start-api", "generate-event"], ["build"]),
    ("samara local start-a", ["start-api"], ["start-lambda"]),
    ("samara local invoke --eng", ["--engine"], ["--env-vars"]),
    ("samara local invoke --engine ", ["auto", "docker", "sandbox"], ["HelloFunction"]),
    ("samara local invoke ", ["HelloFunction", "PlainFunction"], ["Table"]),
    ("samara local invoke H", ["HelloFunction"], ["PlainFunction"]),
    ("samara build ", ["HelloFunction"], ["Table"]),
    ("samara local invoke HelloFunction -e ev", ["event.json"], ["template.yaml"]),
    ("samara local generate-event ", ["s3", "sqs"], ["put"]),
    ("samara local generate-event s3 ", ["put", "delete"], ["s3"]),
]


class Completion(SamaraTest):
    def setUp(self):
        super().setUp()
        self.write("template.yaml", TEMPLATE)
        self.write("event.json", "{}")
        self.scripts = self.folder / "completions"
        subprocess.run([ROOT / "scripts/command-pages", SAMARA, "completions", self.scripts], check=True)
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "samara").symlink_to(SAMARA)
        self.environment["PATH"] = f"{programs}:{os.environ['PATH']}"

    def offered(self, *command):
        done = subprocess.run(command, cwd=self.project, env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual(done.stderr, "", command)
        return done.stdout.split("\n")

    def check(self, complete):
        for typed, wanted, unwanted in CASES:
            words = complete(typed)
            for word in wanted:
                self.assertIn(word, words, typed)
            for word in unwanted:
                self.assertNotIn(word, words, typed)

    def test_bash(self):
        script = """
compopt() { :; }
. "$1"; line=$2
read -ra COMP_WORDS <<<"$line"
case $line in *' ') COMP_WORDS+=("") ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_samara
printf '%s\\n' "${COMPREPLY[@]}"
"""
        self.check(lambda typed: self.offered("bash", "-c", script, "bash", str(self.scripts / "samara"), typed))

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish(self):
        def complete(typed):
            lines = self.offered("fish", "--no-config", "-c",
                                 f"source {self.scripts}/samara.fish; complete -C '{typed}'")
            return [line.split("\t")[0] for line in lines]
        self.check(complete)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_reads_it(self):
        self.offered("zsh", "-n", str(self.scripts / "_samara"))

    def test_a_template_that_cannot_be_read_offers_nothing_and_says_nothing(self):
        self.write("template.yaml", "Resources: [")
        done = self.samara("complete", "functions")
        self.assertEqual((done.stdout, done.stderr), ("", ""))


class ManualPage(SamaraTest):
    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_it_is_correct_roff_and_has_every_command(self):
        subprocess.run([ROOT / "scripts/command-pages", SAMARA, "manual", self.folder], check=True)
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", str(self.folder / "samara.1")],
                              capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        for command in ("samara build", "samara local start-api", "samara doctor"):
            self.assertIn(command, done.stdout)


if __name__ == "__main__":
    unittest.main()
