#include "options.h"

#include <cstdlib>

#include <gmock/gmock.h>

namespace samara::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// A command with an option of each kind.
class OptionsTest : public testing::Test {
protected:
    OptionsTest() {
        options_.text("-t,--template,--template-file", template_, {.help = "a text"});
        options_.choice("--engine", engine_, {"auto", "docker"}, {.help = "a choice"});
        options_.number("--limit", limit_, {.help = "a number"});
        options_.port("-p,--port", port_, {.help = "a port", .environment = variable_});
        options_.flag("--strict", strict_, {.help = "a flag"});
        options_.toggle("--cached/--no-cached", cached_, {.help = "yes, no or neither"});
        options_.list("--build-image,-bi", images_, {.help = "several"});
        options_.list("--values", values_, {.help = "several more", .merged = true});
        options_.folder("--build-dir", folder_, {.help = "a folder"});
        options_.ignored_flag("--beta-features/--no-beta-features", "there are none");
        unsetenv(variable_);
    }

    ~OptionsTest() override { unsetenv(variable_); }

    std::string refusal(const std::vector<std::string>& arguments) {
        const auto parsed = options_.parse(arguments);
        return parsed ? std::string() : parsed.error().message + " | " + parsed.error().hint;
    }

    static constexpr const char* variable_ = "SAMARA_OPTIONS_TEST_PORT";
    Options options_{"samara some", "Does something.", "  samara some"};
    std::string template_;
    std::string engine_ = "auto";
    std::uint32_t limit_ = 7;
    std::uint16_t port_ = 3000;
    bool strict_ = false;
    std::optional<bool> cached_;
    std::vector<std::string> images_;
    std::vector<std::string> values_;
    std::string folder_;
};

TEST_F(OptionsTest, LeaveAloneWhatIsNotGiven) {
    ASSERT_TRUE(options_.parse({}));
    EXPECT_EQ(template_, "");
    EXPECT_EQ(engine_, "auto");
    EXPECT_EQ(limit_, 7U);
    EXPECT_EQ(port_, 3000);
    EXPECT_FALSE(strict_);
    EXPECT_EQ(cached_, std::nullopt);
}

TEST_F(OptionsTest, TakeNoValueForFlags) {
    for (const char* given :
         {"--cached=true",
          "--no-cached=maybe",
          "--strict=false",
          "--beta-features=1",
          "--cached=99999999999999999999",
          "--strict="}) {
        const auto parsed = options_.parse({given});
        EXPECT_TRUE(!parsed && parsed.error().kind == base::ErrorKind::usage) << given;
        const std::string name = std::string(given).substr(0, std::string_view(given).find('='));
        EXPECT_EQ(
            parsed ? "" : parsed.error().message, "Option '" + name + "' does not take a value.");
    }
    EXPECT_THAT(refusal({"--", "--strict=true"}), testing::Not(HasSubstr("take a value")));
}

TEST_F(OptionsTest, AreReadInEveryForm) {
    ASSERT_TRUE(options_.parse(
        {"--template-file=a.yaml",
         "--engine",
         "DOCKER",
         "-p",
         "80",
         "--strict",
         "--no-cached",
         "--build-image",
         "a",
         "b",
         "-bi",
         "c"}));
    EXPECT_EQ(template_, "a.yaml");
    EXPECT_EQ(engine_, "docker");
    EXPECT_EQ(port_, 80);
    EXPECT_TRUE(strict_);
    EXPECT_EQ(cached_, false);
    EXPECT_THAT(images_, ElementsAre("a", "b", "c"));
}

TEST_F(OptionsTest, NameWhatIsWrong) {
    EXPECT_THAT(refusal({"--templat", "x"}), HasSubstr("No such option: --templat"));
    EXPECT_THAT(refusal({"--templat", "x"}), HasSubstr("Did you mean --template?"));
    EXPECT_THAT(refusal({"this"}), HasSubstr("Got unexpected extra argument (this)"));
    EXPECT_THAT(
        refusal({"--engine", "podman"}),
        HasSubstr("Invalid value for '--engine': 'podman' is not one of 'auto', 'docker'"));
    EXPECT_THAT(refusal({"--build-dir", "/proc/self/exe"}), HasSubstr("is a file, not a folder"));
    EXPECT_THAT(refusal({"--port", "70000"}), HasSubstr("70000"));
    EXPECT_THAT(refusal({"--limit", "-1"}), HasSubstr("-1"));
    EXPECT_THAT(refusal({"--template"}), HasSubstr("--template"));
}

TEST_F(OptionsTest, AskForHelp) {
    EXPECT_EQ(options_.parse({"--help"}), true);
    EXPECT_THAT(options_.help(), HasSubstr("  --build-image, -bi TEXT ...\n"));
    EXPECT_THAT(options_.help(), testing::Not(HasSubstr("beta")));
}

TEST_F(OptionsTest, TheEnvironmentComesAfterTheCommandLine) {
    setenv(variable_, "4000", 1);
    ASSERT_TRUE(options_.parse({}));
    EXPECT_EQ(port_, 4000);
}

TEST_F(OptionsTest, TheCommandLineComesBeforeTheEnvironment) {
    setenv(variable_, "4000", 1);
    ASSERT_TRUE(options_.parse({"--port", "5000"}));
    EXPECT_EQ(port_, 5000);
}

TEST_F(OptionsTest, AWrongVariableIsNamed) {
    setenv(variable_, "many", 1);
    EXPECT_THAT(refusal({}), HasSubstr(variable_));
}

TEST_F(OptionsTest, TheConfigurationFillsInTheRest) {
    ASSERT_TRUE(options_.parse({"--limit", "9"}));
    ASSERT_TRUE(options_.apply([](std::string_view key) -> std::optional<Configured> {
        if (key == "limit" || key == "template_file") {
            return Configured{{"3"}, {}};
        }
        return key == "build_image" ? std::optional(Configured{{"a", "b"}, {}}) : std::nullopt;
    }));
    EXPECT_EQ(limit_, 9U);
    EXPECT_EQ(template_, "3"); // by another name of the option
    EXPECT_THAT(images_, ElementsAre("a", "b"));
}

TEST_F(OptionsTest, ConfiguredValuesOfAMergedListComeFirst) {
    ASSERT_TRUE(options_.parse({"--values", "A=given", "-bi", "given"}));
    ASSERT_TRUE(options_.apply([](std::string_view key) -> std::optional<Configured> {
        return key == "values" || key == "build_image"
                   ? std::optional(Configured{{"A=a", "B=b"}, {}})
                   : std::nullopt;
    }));
    EXPECT_THAT(values_, ElementsAre("A=a", "B=b", "A=given"));
    EXPECT_THAT(images_, ElementsAre("given"));
}

TEST_F(OptionsTest, AConfiguredValueThatIsNoneHasItsPlace) {
    ASSERT_TRUE(options_.parse({}));
    const base::Location where{std::make_shared<const std::string>("samconfig.toml"), 3, 1};
    const auto applied = options_.apply([&](std::string_view key) {
        return key == "limit" ? std::optional(Configured{{"many"}, where}) : std::nullopt;
    });
    ASSERT_FALSE(applied);
    EXPECT_EQ(base::to_string(applied.error().where), "samconfig.toml:3:1");
    EXPECT_EQ(applied.error().kind, base::ErrorKind::usage);
    EXPECT_THAT(applied.error().message, HasSubstr("limit"));
}

TEST_F(OptionsTest, GivenIsWhatTheCommandLineSaid) {
    setenv(variable_, "4000", 1);
    ASSERT_TRUE(options_.parse({"--strict", "-bi", "a", "--no-beta-features"}));
    EXPECT_THAT(
        options_.given(),
        ElementsAre(Pair("strict", ElementsAre("true")), Pair("build_image", ElementsAre("a"))));
    EXPECT_THAT(options_.notes(), ElementsAre(HasSubstr("--beta-features has no effect here")));
}

TEST(OptionsTogether, AreToldOnTheCommandLineAndInTheConfiguration) {
    const auto told = [](const std::vector<std::string>& arguments,
                         const std::string& configured = {}) -> std::string {
        Options options("samara try", "Tries.", "");
        std::string file;
        options.text("--template,--template-file", file, {.help = "F"});
        options.ignored_flag("--skip-infra/--infra", "none");
        options.ignored_value("--hook", "none");
        options.needs("--skip-infra", "--hook");
        options.excludes("--hook", {"--template-file"});
        EXPECT_TRUE(options.parse(arguments));
        const auto applied = options.apply([&](std::string_view key) {
            return key == configured ? std::optional(Configured{{"true"}, {}}) : std::nullopt;
        });
        EXPECT_TRUE(applied || applied.error().kind == base::ErrorKind::usage);
        return applied ? std::string() : applied.error().message;
    };
    EXPECT_EQ(told({"--skip-infra"}), "Missing option --hook");
    EXPECT_EQ(told({}, "skip_infra"), "Missing option --hook");
    EXPECT_EQ(told({"--infra"}, "skip_infra"), "");
    EXPECT_EQ(told({"--skip-infra"}, "hook"), "");
    EXPECT_EQ(told({"--skip-infra", "--hook", "a"}), "");
    EXPECT_EQ(
        told({"--hook", "a", "--template", "b"}),
        "Parameters --hook and --template-file cannot be used together");
    EXPECT_EQ(told({"--hook", "a"}, "template_file"), "");
}

} // namespace
} // namespace samara::cli
