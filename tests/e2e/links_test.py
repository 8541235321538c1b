"""Links in the user's sources, and what archives and copies may not bring along."""
import os
import pathlib
import stat
import sys
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SamaraTest  # noqa: E402

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.11, CodeUri: CODE, Handler: main.handler}
"""
CODE = "def handler(event, context):\n    return 'it runs'\n"


class LinksOfSources(SamaraTest):
    def setUp(self):
        super().setUp()
        self.write("service/template.yaml", TEMPLATE.replace("CODE", "code"))
        self.write("service/code/main.py", CODE)
        self.write("shared/common.py", "common = 1\n")
        self.outside = self.folder / "outside"
        self.outside.mkdir()
        (self.outside / "other.py").write_text("other = 1\n")
        self.code = self.project / "service/code"
        self.built = self.project / "service/.aws-sam/build/Fn"

    def build(self, *arguments, code=0):
        done = self.samara("build", *arguments, code=code, cwd=self.project / "service")
        return done.stderr

    def test_inside_the_project_are_followed(self):
        (self.project / ".git").mkdir()
        (self.code / "common.py").symlink_to("../../shared/common.py")
        self.assertNotIn("Warning", self.build("--no-follow-links"))
        self.assertFalse((self.built / "common.py").is_symlink())
        self.assertEqual((self.built / "common.py").read_text(), "common = 1\n")

    def test_outside_of_it_are_followed_with_one_warning(self):
        for name in ("one", "two", "three"):
            (self.code / name).symlink_to(self.outside)
        self.write("service/second/main.py", CODE)
        (self.project / "service/second/four").symlink_to(self.outside)
        self.write("service/template.yaml", TEMPLATE.replace("CODE", "code") + TEMPLATE.split("Resources:\n")[1].replace(
            "Fn:", "Second:").replace("CODE", "second"))
        told = self.build()
        self.assertEqual(told.count("leads out of the project"), 1, told)
        self.assertEqual((self.built / "two/other.py").read_text(), "other = 1\n")

    def test_outside_of_it_are_refused_when_asked(self):
        (self.code / "other.py").symlink_to(self.outside / "other.py")
        self.assertIn("out of the project", self.build("--no-follow-links", code=1))
        self.assertFalse(self.built.exists())
        self.build()
        self.assertIn("out of the project", self.build("--no-follow-links", code=1), "though nothing has changed")
        # Without a git work tree, the template's folder is the project.
        (self.code / "other.py").unlink()
        (self.code / "common.py").symlink_to("../../shared/common.py")
        self.assertIn("out of the project", self.build("--no-follow-links", code=1))
        # --base-dir is one as well.
        self.build("--no-follow-links", "--base-dir", "..", code=1)  # its CodeUri is not there
        (self.project / "code").symlink_to("service/code")
        self.assertNotIn("out of the project", self.build("--no-follow-links", "--base-dir", ".."))


    def test_of_what_is_written_as_well(self):
        """A build folder may be on another disk; nobody else's link decides where that is."""
        folder = self.project / "service/.aws-sam"
        folder.symlink_to(self.outside)
        self.assertIn(".aws-sam is a link out of the project", self.build("--no-follow-links", code=1))
        self.assertEqual([path.name for path in self.outside.iterdir()], ["other.py"])
        told = self.build()
        self.assertEqual(told.count("leads out of the project"), 1, told)
        self.assertTrue((self.outside / "build/Fn/main.py").is_file())
        folder.unlink()
        (self.project / "service/kept").mkdir()
        folder.mkdir()
        (folder / "build").symlink_to("../kept")
        for code in (CODE, CODE + "#\n"):
            self.write("service/code/main.py", code)
            self.assertNotIn("Warning", self.build("--no-follow-links"))
            self.assertTrue((folder / "build").is_symlink(), "it is followed and not replaced")
            self.assertEqual((self.project / "service/kept/Fn/main.py").read_text(), code)

    def test_that_lead_to_nothing_are_named(self):
        (self.project / "service/.aws-sam").symlink_to("../gone")
        self.assertRegex(self.build(code=1), "[.]aws-sam is a link to .*/gone, which is not there")


class SpecialBits(SamaraTest):
    def test_do_not_reach_artifacts(self):
        self.write("template.yaml", TEMPLATE.replace("CODE", "app"))
        program = self.write("app/run", "#!/bin/sh\n")
        self.write("app/main.py", CODE)
        program.chmod(0o6755)
        (self.project / "app").chmod(0o3755)
        self.samara("build")
        for path in (self.project / ".aws-sam/build").rglob("*"):
            self.assertEqual(stat.S_IMODE(path.lstat().st_mode) & 0o7000, 0, path)
        self.assertTrue(os.access(self.project / ".aws-sam/build/Fn/run", os.X_OK))


class Archives(SamaraTest):
    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"
        self.environment.update({"SAMARA_ENGINE": "sandbox", "XDG_CACHE_HOME": str(self.cache)})
        self.write("template.yaml", TEMPLATE.replace("CODE", "code.zip"))

    def pack(self, *entries):
        with zipfile.ZipFile(self.project / "code.zip", "w") as archive:
            for name, mode, content in (("main.py", stat.S_IFREG | 0o644, CODE), *entries):
                info = zipfile.ZipInfo(name)
                info.create_system = 3
                info.external_attr = mode << 16
                archive.writestr(info, content)

    def test_bring_no_special_bits(self):
        self.pack(("run", stat.S_IFREG | 0o6755, "#!/bin/sh\n"))
        self.assertEqual(self.samara("local", "invoke", "--no-event").stdout, '"it runs"\n')
        modes = {path.name: stat.S_IMODE(path.lstat().st_mode) for path in self.cache.rglob("*")}
        self.assertEqual(modes["run"], 0o755)
        self.assertEqual([name for name in modes if name.endswith(".lock")], [])

    def test_that_lead_out_leave_nothing(self):
        for entry in (("../out.py", stat.S_IFREG | 0o644, ""), ("link", stat.S_IFLNK | 0o777, "/etc"),
                      ("a/link", stat.S_IFLNK | 0o777, "../../etc")):
            self.pack(entry)
            done = self.samara("local", "invoke", "--no-event", code=1)
            self.assertIn("is not unpacked", done.stderr)
            self.assertEqual([str(p) for p in (self.cache / "samara").rglob("*") if p.name != "unpacked"
                              and "unpacked" in p.parts], [])
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
