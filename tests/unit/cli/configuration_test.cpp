#include "configuration.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <gmock/gmock.h>

namespace samara::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The options of `samara validate` and a folder with a samconfig.toml.
class ConfigurationTest : public testing::Test {
protected:
    ConfigurationTest() {
        declare_common(options_, common_);
        options_.flag("--lint", lint_, {.help = "look closer"});
    }

    void write(std::string_view text) {
        ASSERT_TRUE(os::write_file_atomically(
            folder_.path() / "samconfig.toml", std::string("version = 0.1\n").append(text)));
    }

    base::Result<void> read(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.end(), {"-t", (folder_.path() / "template.yaml").string()});
        const auto parsed = options_.parse(arguments);
        EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
        return apply_configuration("validate", common_, options_, log_);
    }

    os::TempDir folder_ = os::TempDir::create("configuration-test").value();
    Options options_{"samara validate", "", ""};
    CommonOptions common_;
    bool lint_ = false;
    std::vector<std::string> warnings_;
    base::Log log_{[this](base::LogLevel level, std::string_view line) {
        if (level == base::LogLevel::warning) {
            warnings_.emplace_back(line);
        }
    }};
};

TEST_F(ConfigurationTest, NoFileIsNoFault) {
    EXPECT_TRUE(read());
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ConfigurationTest, TheCommandsOwnSectionComesBeforeTheGlobalOne) {
    write("[default.global.parameters]\nregion = 'eu-west-1'\nlint = true\n"
          "[default.validate.parameters]\nregion = 'eu-west-2'\n");
    ASSERT_TRUE(read());
    EXPECT_EQ(common_.region, "eu-west-2");
    EXPECT_TRUE(lint_);
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ConfigurationTest, TheCommandLineComesFirst) {
    write("[default.validate.parameters]\nregion = 'eu-west-2'\n");
    ASSERT_TRUE(read({"--region", "us-west-1"}));
    EXPECT_EQ(common_.region, "us-west-1");
}

TEST_F(ConfigurationTest, AnotherEnvironmentIsTakenWhenItIsNamed) {
    write("[default.validate.parameters]\nregion = 'a'\n"
          "[prod.validate.parameters]\nregion = 'b'\n");
    ASSERT_TRUE(read({"--config-env", "prod"}));
    EXPECT_EQ(common_.region, "b");
}

TEST_F(ConfigurationTest, WhatLooksMisspeltIsTold) {
    write(
        "[default.validate.parameters]\nregoin = 'a'\n[default.validat.parameters]\nlint = true\n");
    ASSERT_TRUE(read());
    EXPECT_THAT(
        warnings_,
        testing::UnorderedElementsAre(
            HasSubstr("did you mean region?"), HasSubstr("did you mean validate?")));
}

TEST_F(ConfigurationTest, AnEnvironmentThatIsNotThereIsTold) {
    write("[prod.validate.parameters]\nregion = 'b'\n");
    ASSERT_TRUE(read({"--config-env", "prdo"}));
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("no environment 'prdo', only prod")));
}

TEST_F(ConfigurationTest, AMisspeltDefaultIsTold) {
    write("[defualt.validate.parameters]\nregion = 'b'\n[dev.validate.parameters]\nlint = true\n");
    ASSERT_TRUE(read());
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("samconfig.toml:2:2: the environment 'defualt'")));
    warnings_.clear();
    ASSERT_TRUE(read({"--config-env", "defualt"}));
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ConfigurationTest, AFileThatCannotBeReadNamesItsLine) {
    write("[default\n");
    const auto applied = read();
    ASSERT_FALSE(applied);
    EXPECT_THAT(base::to_string(applied.error()), HasSubstr("samconfig.toml:2"));
}

TEST_F(ConfigurationTest, ANamedFileHasToBeThere) {
    const auto applied = read({"--config-file", "other.toml"});
    ASSERT_FALSE(applied);
    EXPECT_THAT(applied.error().message, HasSubstr("other.toml does not exist"));
}

TEST_F(ConfigurationTest, SavingKeepsOnlyWhatTheCommandLineSaid) {
    write("[default.validate.parameters]\nregion = 'eu-west-2'\n");
    ASSERT_TRUE(read({"--lint", "--save-params"}));
    const auto text = os::read_file(folder_.path() / "samconfig.toml");
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("lint = true"));
    EXPECT_THAT(*text, testing::Not(HasSubstr("save_params")));
}

} // namespace
} // namespace samara::cli
