#include "build/node_yarn.h"
#include "project.h"

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class Yarn : public Project {};

TEST_F(Yarn, OneIsAskedForAllPlatformsAndLosesTheOthers) {
    write("yarn.lock", "# yarn lockfile v1\n");
    const auto lock = root() / "yarn.lock";
    EXPECT_FALSE(is_modern_yarn(lock));
    EXPECT_THAT(yarn_arguments(lock, true, true, false), Not(Contains("--ignore-platform")));
    EXPECT_THAT(yarn_arguments(lock, true, true, true), Contains("--ignore-platform"));
    write("node_modules/plain/package.json", "{}");
    write("node_modules/broken/package.json", "{");
    write("node_modules/@s/arm/package.json", R"({"os": ["linux"], "cpu": ["arm64"]})");
    write("node_modules/@s/x64/package.json", R"({"os": ["linux"], "cpu": ["x64"]})");
    write("node_modules/mac/package.json", R"({"os": ["darwin"]})");
    write("node_modules/not-windows/package.json", R"({"os": ["!win32"]})");
    write("node_modules/not-arm/package.json", R"({"cpu": ["!arm64", "!ia32"]})");
    write("node_modules/musl/package.json", R"({"libc": ["musl"]})");
    write("node_modules/plain/node_modules/x64/package.json", R"({"cpu": ["x64"]})");
    ASSERT_TRUE(remove_foreign_packages(root() / "node_modules", "arm64"));
    for (const char* stays : {"plain", "broken", "@s/arm", "not-windows"}) {
        EXPECT_TRUE(exists(std::filesystem::path("node_modules") / stays)) << stays;
    }
    for (const char* goes : {"@s/x64", "mac", "not-arm", "musl", "plain/node_modules/x64"}) {
        EXPECT_FALSE(exists(std::filesystem::path("node_modules") / goes)) << goes;
    }
}

TEST_F(Yarn, TwoAndLaterAreToldBySettings) {
    write("yarn.lock", "__metadata:\n  version: 8\n");
    EXPECT_TRUE(is_modern_yarn(root() / "yarn.lock"));
    EXPECT_EQ(
        yarn_settings("nodeLinker: pnp", "arm64"),
        "nodeLinker: pnp\nsupportedArchitectures:\n  os: [linux]\n  cpu: [arm64]\n  libc: "
        "[glibc]\n");
    EXPECT_THAT(yarn_settings("", "x86_64"), HasSubstr("cpu: [x64]"));
    const std::string own = "supportedArchitectures:\n  cpu: [x64, arm64]\n";
    EXPECT_EQ(yarn_settings(own, "arm64"), own);
}

} // namespace
} // namespace samara::build
