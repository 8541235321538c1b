#include "engine/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::engine {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class NamedEngine : public Engine {
public:
    explicit NamedEngine(std::string_view name) : name_(name) {}

    [[nodiscard]] std::string_view name() const override { return name_; }

    [[nodiscard]] base::Result<void> check(const EnvironmentSpec&) const override { return {}; }

    base::Result<void> prepare(const EnvironmentSpec&, const os::Cancellation&) override {
        return {};
    }

    base::Result<std::unique_ptr<Environment>>
    start(const EnvironmentSpec&, OutputSink, const os::Cancellation&) override {
        return base::fail("not in this test");
    }

private:
    std::string_view name_;
};

EngineFactory works(std::string_view name) {
    return [name]() -> base::Result<std::unique_ptr<Engine>> {
        return std::make_unique<NamedEngine>(name);
    };
}

EngineFactory fails(const std::string& reason) {
    return [reason]() -> base::Result<std::unique_ptr<Engine>> { return base::fail(reason); };
}

TEST(ParseEngineChoice, OptionGoesBeforeVariable) {
    EXPECT_EQ(parse_engine_choice({}, {}), EngineChoice::automatic);
    EXPECT_EQ(parse_engine_choice({}, "sandbox"), EngineChoice::sandbox);
    EXPECT_EQ(parse_engine_choice("docker", "sandbox"), EngineChoice::docker);
    EXPECT_EQ(parse_engine_choice("auto", "sandbox"), EngineChoice::automatic);
    EXPECT_EQ(parse_engine_choice({}, ""), EngineChoice::automatic);
}

TEST(ParseEngineChoice, AnUnknownWordIsAUsageError) {
    const auto choice = parse_engine_choice({}, "podman");
    ASSERT_FALSE(choice);
    EXPECT_EQ(choice.error().kind, base::ErrorKind::usage);
    EXPECT_THAT(choice.error().message, AllOf(HasSubstr("SAMARA_ENGINE"), HasSubstr("podman")));
    EXPECT_THAT(parse_engine_choice("x", {}).error().message, HasSubstr("--engine x"));
}

TEST(SelectEngine, AutomaticTakesDockerWhereItAnswers) {
    const auto selected = select_engine(EngineChoice::automatic, works("docker"), works("sandbox"));
    ASSERT_TRUE(selected);
    EXPECT_EQ(selected->engine->name(), "docker");
    EXPECT_EQ(selected->explanation, "Using the docker engine (Docker answers)");
}

TEST(SelectEngine, AutomaticElseTakesTheSandboxAndSaysWhy) {
    const auto selected =
        select_engine(EngineChoice::automatic, fails("Docker does not answer"), works("sandbox"));
    ASSERT_TRUE(selected);
    EXPECT_EQ(selected->engine->name(), "sandbox");
    EXPECT_EQ(selected->explanation, "Using the sandbox engine (no Docker engine answers)");
    EXPECT_EQ(selected->details, "Docker does not answer");
}

TEST(SelectEngine, WhatWasAskedForIsNotReplaced) {
    EXPECT_EQ(
        select_engine(EngineChoice::docker, fails("Docker does not answer"), works("sandbox"))
            .error()
            .message,
        "Docker does not answer");
    EXPECT_EQ(
        select_engine(EngineChoice::sandbox, works("docker"), works("sandbox"))->engine->name(),
        "sandbox");
}

TEST(SelectEngine, WithNoneBothAreExplained) {
    const auto selected =
        select_engine(EngineChoice::automatic, fails("no Docker"), fails("no bwrap"));
    ASSERT_FALSE(selected);
    EXPECT_THAT(selected.error().message, AllOf(HasSubstr("no Docker"), HasSubstr("no bwrap")));
}

} // namespace
} // namespace samara::engine
