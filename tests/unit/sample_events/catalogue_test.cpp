#include "data/read.h"
#include "data/write.h"
#include "os/file.h"
#include "sample_events/sample_events.h"
#include "support/source_tree.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::sample_events {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Catalogue, KnowsTheServicesOfTheOriginal) {
    EXPECT_THAT(
        services(),
        ElementsAre(
            "alb",
            "alexa-skills-kit",
            "alexa-smart-home",
            "apigateway",
            "appsync",
            "batch",
            "cloudformation",
            "cloudfront",
            "cloudwatch",
            "codecommit",
            "codepipeline",
            "cognito",
            "config",
            "connect",
            "dynamodb",
            "kinesis",
            "lex",
            "lex-v2",
            "rekognition",
            "s3",
            "sagemaker",
            "ses",
            "sns",
            "sqs",
            "stepfunctions",
            "workmail"));
}

TEST(Catalogue, NamesTheEventsAndOptionsOfAService) {
    const auto all = events("s3");
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 3U);
    EXPECT_EQ(all->at(2).name, "put");
    const auto put = find("s3", "put");
    ASSERT_TRUE(put);
    ASSERT_EQ(put->options.size(), 4U);
    EXPECT_EQ(put->options[2].name, "bucket");
    EXPECT_EQ(put->options[2].default_value, "example-bucket");
}

TEST(Catalogue, ANearNameIsSuggested) {
    const auto service = find("s33", "put");
    ASSERT_FALSE(service);
    EXPECT_EQ(service.error().kind, base::ErrorKind::usage);
    EXPECT_EQ(service.error().hint, "did you mean s3?");
    const auto event = find("sqs", "recieve-message");
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().hint, "did you mean receive-message?");
    const auto nothing = find("s3", "completely-other");
    ASSERT_FALSE(nothing);
    EXPECT_THAT(nothing.error().hint, HasSubstr("batch-invocation, delete, put"));
}

TEST(Catalogue, AFileNameIsNoService) {
    EXPECT_FALSE(find("s3/put", "Records"));
    EXPECT_FALSE(find("", "put"));
}

// The bodies are data that anyone may edit: each must be what `generate` and users rely on.
TEST(Catalogue, EveryEventIsValidJsonInTheOneLayout) {
    std::size_t count = 0;
    for (const std::string_view service : services()) {
        const auto all = events(service);
        ASSERT_TRUE(all) << service;
        for (const Event& event : *all) {
            SCOPED_TRACE(std::string(service) + " " + event.name);
            EXPECT_FALSE(event.about.empty());
            const auto text = generate(event, {});
            ASSERT_TRUE(text) << base::to_string(text.error());
            const auto value = data::read_json(*text, "event");
            ASSERT_TRUE(value) << base::to_string(value.error());
            EXPECT_EQ(data::write_json(*value, 2) + "\n", *text);
            ++count;
        }
    }
    EXPECT_EQ(count, 68U);
}

TEST(Catalogue, EveryOptionChangesItsBodyAndSurvivesHostileText) {
    const std::string hostile = "\"\\\n{{x}} \xC3\xA9";
    for (const std::string_view service : services()) {
        const auto all = events(service);
        ASSERT_TRUE(all) << service;
        for (const Event& event : *all) {
            for (const Option& option : event.options) {
                SCOPED_TRACE(event.service + " " + event.name + " --" + option.name);
                const auto plain = generate(event, {});
                const bool query = option.name == "querystringparameters";
                const auto changed =
                    generate(event, {{option.name, query ? "a=" + hostile : hostile}});
                EXPECT_FALSE(option.about.empty());
                ASSERT_TRUE(plain);
                ASSERT_TRUE(changed);
                EXPECT_NE(*plain, *changed);
                EXPECT_TRUE(data::read_json(*changed, "event"));
            }
        }
    }
}

TEST(Catalogue, EveryBodyBelongsToAnEvent) {
    const std::filesystem::path root = test::source_path("schemas/events");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file() || entry.path().parent_path() == root) {
            continue;
        }
        const std::string service = entry.path().parent_path().filename().string();
        EXPECT_TRUE(find(service, entry.path().stem().string())) << entry.path();
    }
}

} // namespace
} // namespace samara::sample_events
