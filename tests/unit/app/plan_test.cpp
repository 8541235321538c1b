#include "app/run/plan.h"
#include "model/limits.h"
#include "template_folder.h"

#include <gmock/gmock.h>

namespace samara::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PlanTest : public TemplateFolder {
protected:
    PlanTest() { write("code/app.py", ""); }

    /// The plan of the template's only function, `Fn`.
    base::Result<invoke::FunctionPlan> plan(std::string_view properties) {
        warnings_.clear();
        const Application application = load(fmt::format(
            "Resources:\n  Fn: {{Type: AWS::Lambda::Function, Properties: {{Code: code, Runtime: "
            "python3.12, Handler: app.handler{}}}}}\n",
            properties));
        auto planner = Planner::make(application, options_, log_);
        if (!planner) {
            return base::fail(planner.error());
        }
        return planner->plan(application, application.functions().front());
    }

    RunOptions options_;
};

TEST_F(PlanTest, QuotasAtTheirEnds) {
    struct Case {
        const char* properties;
        bool limits;
        std::uint32_t timeout;
        std::uint32_t memory;
        std::uint32_t storage;
        std::size_t warnings;
    };

    for (const Case& one : std::initializer_list<Case>{
             {"", true, 3, 128, 512, 0},
             {", Timeout: 1, MemorySize: 128, EphemeralStorage: {Size: 512}", true, 1, 128, 512, 0},
             {", Timeout: 900, MemorySize: 10240, EphemeralStorage: {Size: 10240}",
              true,
              900,
              10240,
              10240,
              0},
             {", Timeout: 901, MemorySize: 10241, EphemeralStorage: {Size: 10241}",
              true,
              900,
              10240,
              10240,
              3},
             {", Timeout: 901, MemorySize: 10241, EphemeralStorage: {Size: 10241}",
              false,
              901,
              10241,
              10241,
              3},
             {", MemorySize: 127, EphemeralStorage: {Size: 511}", true, 3, 128, 512, 2},
             {", MemorySize: 127, EphemeralStorage: {Size: 511}", false, 3, 128, 512, 2}}) {
        options_.limits = one.limits;
        const auto made = plan(one.properties);
        ASSERT_TRUE(made) << one.properties;
        EXPECT_EQ(made->spec.timeout_seconds, one.timeout) << one.properties;
        EXPECT_EQ(made->spec.memory_mb, one.memory) << one.properties;
        EXPECT_EQ(made->spec.ephemeral_storage_mb, one.storage) << one.properties;
        EXPECT_EQ(warnings_.size(), one.warnings) << testing::PrintToString(warnings_);
        EXPECT_EQ(
            made->spec.environment.at("AWS_LAMBDA_FUNCTION_TIMEOUT"), std::to_string(one.timeout));
        EXPECT_EQ(made->spec.limits, one.limits);
    }
    EXPECT_THAT(warnings_[0], HasSubstr("here it is 128"));
}

TEST_F(PlanTest, VariablesAreMeasuredAsJson) {
    // {"A":"..."}
    const std::size_t most = model::limits().environment_bytes - 8;
    for (const bool limits : {true, false}) {
        options_.limits = limits;
        for (const std::size_t more : {0UL, 1UL}) {
            ASSERT_TRUE(
                plan(", Environment: {Variables: {A: " + std::string(most + more, 'x') + "}}"));
            EXPECT_EQ(warnings_.size(), limits ? more : 0) << more;
        }
    }
}

TEST_F(PlanTest, ImagesToRunIn) {
    struct Case {
        std::vector<std::string> given;
        const char* image;
    };

    for (const Case& one : std::initializer_list<Case>{
             {{}, ""},
             {{"a:1"}, "a:1"},
             {{"a:1", "b:2"}, "a:1"},
             {{"a:1", "Fn=b:2"}, "b:2"},
             {{"the-fn=c:3", "a:1"}, "c:3"},
             {{"Other=b:2"}, ""}}) {
        options_.invoke_images = one.given;
        EXPECT_EQ(plan(", FunctionName: the-fn")->spec.invoke_image, one.image)
            << testing::PrintToString(one.given);
    }
}

TEST_F(PlanTest, OptionsGoIntoThePlan) {
    options_.runtime = "python3.13";
    options_.lambda_endpoint = "http://l";
    options_.connections_endpoint = "http://c";
    options_.memory_limit = false;
    options_.mount_symlinks = true;
    const auto made = plan(", ReservedConcurrentExecutions: 4");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->spec.runtime, "python3.13");
    EXPECT_EQ(made->spec.environment.at("AWS_ENDPOINT_URL_LAMBDA"), "http://l");
    EXPECT_EQ(made->spec.environment.at("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"), "http://c");
    EXPECT_FALSE(made->spec.memory_limit);
    EXPECT_TRUE(made->spec.mount_symlinks);
    EXPECT_EQ(made->reserved_concurrency, 4U);
    const auto own = plan(", Environment: {Variables: {AWS_ENDPOINT_URL_LAMBDA: 'http://own'}}");
    EXPECT_EQ(own->spec.environment.at("AWS_ENDPOINT_URL_LAMBDA"), "http://own");
    options_ = {};
    EXPECT_FALSE(plan("")->spec.environment.contains("AWS_ENDPOINT_URL_LAMBDA"));
}

TEST_F(PlanTest, WhoIsDebugged) {
    options_.debug.ports = {5678};
    EXPECT_TRUE(plan("")->spec.debug);
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("since Python needs --debug-args")));
    options_.debug.args = "-m debugpy";
    EXPECT_TRUE(plan("")->spec.debug);
    EXPECT_THAT(warnings_, IsEmpty());
    options_.debug_function = "Fn";
    EXPECT_TRUE(plan("")->spec.debug);
    options_.debug_function = "Nobody";
    EXPECT_FALSE(plan(""));
    options_ = {};
    EXPECT_FALSE(plan("")->spec.debug);
    write("vars.json", "{\"A\": \"b\"}");
    options_.container_env_vars = folder_.path() / "vars.json";
    EXPECT_FALSE(plan("")->spec.debug);
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("--container-env-vars is for debugging")));
    options_.debug.ports = {5678};
    options_.debug.args = "x";
    EXPECT_EQ(plan("")->spec.debug->environment.at("A"), "b");
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(PlanTest, CodeOfTheTemplateIsIndex) {
    const auto application = load(R"(
Resources:
  A: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}, Runtime: python3.12, Handler: other.run}}
  B: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}, Runtime: python3.12, Handler: run}}
)");
    auto planner = Planner::make(application, {}, log_);
    ASSERT_TRUE(planner);
    const auto plans = planner->plan_all(application);
    EXPECT_EQ(plans.at("A").spec.handler, "index.run");
    EXPECT_EQ(plans.at("A").spec.environment.at("_HANDLER"), "index.run");
    EXPECT_EQ(plans.at("B").spec.handler, "index.handler");
}

TEST_F(PlanTest, WhatCannotBePlannedFailsWhenItIsCalled) {
    const auto application = load(R"(
Resources:
  Good: {Type: AWS::Lambda::Function, Properties: {Code: code, Runtime: python3.12, Handler: app.h}}
  Gone: {Type: AWS::Lambda::Function, Properties: {Code: gone, Runtime: python3.12, Handler: app.h}}
  Image: {Type: AWS::Lambda::Function, Properties: {PackageType: Image, Code: {}}}
  Wrong: {Type: AWS::Lambda::Function, Properties: {Code: code, Runtime: [], Handler: app.h}}
)");
    auto planner = Planner::make(application, {}, log_);
    ASSERT_TRUE(planner);
    const auto plans = planner->plan_all(application);
    EXPECT_FALSE(plans.at("Good").fault);
    ASSERT_TRUE(plans.at("Gone").fault);
    EXPECT_THAT(plans.at("Gone").fingerprint, HasSubstr("Gone"));
    EXPECT_TRUE(plans.at("Image").fault);
    const auto some = planner->plan_all(application, {"Good"});
    EXPECT_EQ(some.size(), 1U);
}

} // namespace
} // namespace samara::app
