#include "app/load/dotenv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Dotenv read(std::string_view text) {
    return read_dotenv(text, ".env", [](const std::string& name) {
        return name == "OUTER" ? std::optional<std::string>("outside") : std::nullopt;
    });
}

TEST(Dotenv, ReadsNamesAndValues) {
    EXPECT_THAT(
        read("# first\n\nA=1\n  B = two words  # said\nexport C=c#d\nD=\r\n'E'=e\nF= # none\n")
            .variables,
        ElementsAre(
            Pair("A", "1"),
            Pair("B", "two words"),
            Pair("C", "c#d"),
            Pair("D", ""),
            Pair("E", "e"),
            Pair("F", "# none")));
}

TEST(Dotenv, QuotesKeepBlanksLinesAndEscapes) {
    EXPECT_THAT(
        read("A=\" x \" # y\nB='a\\nb\\'c'\nC=\"a\\nb\\\"c\"\nD=\"one\ntwo\"\nE='#'\n").variables,
        ElementsAre(
            Pair("A", " x "),
            Pair("B", "a\\nb'c"),
            Pair("C", "a\nb\"c"),
            Pair("D", "one\ntwo"),
            Pair("E", "#")));
}

TEST(Dotenv, TakesValuesIntoOthers) {
    EXPECT_THAT(
        read("A=1\nB=${A}-${OUTER}\nC=\"${NONE:-d}${NONE}\"\nD=$A\nE=${A\nA=2\nF=${A}\n").variables,
        ElementsAre(
            Pair("A", "1"),
            Pair("B", "1-outside"),
            Pair("C", "d"),
            Pair("D", "$A"),
            Pair("E", "${A"),
            Pair("A", "2"),
            Pair("F", "2")));
}

TEST(Dotenv, LinesWithoutAValueAreTold) {
    const Dotenv found = read("A=1\nnothing\nB=2\n=3\nC=\"open\n");
    EXPECT_THAT(found.variables, ElementsAre(Pair("A", "1"), Pair("B", "2")));
    std::vector<std::uint32_t> lines;
    for (const base::Diagnostic& line : found.ignored) {
        lines.push_back(line.error.where.line);
    }
    EXPECT_THAT(lines, ElementsAre(2U, 4U, 5U));
    EXPECT_THAT(read("").variables, IsEmpty());
    EXPECT_THAT(read("\n \n#\n").ignored, IsEmpty());
}

} // namespace
} // namespace samara::app
