#include "data/read.h"
#include "model/function_settings.h"

#include <gtest/gtest.h>

namespace samara::model {
namespace {

data::Value resource(std::string_view yaml) {
    return data::read_yaml(yaml, "t.yaml").value();
}

TEST(FunctionSettings, ReadsAnEventInvokeConfig) {
    base::Diagnostics diagnostics;
    const auto config = read_event_invoke_config(
        "Config",
        resource(R"(
Properties:
  FunctionName: Fn
  MaximumRetryAttempts: 0
  MaximumEventAgeInSeconds: 60
  DestinationConfig: {OnFailure: {Destination: 'arn:aws:sqs:::q'}}
)"),
        diagnostics);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->function, "Fn");
    EXPECT_EQ(config->events.max_retries, 0U);
    EXPECT_EQ(config->events.max_age_seconds, 60U);
    EXPECT_EQ(config->events.on_failure, "arn:aws:sqs:::q");
    EXPECT_TRUE(config->events.on_success.empty());
}

TEST(FunctionSettings, NumbersBeyondLambdasAreToldWithTheirPlace) {
    base::Diagnostics diagnostics;
    EXPECT_FALSE(read_event_invoke_config(
        "Config",
        resource("Properties:\n  FunctionName: Fn\n  MaximumRetryAttempts: 3\n"
                 "  MaximumEventAgeInSeconds: 59\n"),
        diagnostics));
    ASSERT_EQ(diagnostics.size(), 2U);
    EXPECT_EQ(
        to_string(diagnostics[0].error),
        "t.yaml:3:25: MaximumRetryAttempts of 'Config' is 3\n  write a number from 0 to 2");
    EXPECT_EQ(to_string(diagnostics[1].error.where), "t.yaml:4:29");
}

TEST(FunctionSettings, ReadsWhatAnAliasProvisions) {
    base::Diagnostics diagnostics;
    const auto provisioned = read_provisioned_concurrency(
        "Alias",
        resource("Properties: {FunctionName: Fn, ProvisionedConcurrencyConfig: "
                 "{ProvisionedConcurrentExecutions: '3'}}"),
        diagnostics);
    ASSERT_TRUE(provisioned);
    EXPECT_EQ(provisioned->function, "Fn");
    EXPECT_EQ(provisioned->environments, 3U);
    EXPECT_FALSE(read_provisioned_concurrency(
        "Alias", resource("Properties: {FunctionName: Fn}"), diagnostics));
    EXPECT_TRUE(diagnostics.empty());
}

TEST(FunctionSettings, FindsTheNameInEveryWayToNameAFunction) {
    for (const char* reference :
         {"name",
          "name:live",
          "123456789012:function:name",
          "arn:aws:lambda:us-east-1:123456789012:function:name",
          "arn:aws:lambda:us-east-1:123456789012:function:name:$LATEST"}) {
        EXPECT_EQ(function_name_of(reference), "name");
    }
}

} // namespace
} // namespace samara::model
