#include "rie/settings.h"

#include <gmock/gmock.h>

namespace samara::rie {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::MatchesRegex;
using testing::Not;
using testing::Pair;

TEST(Settings, TheArnNamesTheFunctionsOwnRegionAndAccount) {
    const auto settings = read_settings(
        {{"AWS_LAMBDA_FUNCTION_NAME", "Thumbs"},
         {"AWS_REGION", "eu-north-1"},
         {"AWS_ACCOUNT_ID", "210987654321"}});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->arn, "arn:aws:lambda:eu-north-1:210987654321:function:Thumbs");
}

TEST(Settings, WithoutVariablesTheyAreLambdasDefaults) {
    const auto settings = read_settings({});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->memory_mb, 128U);
    EXPECT_EQ(settings->timeout, std::chrono::seconds(3));
    EXPECT_EQ(settings->function_version, "$LATEST");
    EXPECT_THAT(
        settings->log_stream,
        MatchesRegex("[0-9]{4}/[0-9]{2}/[0-9]{2}/\\[\\$LATEST\\][0-9a-f]{32}"));
}

TEST(Settings, ANumberThatIsNoneIsNamed) {
    for (const char* text : {"0", "3s", "-1", "99999999999"}) {
        const auto settings = read_settings({{"AWS_LAMBDA_FUNCTION_TIMEOUT", text}});
        ASSERT_FALSE(settings) << text;
        EXPECT_THAT(settings.error().message, HasSubstr("AWS_LAMBDA_FUNCTION_TIMEOUT"));
    }
}

TEST(Settings, TheRuntimeSeesTheDocumentedVariables) {
    const Variables given{{"TZ", "Europe/Stockholm"}, {"MINE", "1"}, {"_HANDLER", "app.handler"}};
    const auto settings = read_settings(given);
    ASSERT_TRUE(settings);
    const Variables seen = runtime_variables(*settings, given, "127.0.0.1:9001");
    EXPECT_THAT(seen, Contains(Pair("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")));
    EXPECT_THAT(seen, Contains(Pair("_HANDLER", "app.handler")));
    EXPECT_THAT(seen, Contains(Pair("MINE", "1")));
    EXPECT_THAT(seen, Contains(Pair("TZ", "Europe/Stockholm")));
    EXPECT_THAT(seen, Contains(Pair("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")));
    EXPECT_THAT(seen, Contains(Pair("AWS_LAMBDA_LOG_STREAM_NAME", settings->log_stream)));
    EXPECT_THAT(seen, Contains(Pair("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")));
}

TEST(Settings, AnExtensionSeesNothingOfTheRuntimesOwn) {
    const Variables given{{"_HANDLER", "app.handler"}, {"AWS_EXECUTION_ENV", "AWS_Lambda_x"}};
    const auto settings = read_settings(given);
    ASSERT_TRUE(settings);
    const Variables seen = extension_variables(*settings, given, "127.0.0.1:9001");
    EXPECT_THAT(seen, Not(Contains(Key("_HANDLER"))));
    EXPECT_THAT(seen, Not(Contains(Key("AWS_EXECUTION_ENV"))));
    EXPECT_THAT(seen, Contains(Pair("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")));
}

} // namespace
} // namespace samara::rie
