#include "rie/options.h"

#include <gmock/gmock.h>

namespace samara::rie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Options, DefaultsAreThoseOfAwsEmulator) {
    const auto options = parse_options({});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->listen, "0.0.0.0:8080");
    EXPECT_EQ(options->runtime_api, "127.0.0.1:9001");
    EXPECT_FALSE(options->runtime_api_given);
    EXPECT_THAT(options->command, IsEmpty());
}

TEST(Options, TakesValuesInBothSpellingsAndStopsAtTheCommand) {
    const auto options = parse_options(
        {"--listen",
         "unix:/run/s",
         "--runtime-api=127.0.0.1:0",
         "--ready-fd",
         "5",
         "--no-limits",
         "/var/runtime/bootstrap",
         "--listen",
         "x"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->listen, "unix:/run/s");
    EXPECT_EQ(options->runtime_api, "127.0.0.1:0");
    EXPECT_TRUE(options->runtime_api_given);
    EXPECT_EQ(options->ready_descriptor, 5);
    EXPECT_TRUE(options->no_limits);
    EXPECT_THAT(options->command, ElementsAre("/var/runtime/bootstrap", "--listen", "x"));
}

TEST(Options, TwoDashesEndTheOptions) {
    const auto options = parse_options({"--", "--odd-program"});
    ASSERT_TRUE(options);
    EXPECT_THAT(options->command, ElementsAre("--odd-program"));
}

TEST(Options, SaysWhatIsWrong) {
    for (const auto& [arguments, message] :
         std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--listen"}, "--listen needs a value"},
             {{"--what"}, "--what is not an option"},
             {{"--ready-fd", "x"}, "--ready-fd is 'x', not a descriptor"},
             {{"--listen-fd=-2"}, "--listen-fd is '-2', not a descriptor"}}) {
        const auto options = parse_options(arguments);
        ASSERT_FALSE(options) << message;
        EXPECT_THAT(options.error().message, HasSubstr(message));
    }
}

} // namespace
} // namespace samara::rie
