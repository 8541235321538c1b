#include "base/strings.h"
#include "data/read.h"
#include "data/write.h"
#include "option_help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

HelpText sample() {
    HelpText help;
    help.usage_name = "samara try";
    help.summary =
        "Tries what help looks like, with a summary that is longer than a narrow terminal.";
    help.examples = "  samara try\n";
    help.rows = {
        {.names = {"ID"}, .value = {}, .help = "Which", .group = "Arguments", .argument = true},
        {.names = {"-f", "--file"},
         .value = "FILE",
         .help = "A file with a long description that goes on for more than one line of the help",
         .environment = "SAMARA_FILE",
         .group = "Input"},
        {.names = {"--engine"},
         .value = {},
         .choices = {"a", "b"},
         .help = "Which one",
         .fallback = "a"},
        {.names = {"--many"},
         .value = "NAME",
         .help = "Several",
         .group = "Input",
         .several = true},
        {.names = {"--old"}, .value = {}, .help = "nobody needs it", .ignored = true},
    };
    return help;
}

TEST(OptionHelp, KeepsToTheWidth) {
    for (const std::size_t width : {40U, 60U, 80U}) {
        const std::string text = help_text(sample(), width);
        for (const std::string_view line : base::split(text, '\n')) {
            EXPECT_LE(line.size(), width) << line;
        }
    }
}

TEST(OptionHelp, TellsExamplesBeforeOptionsAndGroupsInOrder) {
    const std::string text = help_text(sample(), 80);
    const auto at = [&](std::string_view part) { return text.find(part); };
    EXPECT_LT(at("Usage: samara try [OPTIONS] [ID]"), at("Examples:"));
    EXPECT_LT(at("Examples:"), at("Arguments:"));
    EXPECT_LT(at("Arguments:"), at("Input:"));
    EXPECT_LT(at("Input:"), at("Options:"));
    EXPECT_THAT(text, HasSubstr("  -f, --file FILE             A file"));
    EXPECT_THAT(text, HasSubstr("  --engine [a|b]              Which one [default: a]\n"));
    EXPECT_THAT(text, HasSubstr("  --many NAME ...             Several\n"));
    EXPECT_THAT(text, HasSubstr("[env:"));
    EXPECT_THAT(text, Not(HasSubstr("--old")));
}

TEST(OptionHelp, WrapsBetweenWordsOnly) {
    EXPECT_EQ(wrapped("one two three", "  ", 9), "  one two\n  three\n");
    EXPECT_EQ(wrapped("one", "  ", 5), "  one\n");
    EXPECT_EQ(wrapped("averylongword", "  ", 5), "  averylongword\n");
    EXPECT_EQ(wrapped("", "  ", 5), "");
}

TEST(OptionHelp, TellsProgramsWhatIsIgnoredToo) {
    const auto table = data::read_json(help_json(sample()), "help");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->find("command")->text(), "samara try");
    const data::List& rows = *table->find("options")->as_list();
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_EQ(data::write_json(*rows[2].find("choices")), R"(["a","b"])");
    EXPECT_EQ(data::write_json(*rows[4].find("ignored")), "true");
    EXPECT_EQ(data::write_json(*rows[3].find("several")), "true");
}

} // namespace
} // namespace samara::cli
