#!/usr/bin/env python3
"""The scripts behind release builds and mutants: what may be compiled together, and what a change is."""
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SamaraTest  # noqa: E402


class UnityGroups(SamaraTest):
    """scripts/cmake/unity_groups.py"""

    def groups(self, *texts, most_lines=1000, headers={}):
        files = [self.write(f"{number}.cpp", text) for number, text in enumerate(texts)]
        for name, text in headers.items():
            self.write(name, text)
        done = subprocess.run([sys.executable, ROOT / "scripts/cmake/unity_groups.py", str(most_lines), *files],
                              check=True, capture_output=True, text=True)
        return [int(line.split()[0]) for line in done.stdout.splitlines()]

    def source(self, hidden, code="", include=""):
        include = include and f'#include "{include}"\n'
        return (f"{include}namespace samara::a {{\n\nnamespace {{\n\n{hidden}\n\n}} // namespace\n\n{code}\n\n"
                "} // namespace samara::a\n")

    def test_sources_that_share_no_name_are_one_unit(self):
        self.assertEqual(self.groups(self.source("int first() {\n    return 1;\n}"),
                                     self.source("int second() {\n    return 2;\n}")), [0, 0])

    def test_each_kind_of_name_keeps_sources_apart(self):
        for declaration in ("int name(int x) {", "constexpr int name = 1;", "class name final {", "struct name {",
                            "using name = int;", "enum class name : int {", "const std::map<int, int> name{",
                            "std::optional<int>\nname(int x) {", "template <class T> T name(T x) {"):
            closed = declaration + ("\n};" if declaration.endswith("{") else "")
            with self.subTest(declaration):
                self.assertEqual(self.groups(self.source(closed), self.source(closed.replace("1", "2").replace(
                    "= int", "= long"))), [0, 1])

    def test_a_name_that_another_source_has_from_a_header_keeps_them_apart(self):
        hides = self.source("int find(int x) {\n    return x;\n}")
        calls = "int g() {\n    return find(1);\n}"
        for space, code, groups in (
                ("samara::a", calls, [0, 1]), ("samara::a", "", [0, 1]), ("samara", "", [0, 1]),
                # An argument brings the names of its namespace with it; who calls none of them does not care.
                ("samara::b", calls, [0, 1]), ("samara::b", "", [0, 0]), ("samara::a::c", "", [0, 0])):
            header = f"namespace {space} {{\n\nint find(long x);\n\n}} // namespace {space}\n"
            uses = self.source("", code, include="h.h")
            with self.subTest(space, code=code):
                self.assertEqual(self.groups(hides, uses, headers={"h.h": header}), groups)
                self.assertEqual(self.groups(uses, hides, headers={"h.h": header}), groups)

    def test_what_is_further_in_is_nobodys_business(self):
        hides = self.source("int find(int x) {\n    return x;\n}")
        for code in ("int X::find(int x) {\n    return x;\n}", "void g(bool find) {\n    h(find);\n}",
                     "class X {\n    int find(int x);\n};", 'auto g() {\n    return x.find(1) + std::find(3); // find "find"\n}'):
            with self.subTest(code):
                self.assertEqual(self.groups(hides, self.source("", code)), [0, 0])

    def test_the_same_alias_is_no_obstacle(self):
        self.assertEqual(self.groups(self.source("namespace fs = std::filesystem;"),
                                     self.source("namespace fs = std::filesystem;")), [0, 0])
        self.assertEqual(self.groups(self.source("namespace fs = std::filesystem;"),
                                     self.source("namespace fs = boost::filesystem;")), [0, 1])

    def test_an_alias_that_is_something_else_later_keeps_them_apart(self):
        alias = self.source("using Writer = std::unique_ptr<int>;")
        self.assertEqual(self.groups(alias, self.source("class Writer {\n};")), [0, 1])
        header = {"h.h": "namespace samara::a {\n\nclass Writer;\n\n} // namespace samara::a\n"}
        uses = self.source("", "int f(Writer& writer) {\n    return 1;\n}", include="h.h")
        self.assertEqual(self.groups(alias, uses, headers=header), [0, 1])
        self.assertEqual(self.groups(self.source("", "using base::find;"), self.source("int find(int x) {\n    return x;\n}")), [0, 1])
        self.assertEqual(self.groups(self.source("class Writer {\n};"), alias), [0, 1])

    def test_units_have_an_end(self):
        texts = [self.source(f"int name{n}() {{\n    return 1;\n}}") for n in range(4)]
        self.assertEqual(self.groups(*texts, most_lines=30), [0, 0, 1, 1])

    def test_all_of_the_program_fits_into_few_units(self):
        files = sorted((ROOT / "lib").rglob("*.cpp"))
        done = subprocess.run([sys.executable, ROOT / "scripts/cmake/unity_groups.py", "4000", *files],
                              check=True, capture_output=True, text=True)
        rows = done.stdout.splitlines()
        self.assertEqual(len(rows), len(files))
        self.assertLess(len({row.split()[0] for row in rows}), len(files) / 5)


class Mutants(SamaraTest):
    """tests/mutants, without building anything."""

    def setUp(self):
        super().setUp()
        loader = importlib.machinery.SourceFileLoader("mutants", str(ROOT / "tests/mutants"))
        self.module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants", loader))
        loader.exec_module(self.module)

    def changes_of(self, code):
        folder = self.folder / "tree/lib/m"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "x.cpp").write_text(code)
        self.module.TREE = self.folder / "tree"
        return [self.module.changed(code, mutant) for mutant in self.module.mutants_of("m")]

    def test_what_is_changed(self):
        code = "bool f(int a) {\n    if (a == 1 && !g()) {\n        return true;\n    }\n    return a < 2;\n}\n"
        changes = self.changes_of(code)
        for part in ("a != 1", "1 || !g", "&& g()", "return false", "a <= 2", "if (!(a == 1 && !g())) {"):
            self.assertTrue(any(part in change for change in changes), part)
        self.assertEqual(len(changes), len(set(changes)))
        self.assertNotIn(code, changes)

    def test_texts_comments_and_templates_are_left_alone(self):
        self.assertEqual(self.changes_of(
            '// a == b\n#include <true>\nstd::vector<int> x; /* 1 < 2 */\nauto s = "a && b";\n'), [])


if __name__ == "__main__":
    unittest.main()
