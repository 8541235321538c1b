#include "app/load/parameter_files.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace samara::app {
namespace {

using Overrides = model::ParameterOverrides;

class ParameterFilesTest : public testing::Test {
protected:
    std::string write(const std::string& name, std::string_view text) {
        const std::filesystem::path file = folder_.path() / name;
        EXPECT_TRUE(os::make_folders(file.parent_path()));
        EXPECT_TRUE(os::write_file_atomically(file, text));
        return "file://" + file.string();
    }

    std::string why(const std::vector<std::string>& given) {
        const auto read = read_parameter_overrides(given);
        EXPECT_FALSE(read);
        EXPECT_EQ(read.error().kind, base::ErrorKind::usage);
        return to_string(read.error());
    }

private:
    os::TempDir folder_ = os::TempDir::create("parameter-files").value();
};

TEST_F(ParameterFilesTest, PairsAreAsTheyWere) {
    EXPECT_EQ(
        read_parameter_overrides({"A=1 B=\"x file://y\"", "ParameterKey=C,ParameterValue=2"}),
        (Overrides{{"A", "1"}, {"B", "x file://y"}, {"C", "2"}}));
}

TEST_F(ParameterFilesTest, AMapIsReadInEveryFormat) {
    const Overrides expected{
        {"Empty", ""},
        {"Flag", "True"},
        {"List", "a,b,3"},
        {"Number", "5"},
        {"Part", "1.5"},
        {"Text", "x y"}};
    EXPECT_EQ(
        read_parameter_overrides({write(
            "p.yaml",
            "Text: x y\nNumber: 5\nPart: 1.5\nFlag: yes\nEmpty:\nList: [' a ', b, '', 3]\n")}),
        expected);
    EXPECT_EQ(
        read_parameter_overrides({write(
            "p.json",
            R"({"Text": "x y", "Number": 5, "Part": 1.5, "Flag": true, "Empty": null,
                "List": ["a", "b", null, 3]})")}),
        expected);
    EXPECT_EQ(
        read_parameter_overrides({write(
            "p.toml",
            "Text = 'x y'\nNumber = 5\nPart = 1.5\nFlag = true\nEmpty = ''\nList = ['a', 'b', "
            "3]\n")}),
        expected);
}

TEST_F(ParameterFilesTest, WhatComesLaterWins) {
    const std::string file = write("p.yaml", "A: file\nB: file\n");
    EXPECT_EQ(
        read_parameter_overrides({"A=before B=before", file, "B=after"}),
        (Overrides{{"A", "file"}, {"B", "after"}}));
    EXPECT_EQ(
        read_parameter_overrides({"A=before " + file + " B=after"}),
        (Overrides{{"A", "file"}, {"B", "after"}}));
}

TEST_F(ParameterFilesTest, ListsAndTextsHoldWhatTheOptionTakes) {
    write("sub/more.yaml", "C: '3'\n");
    EXPECT_EQ(
        read_parameter_overrides({write(
            "list.yaml",
            "- A=1 B=2\n- file://sub/more.yaml\n- {D: 4}\n"
            "- {ParameterKey: E, ParameterValue: '5'}\n-\n")}),
        (Overrides{{"A", "1"}, {"B", "2"}, {"C", "3"}, {"D", "4"}, {"E", "5"}}));
    EXPECT_EQ(
        read_parameter_overrides({write("text.yaml", "A=1 B=2\n")}),
        (Overrides{{"A", "1"}, {"B", "2"}}));
    EXPECT_EQ(read_parameter_overrides({write("empty.yaml", "")}), Overrides());
}

TEST_F(ParameterFilesTest, IncludedFilesAreBesideTheOneThatNamesThem) {
    write("base/all.toml", "A = 'base'\nB = 'base'\n");
    write("base/deep/one.yaml", "$include: ../two.yaml\nC: one\n");
    write("base/two.yaml", "C: two\nD: two\n");
    EXPECT_EQ(
        read_parameter_overrides({write(
            "base/main.yaml",
            "A: overwritten\n$include: [all.toml, 'file://deep/one.yaml']\nB: main\n")}),
        (Overrides{{"A", "base"}, {"B", "main"}, {"C", "one"}, {"D", "two"}}));
}

TEST_F(ParameterFilesTest, SaysWhatIsWrongAndWhere) {
    EXPECT_NE(why({"file://gone.yaml"}).find("gone.yaml"), std::string::npos);
    EXPECT_NE(
        why({write("round.yaml", "$include: ./round.yaml\n")}).find("includes itself"),
        std::string::npos);
    const std::string nested = why({write("nested.yaml", "A: 1\nB: {C: 2}\n")});
    EXPECT_NE(nested.find("nested.yaml:2:4"), std::string::npos) << nested;
    EXPECT_NE(nested.find("B is no value"), std::string::npos) << nested;
    EXPECT_NE(why({write("items.yaml", "A: [[1]]\n")}).find("A is no value"), std::string::npos);
    EXPECT_NE(why({write("lists.yaml", "- [A=1]\n")}).find("list in a list"), std::string::npos);
    EXPECT_NE(why({write("number.yaml", "5\n")}).find("neither a map"), std::string::npos);
    EXPECT_NE(
        why({write("include.yaml", "$include: {}\n")}).find("takes a file"), std::string::npos);
    EXPECT_NE(why({write("bad.json", "{")}).find("bad.json"), std::string::npos);
    EXPECT_NE(why({"Nothing"}).find("'Nothing'"), std::string::npos);
}

// A file that is named twice is no circle.
TEST_F(ParameterFilesTest, TheSameFileMayComeAgain) {
    const std::string file = write("p.yaml", "A: 1\n");
    EXPECT_EQ(read_parameter_overrides({file, "A=2", file}), (Overrides{{"A", "1"}}));
}

} // namespace
} // namespace samara::app
