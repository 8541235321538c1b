#include "base/base64.h"
#include "engine/docker/registry_login.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::engine::docker {
namespace {

class RegistryLogin : public testing::Test {
protected:
    void config(std::string_view json) {
        std::ofstream(folder_.path() / "config.json") << json;
        lookup_.environment = {
            {"DOCKER_CONFIG", folder_.path().string()},
            {"PATH", folder_.path().string() + ":/usr/bin:/bin"}};
    }

    // Answers for one registry, and for others as helpers do.
    void helper(const std::string& name, std::string_view registry, std::string_view answer) {
        const auto path = folder_.path() / ("docker-credential-" + name);
        ASSERT_TRUE(os::write_file_atomically(
            path,
            fmt::format(
                "#!/bin/sh\nread -r server\n[ \"$1 $server\" = 'get {0}' ] && echo '{1}' && exit\n"
                "[ $1 = list ] && echo '{{\"{0}\": \"\"}}' && exit\n"
                "echo 'credentials not found in native keychain'\nexit 1\n",
                registry,
                answer),
            0755));
    }

    std::string login(const std::string& image) {
        return base::base64_decode(registry_login(image, lookup_, {})).value();
    }

    os::TempDir folder_ = os::TempDir::create("login").value();
    HostLookup lookup_;
};

TEST_F(RegistryLogin, AsksTheRegistrysHelperThenTheOneForAllThenTheFile) {
    config(R"({"credHelpers": {"one.example": "one"}, "credsStore": "all",
               "auths": {"https://three.example": {"auth": "dXNlcjpwOjE="}}})");
    helper("one", "one.example", R"({"Username": "me", "Secret": "s"})");
    helper("all", "two.example:5000", R"({"Username": "<token>", "Secret": "t"})");
    EXPECT_EQ(
        login("one.example/app:v1"),
        R"({"username":"me","password":"s","serveraddress":"one.example"})");
    EXPECT_EQ(
        login("two.example:5000/app"),
        R"({"identitytoken":"t","serveraddress":"two.example:5000"})");
    EXPECT_EQ(
        login("three.example/app"),
        R"({"username":"user","password":"p:1","serveraddress":"three.example"})");
    EXPECT_EQ(login("four.example/app"), "");
    EXPECT_EQ(login("ubuntu"), "");
}

TEST_F(RegistryLogin, BuildsGetEveryLogin) {
    config(R"({"credHelpers": {"one.example": "one"}, "credsStore": "all",
               "auths": {"three.example": {"auth": "dXNlcjpwOjE="}, "four.example": {}}})");
    helper("one", "one.example", R"({"Username": "me", "Secret": "s"})");
    helper("all", "two.example", R"({"Username": "<token>", "Secret": "t"})");
    EXPECT_EQ(
        base::base64_decode(registry_logins(lookup_, {})).value(),
        R"({"one.example":{"username":"me","password":"s"},)"
        R"("three.example":{"username":"user","password":"p:1"},)"
        R"("two.example":{"identitytoken":"t"}})");
    config("{}");
    EXPECT_EQ(registry_logins(lookup_, {}), "");
}

TEST_F(RegistryLogin, HelperThatIsMissingOrBrokenKnowsNone) {
    config(R"({"credsStore": "missing"})");
    EXPECT_EQ(login("one.example/app"), "");
    config(R"({"credsStore": "broken"})");
    helper("broken", "one.example", "no JSON");
    EXPECT_EQ(login("one.example/app"), "");
    config("no JSON");
    EXPECT_EQ(login("one.example/app"), "");
    lookup_ = {};
    EXPECT_EQ(login("one.example/app"), "");
}

} // namespace
} // namespace samara::engine::docker
