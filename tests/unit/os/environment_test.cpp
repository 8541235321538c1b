#include "os/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

namespace samara::os {
namespace {

// Sets a variable for one test.
class Setting {
public:
    Setting(const char* name, const char* value) : name_(name), before_(variable(name)) {
        if (value == nullptr) {
            ::unsetenv(name);
        } else {
            ::setenv(name, value, 1);
        }
    }

    Setting(const Setting&) = delete;
    Setting& operator=(const Setting&) = delete;
    Setting(Setting&&) = delete;
    Setting& operator=(Setting&&) = delete;

    ~Setting() {
        if (before_) {
            ::setenv(name_, before_->c_str(), 1);
        } else {
            ::unsetenv(name_);
        }
    }

private:
    const char* name_;
    std::optional<std::string> before_;
};

TEST(Environment, TellsUnsetFromEmpty) {
    const Setting empty("SAMARA_TEST_EMPTY", "");
    EXPECT_EQ(variable("SAMARA_TEST_EMPTY"), "");
    EXPECT_EQ(variable("SAMARA_TEST_UNSET"), std::nullopt);
    EXPECT_THAT(environment(), testing::Contains(testing::Pair("SAMARA_TEST_EMPTY", "")));
}

TEST(Environment, CacheFolderFollowsXdg) {
    const Setting home("HOME", "/home/me");
    const Setting cache("XDG_CACHE_HOME", "/caches");
    EXPECT_EQ(cache_folder(), "/caches/samara");
    const Setting relative("XDG_CACHE_HOME", "not/absolute");
    EXPECT_EQ(cache_folder(), "/home/me/.cache/samara");
}

TEST(Environment, TempFolderFollowsTmpdir) {
    const Setting other("TMPDIR", "/other");
    EXPECT_EQ(temp_folder(), "/other");
    const Setting none("TMPDIR", nullptr);
    EXPECT_EQ(temp_folder(), "/tmp");
}

} // namespace
} // namespace samara::os
