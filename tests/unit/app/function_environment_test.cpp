#include "app/load/function_environment.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace samara::app {
namespace {

class FunctionEnvironmentTest : public testing::Test {
protected:
    os::TempDir folder_ = os::TempDir::create("env-test").value();
    model::Function function_;

    void SetUp() override {
        function_.logical_id = "Fn";
        function_.name = "fn-name";
        function_.handler = "a.b";
        function_.environment = {{"A", "template"}, {"SAMARA_TEST_B", "template"}};
    }

    base::Result<VariableOverrides> overrides(std::string_view json) {
        EXPECT_TRUE(os::write_file_atomically(folder_.path() / "env.json", json));
        return VariableOverrides::read(folder_.path() / "env.json");
    }

    Variables variables(const VariableOverrides& overrides = {}) {
        return function_variables(function_, overrides, "eu-west-1");
    }
};

TEST_F(FunctionEnvironmentTest, TheFileWinsOverTheShellOverTheTemplate) {
    setenv("SAMARA_TEST_B", "shell", 1);
    EXPECT_EQ(variables().at("A"), "template");
    EXPECT_EQ(variables().at("SAMARA_TEST_B"), "shell");
    EXPECT_EQ(
        variables(*overrides(R"({"Fn": {"SAMARA_TEST_B": "file"}})")).at("SAMARA_TEST_B"), "file");
    unsetenv("SAMARA_TEST_B");
}

TEST_F(FunctionEnvironmentTest, OneFunctionComesBeforeAll) {
    const auto file =
        overrides(R"({"Parameters": {"A": 1, "SAMARA_TEST_B": true}, "fn-name": {"A": "own"}})");
    EXPECT_EQ(variables(*file).at("A"), "own");
    EXPECT_EQ(variables(*file).at("SAMARA_TEST_B"), "true");
}

TEST_F(FunctionEnvironmentTest, TheCallersCredentialsComeWholeOrNotAtAll) {
    const aws_client::Credentials callers{"id", "secret", "token"};
    Variables plain;
    add_credentials(plain, callers);
    EXPECT_EQ(
        plain,
        (Variables{
            {"AWS_ACCESS_KEY_ID", "id"},
            {"AWS_SECRET_ACCESS_KEY", "secret"},
            {"AWS_SESSION_TOKEN", "token"}}));
    for (const char* own : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}) {
        Variables variables{{own, "its own"}};
        add_credentials(variables, callers);
        EXPECT_EQ(variables.at(own), "its own");
        EXPECT_FALSE(variables.contains("AWS_SESSION_TOKEN")) << own;
    }
    Variables without;
    add_credentials(without, {"id", "secret", ""});
    EXPECT_FALSE(without.contains("AWS_SESSION_TOKEN"));
}

TEST_F(FunctionEnvironmentTest, UndeclaredNamesAreNotPassed) {
    EXPECT_FALSE(variables(*overrides(R"({"Fn": {"NEW": "x"}})")).contains("NEW"));
}

TEST_F(FunctionEnvironmentTest, LambdasOwnVariablesCannotBeOverridden) {
    function_.environment["AWS_LAMBDA_FUNCTION_NAME"] = "mine";
    function_.environment["AWS_ACCESS_KEY_ID"] = "a key of the function's own";
    Variables result = variables();
    add_credentials(result, {});
    EXPECT_EQ(result.at("AWS_REGION"), "eu-west-1");
    EXPECT_EQ(result.at("AWS_SAM_LOCAL"), "true");
    EXPECT_EQ(result.at("AWS_LAMBDA_FUNCTION_NAME"), "fn-name");
    EXPECT_EQ(result.at("AWS_ACCESS_KEY_ID"), "a key of the function's own");
    EXPECT_EQ(result.at("AWS_SECRET_ACCESS_KEY"), "defaultsecret");
}

TEST_F(FunctionEnvironmentTest, RegionAndAccountAreTheFunctionsWhereItDeclaresThem) {
    function_.environment["AWS_ACCOUNT_ID"] = "210987654321";
    function_.environment["AWS_SAM_LOCAL"] = "";
    const Variables result = variables(*overrides(R"({"Fn": {"AWS_ACCOUNT_ID": "1"}})"));
    EXPECT_EQ(result.at("AWS_ACCOUNT_ID"), "1");
    EXPECT_EQ(result.at("AWS_SAM_LOCAL"), "");
    EXPECT_EQ(result.at("AWS_DEFAULT_REGION"), "eu-west-1");
}

TEST_F(FunctionEnvironmentTest, TellsHowToLog) {
    EXPECT_EQ(variables().at("AWS_LAMBDA_LOG_GROUP_NAME"), "aws/lambda/fn-name");
    EXPECT_FALSE(variables().contains("AWS_LAMBDA_LOG_LEVEL"));
    function_.log_group = "/x/y";
    function_.log_level = "DEBUG";
    EXPECT_EQ(variables().at("AWS_LAMBDA_LOG_GROUP_NAME"), "/x/y");
    EXPECT_EQ(variables().at("AWS_LAMBDA_LOG_LEVEL"), "DEBUG");
}

TEST_F(FunctionEnvironmentTest, WhatIsNoTextIsEmptyWithAWarning) {
    ASSERT_TRUE(os::write_file_atomically(
        folder_.path() / "env.json", R"({"Fn": {"A": {"b": 1}, "SAMARA_TEST_B": 5}})"));
    base::Diagnostics warnings;
    const auto read = VariableOverrides::read(folder_.path() / "env.json", {}, &warnings);
    ASSERT_TRUE(read);
    EXPECT_EQ(variables(*read).at("A"), "");
    EXPECT_EQ(variables(*read).at("SAMARA_TEST_B"), "5");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(to_string(warnings[0].error).find("env.json:1:14"), std::string::npos);
}

TEST_F(FunctionEnvironmentTest, OddFilesAreToldWithTheirPlace) {
    EXPECT_NE(
        to_string(overrides(R"({"Fn": {"A": [1]}})").error()).find("env.json:1:14"),
        std::string::npos);
    EXPECT_FALSE(overrides(R"({"Fn": "A=1"})"));
    EXPECT_FALSE(overrides("[]"));
    EXPECT_FALSE(VariableOverrides::read(folder_.path() / "missing.json"));
}

TEST_F(FunctionEnvironmentTest, VariablesForDebuggingMayBeFlat) {
    ASSERT_TRUE(os::write_file_atomically(
        folder_.path() / "env.json",
        R"({"A": "flat", "B": 1, "Parameters": {"C": "all"}, "Fn": {"A": "own"}})"));
    const auto read =
        VariableOverrides::read(folder_.path() / "env.json", VariableOverrides::Shape::flat_too);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->of(function_), (Variables{{"A", "own"}, {"B", "1"}, {"C", "all"}}));
}

} // namespace
} // namespace samara::app
