#include "engine/sandbox/namespaces.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::engine::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

ReadSetting machine(std::map<std::string, std::string> files) {
    return [files =
                std::move(files)](const std::filesystem::path& file) -> std::optional<std::string> {
        const auto found = files.find(file.string());
        return found == files.end() ? std::nullopt : std::optional(found->second);
    };
}

TEST(Namespaces, UbuntusRefusalIsKnownByWhatBubblewrapSays) {
    const auto refusal =
        explain_refusal("bwrap: setting up uid map: Permission denied\n", machine({}));
    ASSERT_TRUE(refusal);
    EXPECT_THAT(refusal->message, HasSubstr("AppArmor"));
    EXPECT_THAT(
        refusal->hint, HasSubstr("sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"));
    EXPECT_THAT(refusal->hint, Not(HasSubstr("/etc/apparmor.d"))); // no profile to install
}

TEST(Namespaces, TheProfileOfThePackageIsOfferedFirst) {
    const auto refusal = explain_refusal(
        "bwrap: setting up uid map: Permission denied",
        machine({{"/usr/share/samara/apparmor/samara-bwrap", "profile"}}));
    ASSERT_TRUE(refusal);
    EXPECT_THAT(
        refusal->hint,
        HasSubstr("sudo install -m 644 /usr/share/samara/apparmor/samara-bwrap "
                  "/etc/apparmor.d/samara-bwrap && sudo apparmor_parser -r "
                  "/etc/apparmor.d/samara-bwrap"));
}

TEST(Namespaces, AKernelThatRefusesIsToldByItsSetting) {
    const std::string said = "bwrap: No permissions to create a new namespace";
    const auto of_debian =
        explain_refusal(said, machine({{"/proc/sys/kernel/unprivileged_userns_clone", "0\n"}}));
    ASSERT_TRUE(of_debian);
    EXPECT_THAT(of_debian->hint, HasSubstr("kernel.unprivileged_userns_clone=1"));
    const auto none = explain_refusal(
        said,
        machine(
            {{"/proc/sys/kernel/unprivileged_userns_clone", "1\n"},
             {"/proc/sys/user/max_user_namespaces", "0\n"}}));
    ASSERT_TRUE(none);
    EXPECT_THAT(none->hint, HasSubstr("user.max_user_namespaces=10000"));
    const auto apparmor = explain_refusal(
        said, machine({{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n"}}));
    ASSERT_TRUE(apparmor);
    EXPECT_THAT(apparmor->message, HasSubstr("AppArmor"));
    const auto contained =
        explain_refusal(said, machine({{"/proc/sys/user/max_user_namespaces", "100\n"}}));
    ASSERT_TRUE(contained);
    EXPECT_THAT(contained->hint, HasSubstr("--engine docker"));
}

TEST(Namespaces, OtherFailuresAreNoRefusal) {
    EXPECT_FALSE(explain_refusal(
        "bwrap: Can't find source path /x: No such file or directory", machine({})));
    EXPECT_FALSE(explain_refusal("", machine({{"/proc/sys/user/max_user_namespaces", "0"}})));
}

} // namespace
} // namespace samara::engine::sandbox
