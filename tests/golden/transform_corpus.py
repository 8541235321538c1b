#!/usr/bin/env python3
"""transform_corpus.py SAMARA CORPUS published|real|varied

Runs one set of the published transform's corpus against the samara given. FLOORS are the shares of
the cases, in percent, that have been reached: they only ever rise, and the test fails when fewer
pass. What does not pass yet is printed."""
import pathlib
import subprocess
import sys

FLOORS = {"published": 100.0, "real": 99.1, "varied": 99.4}

samara, corpus, chosen = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
cases = [] if chosen == "published" else ["--cases", corpus / "cases" / f"{chosen}.jsonl.xz"]
command = [sys.executable, corpus / "check", samara, *cases, "--show", "--fail-under", str(FLOORS[chosen])]
sys.exit(subprocess.call([str(word) for word in command]))
