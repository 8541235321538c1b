#include "data/write.h"
#include "engine/docker/container_body.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>

namespace samara::engine::docker {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ContainerBody : public testing::Test {
protected:
    ContainerBody() {
        fs::create_directory(code_);
        spec_.function = "Hello";
        spec_.runtime = "nodejs20.x";
        spec_.package = ZipPackage{code_};
        image_.name = "image:tag";
    }

    // One member of the body, "HostConfig.Memory", as JSON; empty when it is not there.
    std::string member(std::string_view path) {
        const data::Value body = container_body(spec_, image_, {"boot", "1", 7, "9"}).value();
        const std::size_t dot = path.find('.');
        const data::Value* value = body.find(path.substr(0, dot));
        if (dot != path.npos && value != nullptr) {
            value = value->find(path.substr(dot + 1));
        }
        return value != nullptr ? data::write_json(*value) : "";
    }

    os::TempDir folder_ = std::move(*os::TempDir::create("body-test"));
    fs::path code_ = folder_.path() / "code";
    EnvironmentSpec spec_;
    image::AddedImage image_;
};

TEST_F(ContainerBody, HoldsLambdasLimits) {
    spec_.memory_mb = 256;
    EXPECT_EQ(member("HostConfig.Memory"), "268435456");
    EXPECT_EQ(member("HostConfig.MemorySwap"), "268435456");
    EXPECT_EQ(member("HostConfig.PidsLimit"), "1024");
    EXPECT_EQ(member("HostConfig.Ulimits"), R"([{"Name":"nofile","Soft":1024,"Hard":1024}])");
    EXPECT_EQ(member("HostConfig.ReadonlyRootfs"), "true");
    EXPECT_THAT(member("HostConfig.Tmpfs"), HasSubstr("size=512m"));
    spec_.memory_limit = false;
    EXPECT_EQ(member("HostConfig.Memory"), "");
}

TEST_F(ContainerBody, LiftsThemWhenAsked) {
    spec_.limits = false;
    EXPECT_EQ(member("HostConfig.PidsLimit"), "");
    EXPECT_EQ(member("HostConfig.Ulimits"), "");
    EXPECT_THAT(member("HostConfig.Tmpfs"), Not(HasSubstr("size=")));
    EXPECT_EQ(member("Entrypoint"), R"(["/var/rapid/aws-lambda-rie","--no-limits"])");
    EXPECT_EQ(member("HostConfig.Memory"), "134217728"); // --no-memory-limit is for that
}

TEST_F(ContainerBody, NamesFunctionRuntimeAndOwner) {
    EXPECT_EQ(
        member("Labels"),
        R"({"sam.cli.container.type":"lambda","sam.cli.function.name":"Hello",)"
        R"("sam.cli.runtime":"nodejs20.x","samara.owner":"boot/1/7/9"})");
}

TEST_F(ContainerBody, PublishesThePortWhereItWasAskedTo) {
    EXPECT_EQ(
        member("HostConfig.PortBindings"),
        R"({"8080/tcp":[{"HostIp":"127.0.0.1","HostPort":""}]})");
    spec_.network.host_interface = "0.0.0.0";
    EXPECT_THAT(member("HostConfig.PortBindings"), HasSubstr("0.0.0.0"));
    EXPECT_EQ(member("HostConfig.NetworkMode"), "");
    spec_.network.network = "mine";
    spec_.network.dns = {"10.0.0.1"};
    spec_.network.extra_hosts = {"a:10.0.0.2"};
    EXPECT_EQ(member("HostConfig.NetworkMode"), "\"mine\"");
    EXPECT_EQ(member("HostConfig.Dns"), R"(["10.0.0.1"])");
    EXPECT_EQ(member("HostConfig.ExtraHosts"), R"(["a:10.0.0.2","sandbox.localdomain:127.0.0.1"])");
}

TEST_F(ContainerBody, DebuggersGetTheirPortAndAllTheTimeTheyWant) {
    spec_.debug = DebugSpec{{5858}, "", "/debugger"};
    EXPECT_THAT(
        member("HostConfig.PortBindings"),
        HasSubstr(R"("5858/tcp":[{"HostIp":"127.0.0.1","HostPort":"5858"}])"));
    EXPECT_THAT(member("ExposedPorts"), HasSubstr("5858/tcp"));
    EXPECT_THAT(member("Env"), HasSubstr("NODE_OPTIONS=--inspect-brk=0.0.0.0:5858"));
    EXPECT_EQ(member("Entrypoint"), R"(["/var/rapid/aws-lambda-rie","--no-timeout"])");
    EXPECT_THAT(member("HostConfig.Mounts"), HasSubstr("/tmp/lambci_debug_files"));

    spec_.runtime = "python3.12";
    spec_.debug->args = "-m debugpy --listen 0.0.0.0:5858";
    EXPECT_EQ(
        member("Cmd"),
        R"(["/var/lang/bin/python3","-m","debugpy","--listen","0.0.0.0:5858",)"
        R"("/var/runtime/bootstrap.py"])");
}

TEST_F(ContainerBody, DebuggerWinsOverTheFunctionsOwnVariables) {
    spec_.debug = DebugSpec{{5858}, "", {}};
    spec_.environment["NODE_OPTIONS"] = "--mine";
    EXPECT_EQ(member("Env"), R"(["NODE_OPTIONS=--inspect-brk=0.0.0.0:5858"])");
}

TEST_F(ContainerBody, ImageFunctionIsDebuggedByItsVariablesAndItsInterpreter) {
    spec_.runtime.clear();
    image_.info.entry_point = {"node", "client.js"};
    spec_.package = ImagePackage{.image = "mine"};
    spec_.debug = DebugSpec{{5858}, "--trace-warnings", {}, {{"NODE_OPTIONS", "--inspect"}}};
    EXPECT_EQ(member("Env"), R"(["NODE_OPTIONS=--inspect"])");
    EXPECT_EQ(
        member("Entrypoint"),
        R"(["/var/rapid/aws-lambda-rie","--no-timeout","node","--trace-warnings","client.js"])");
    EXPECT_THAT(member("ExposedPorts"), HasSubstr("5858/tcp"));
}

TEST_F(ContainerBody, ImageFunctionRunsItsImagesCommandBehindTheEmulator) {
    spec_.runtime.clear();
    image_.info.entry_point = {"/entry"};
    image_.info.command = {"app.handler"};
    image_.info.working_directory = "/work";
    spec_.package = ImagePackage{.image = "mine"};
    EXPECT_EQ(member("Entrypoint"), R"(["/var/rapid/aws-lambda-rie","/entry"])");
    EXPECT_EQ(member("Cmd"), R"(["app.handler"])");
    EXPECT_EQ(member("WorkingDir"), "\"/work\"");
    EXPECT_EQ(member("HostConfig.Mounts"), "[]");
    spec_.package = ImagePackage{
        .image = "mine",
        .entry_point = {"/other", "x"},
        .command = {"app.other"},
        .working_directory = "/there"};
    EXPECT_EQ(member("Entrypoint"), R"(["/var/rapid/aws-lambda-rie","/other","x"])");
    EXPECT_EQ(member("Cmd"), R"(["app.other"])");
    EXPECT_EQ(member("WorkingDir"), "\"/there\"");
}

TEST_F(ContainerBody, MountsWhatLinksLeadToOnlyWhenAsked) {
    fs::create_directory(folder_.path() / "shared");
    fs::create_directory(code_ / "inside");
    fs::create_symlink("../shared", code_ / "outer");
    fs::create_symlink("inside", code_ / "inner");
    fs::create_symlink("/nowhere", code_ / "broken");
    EXPECT_THAT(member("HostConfig.Mounts"), Not(HasSubstr("shared")));
    spec_.mount_symlinks = true;
    EXPECT_THAT(
        member("HostConfig.Mounts"),
        AllOf(
            HasSubstr((folder_.path() / "shared").string()),
            HasSubstr(R"("Target":"/var/task/outer","ReadOnly":true)"),
            Not(HasSubstr("/var/task/inner")),
            Not(HasSubstr("/var/task/broken"))));
}

// JSON would carry it to the engine, which ends the text there.
TEST_F(ContainerBody, RefusesATextWithANulByItsPlace) {
    using namespace std::string_literals;
    const std::string nul = "x\0y"s;
    const auto refused = [&](const std::function<void(EnvironmentSpec&)>& edit) {
        EnvironmentSpec edited = spec_;
        edit(edited);
        const auto body = container_body(edited, image_, {"boot", "1", 7, "9"});
        EXPECT_FALSE(body);
        return body ? std::string() : body.error().message;
    };
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) { s.environment["TOKEN"] = nul; }),
        AllOf(HasSubstr("Hello"), HasSubstr("'TOKEN' holds a NUL")));
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) { s.environment["A=B"] = "x"; }), HasSubstr("'A=B'"));
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) { s.package = ZipPackage{code_.string() + nul}; }),
        HasSubstr("HostConfig.Mounts[0].Source"));
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) { s.network.extra_hosts = {nul}; }),
        HasSubstr("HostConfig.ExtraHosts"));
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) { s.network.network = nul; }),
        HasSubstr("HostConfig.NetworkMode"));
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) {
            s.package = ImagePackage{"image", {nul}, {nul}, nul};
        }),
        HasSubstr("Entrypoint"));
}

} // namespace
} // namespace samara::engine::docker
