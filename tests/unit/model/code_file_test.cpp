#include "model/code_file.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace samara::model {
namespace {

namespace fs = std::filesystem;

class CodeFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "code-file-XXXXXX";
        folder_ = mkdtemp(name.data());
    }

    void TearDown() override { fs::remove_all(folder_); }

    fs::path file(const std::string& name, bool program = false) {
        std::ofstream(folder_ / name) << "x";
        if (program) {
            fs::permissions(folder_ / name, fs::perms::owner_exec, fs::perm_options::add);
        }
        return folder_ / name;
    }

    fs::path folder_;
};

TEST_F(CodeFile, IsSourceOfTheRuntimesLanguage) {
    EXPECT_TRUE(is_code_file(file("app.py"), "python3.12"));
    EXPECT_TRUE(is_code_file(file("app.mjs"), "nodejs20.x"));
    EXPECT_TRUE(is_code_file(file("app.TS"), "nodejs20.x"));
    EXPECT_TRUE(is_code_file(file("app.rb"), "ruby3.3"));
    EXPECT_FALSE(is_code_file(file("app.py"), "nodejs20.x"));
    EXPECT_FALSE(is_code_file(file("notes.txt", true), "python3.12"));
    EXPECT_FALSE(is_code_file(file("App.java"), "java21"));
}

TEST_F(CodeFile, IsAProgramWhereTheRuntimeHasNoLanguage) {
    EXPECT_TRUE(is_code_file(file("bootstrap", true), "provided.al2023"));
    EXPECT_FALSE(is_code_file(file("notes.txt"), "provided.al2023"));
    EXPECT_TRUE(is_code_file(file("main", true), "go1.x"));
}

TEST_F(CodeFile, IsAnyLanguagesWhereTheRuntimeIsNotKnown) {
    EXPECT_TRUE(is_code_file(file("app.py"), ""));
    EXPECT_FALSE(is_code_file(file("notes.txt"), ""));
}

TEST_F(CodeFile, IsAFile) {
    fs::create_directory(folder_ / "app.py");
    EXPECT_FALSE(is_code_file(folder_ / "app.py", "python3.12"));
    EXPECT_FALSE(is_code_file(folder_ / "other.py", "python3.12"));
}

TEST_F(CodeFile, AnArchiveIsToldByItsName) {
    EXPECT_TRUE(is_archive(file("code.ZIP")));
    EXPECT_TRUE(is_archive(file("code.jar")));
    EXPECT_FALSE(is_archive(file("code.tar.gz")));
    EXPECT_FALSE(is_archive(folder_ / "none.zip"));
}

} // namespace
} // namespace samara::model
