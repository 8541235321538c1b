#include "app/system_info.h"
#include "data/accessors.h"
#include "data/read.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "support/wire_server.h"

#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::app {
namespace {

/// PATH and DOCKER_HOST are the test's.
class SystemInfo : public testing::Test {
protected:
    void SetUp() override {
        set("PATH", folder_.path().string());
        set("DOCKER_HOST", "unix://" + (folder_.path() / "none.sock").string());
    }

    void TearDown() override {
        for (const auto& [name, value] : saved_) {
            value.empty() ? unsetenv(name.c_str()) : setenv(name.c_str(), value.c_str(), 1);
        }
    }

    void set(const std::string& name, const std::string& value) {
        const char* old = std::getenv(name.c_str());
        saved_.emplace_back(name, old == nullptr ? "" : old);
        setenv(name.c_str(), value.c_str(), 1);
    }

    void program(const std::string& name, std::string_view script) {
        ASSERT_TRUE(os::write_file_atomically(
            folder_.path() / name, "#!/bin/sh\n" + std::string(script), 0755));
    }

    static std::string dependency(std::string_view name) {
        const auto info = data::read_json(system_info("1.2.3", "4.5.6"), "info").value();
        EXPECT_EQ(data::text_of(info, "samara"), "1.2.3");
        EXPECT_EQ(data::text_of(info, "version"), "4.5.6");
        return data::text_of(info.find("additional_dependencies"), name);
    }

    os::TempDir folder_ = os::TempDir::create("system-info-test").value();

private:
    std::vector<std::pair<std::string, std::string>> saved_;
};

TEST_F(SystemInfo, WhatIsNotThereIsNotAvailable) {
    for (const char* name : {"container_engine", "aws_cdk", "terraform"}) {
        EXPECT_EQ(dependency(name), "Not available") << name;
    }
}

TEST_F(SystemInfo, VersionsAreWhatProgramsSay) {
    struct Case {
        const char* script;
        const char* version;
    };

    for (const Case& one :
         {Case{"echo 'Terraform v1.5.7'; echo 'on linux_amd64 2.0'", "1.5.7"},
          Case{"echo 2.100.0", "2.100.0"},
          Case{"echo '2.1 (build 3)'", "2.1"},
          Case{"echo unknown", "Not available"},
          Case{"echo 1.0; exit 1", "Not available"}}) {
        program("terraform", one.script);
        program("cdk", one.script);
        EXPECT_EQ(dependency("terraform"), one.version) << one.script;
        EXPECT_EQ(dependency("aws_cdk"), one.version) << one.script;
    }
}

TEST_F(SystemInfo, TheEngineTellsItsVersion) {
    const test::WireServer engine([](test::WireConnection& connection) {
        while (connection.read()) {
            connection.answer(
                200,
                R"({"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12"})",
                "Content-Type: application/json\r\nApi-Version: 1.41\r\n");
        }
    });
    set("DOCKER_HOST", fmt::format("tcp://127.0.0.1:{}", engine.port()));
    EXPECT_EQ(dependency("container_engine"), "20.10.24");
}

} // namespace
} // namespace samara::app
