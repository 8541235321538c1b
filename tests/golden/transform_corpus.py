#!/usr/bin/env python3
"""Run the published transform's corpus (../shared/corpus/transform beside the source tree) against
the samara given as argument; exit 77, which ctest takes as skipped, where the corpus is not there.

FLOOR is the share of the cases, in percent, that has been reached: it only ever rises, and the test
fails when fewer pass. What does not pass yet is printed."""
import pathlib
import subprocess
import sys

FLOOR = 100.0

source = pathlib.Path(__file__).resolve().parents[2]
corpora = [parent / "shared/corpus/transform" for parent in source.parents]
corpus = next((c for c in corpora if (c / "check").is_file()), None)
if corpus is None:
    print("skipped: there is no shared/corpus/transform beside", source)
    sys.exit(77)
sys.exit(subprocess.call([sys.executable, corpus / "check", sys.argv[1], "--show", "--fail-under", str(FLOOR)]))
