#include "data/read.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::data {
namespace {

// Without the excerpt (see yaml_explain_test.cpp).
std::string error_of(std::string_view text) {
    const base::Result<Value> value = read_yaml(text, "t.yaml");
    if (value) {
        return "accepted";
    }
    const std::string shown = to_string(value.error());
    return shown.substr(0, shown.find("\n    "));
}

TEST(HostileYaml, DuplicateKeysNameBothPlaces) {
    EXPECT_EQ(
        error_of("a: 1\nb: 2\na: 3\n"),
        "t.yaml:3:1: key 'a' occurs twice in this map\n"
        "  the first is at t.yaml:1:1; remove or rename one of them");
}

TEST(HostileYaml, AliasBombIsRefused) {
    std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 30; ++i) {
        text += fmt::format("a{0}: &a{0} [", i);
        for (int k = 0; k < 10; ++k) {
            text += fmt::format("*a{}{}", i - 1, k < 9 ? "," : "]\n");
        }
    }
    EXPECT_NE(error_of(text).find("aliases expand to more than"), std::string::npos)
        << error_of(text);
}

TEST(HostileYaml, CyclesAreRefused) {
    EXPECT_NE(error_of("a: &a [*a]\n").find("t.yaml:1:8"), std::string::npos)
        << error_of("a: &a [*a]\n");
}

TEST(HostileYaml, DepthIsBounded) {
    EXPECT_NE(error_of(std::string(100'000, '[')).find("t.yaml:"), std::string::npos);
    std::string indented;
    for (std::size_t i = 0; i < 300; ++i) {
        indented += std::string(i, ' ') + "a:\n";
    }
    EXPECT_NE(error_of(indented).find("nested more than 200 levels"), std::string::npos);
    std::string dashes;
    for (std::size_t i = 0; i < 50'000; ++i) {
        dashes += "- ";
    }
    EXPECT_NE(error_of(dashes).find("t.yaml:"), std::string::npos);
}

TEST(HostileYaml, BadUtf8NamesTheByte) {
    EXPECT_EQ(
        error_of("a: 1\nb: \xFF\n"),
        "t.yaml:2:4: byte 0xFF is not valid UTF-8\n  save the file as UTF-8");
}

TEST(HostileYaml, UnterminatedQuotesAreFound) {
    EXPECT_EQ(
        error_of("a: \"text\nb: 1\n"),
        "t.yaml:1:4: this double quote is never closed\n  add the closing \"");
    EXPECT_EQ(
        error_of("a: !Sub 'it''s\n"),
        "t.yaml:1:9: this single quote is never closed\n  add the closing '");
    EXPECT_EQ(error_of("a: 'it''s'\nb: \"x\\\"y\"\n"), "accepted");
}

TEST(HostileYaml, NumbersWithoutAnEndAreRefused) {
    EXPECT_EQ(
        error_of("a: .INF\n"),
        "t.yaml:1:4: '.INF' is not a number that a template can hold\n  quote it where a text is "
        "meant");
    EXPECT_NE(error_of("a: [.nan]\n").find("t.yaml:1:5"), std::string::npos);
    EXPECT_EQ(error_of("a: '.inf'\n"), "accepted");
}

TEST(HostileYaml, TagsThatAreNoNamesAreRefused) {
    EXPECT_EQ(error_of("a: !Foo X\n"), "accepted"); // the fault of the resource that has it
    EXPECT_NE(
        error_of("a: !Re.ff X\n").find("t.yaml:1:4: unknown tag '!Re.ff'"), std::string::npos);
}

TEST(HostileYaml, OtherMistakesHaveAPlace) {
    EXPECT_NE(error_of("a: [1, 2\n").find("t.yaml:"), std::string::npos);
    EXPECT_NE(error_of("a: 1\n b: 2\n").find("t.yaml:2:"), std::string::npos);
    EXPECT_NE(error_of("? [a, b]\n: 1\n").find("cannot be a key"), std::string::npos);
    EXPECT_NE(error_of("a: 1\n---\nb: 2\n").find("more than one YAML document"), std::string::npos);
    EXPECT_NE(error_of(std::string_view("a: \0b", 5)).find("NUL"), std::string::npos);
    EXPECT_NE(error_of("a: *nowhere\n").find("t.yaml:1:"), std::string::npos);
    EXPECT_NE(error_of("\tkey: 1\n").find("t.yaml:1:"), std::string::npos);
}

} // namespace
} // namespace samara::data
