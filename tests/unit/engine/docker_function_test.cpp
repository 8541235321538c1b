#include "data/read.h"
#include "engine/docker/container_body.h"
#include "os/file.h"
#include "os/owner.h"
#include "support/raw_client.h"
#include "unit/engine/docker_daemon.h"
#include "unit/engine/eventually.h"

#include <future>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::engine::docker {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

using DockerFunction = DockerDaemon;

// Evaluates the expressions of the event inside.
constexpr std::string_view evaluate = R"(import os, resource, signal, subprocess, sys
def handler(event, context):
    return [str(eval(text)) for text in event]
)";

TEST_F(DockerFunction, AnswersAndLeavesNothing) {
    const auto engine = make_engine();
    auto environment = start(*engine, python("def handler(e, c):\n  print('hi')\n  return e"));
    ASSERT_TRUE(environment);
    EXPECT_TRUE(environment->alive());
    EXPECT_THAT(own_containers(), testing::ElementsAre(environment->id()));
    EXPECT_THAT(log(), HasSubstr("SAM_CONTAINER_ID: " + environment->id() + "\n"));
    const Answer answer = invoke(*environment, R"({"a":"b"})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.payload, R"({"a": "b"})");
    environment.reset();
    EXPECT_TRUE(own_containers().empty());
    EXPECT_THAT(output(), HasSubstr("START RequestId"));
    EXPECT_THAT(output(), HasSubstr("hi\n"));
    EXPECT_THAT(output(), HasSubstr("REPORT RequestId")); // all of it, also the last line
}

TEST_F(DockerFunction, IsAskedWithoutTheProxyUnlessAnotherWayWasNamed) {
    const auto engine = make_engine();
    EnvironmentSpec spec = python("def handler(e, c):\n  return e");
    const auto direct = start(*engine, spec);
    ASSERT_TRUE(direct);
    const auto& address = std::get<TcpEndpoint>(direct->endpoint());
    EXPECT_NE(address.host, "localhost");
    EXPECT_EQ(address.port, 8080);
    EXPECT_EQ(invoke(*direct, "1").payload, "1");
    spec.network.container_host = "127.0.0.1";
    const auto published = start(*engine, spec);
    ASSERT_TRUE(published);
    EXPECT_EQ(std::get<TcpEndpoint>(published->endpoint()).host, "127.0.0.1");
    EXPECT_EQ(invoke(*published, "2").payload, "2");
}

TEST_F(DockerFunction, SeesWhatLambdaWouldShowIt) {
    EnvironmentSpec spec = python(evaluate);
    spec.ephemeral_storage_mb = 600;
    spec.environment["COLOUR"] = "blue=green";
    spec.network.extra_hosts = {"database:10.1.2.3"};
    const Answer answer = run(spec, R"json([
        "os.getcwd()",
        "os.environ['COLOUR']",
        "resource.getrlimit(resource.RLIMIT_NOFILE)",
        "os.access('/var/task', os.W_OK)",
        "os.access('/etc', os.W_OK)",
        "open('/tmp/x', 'w').write('abc')",
        "os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize >> 20",
        "os.stat('/tmp').st_mode & 0o7777 == 0o1777",
        "'10.1.2.3' in open('/etc/hosts').read()",
        "subprocess.run('cp /bin/true /tmp/t && /tmp/t', shell=True).returncode"])json");
    EXPECT_EQ(
        answer.payload,
        R"x(["/var/task", "blue=green", "(1024, 1024)", "False", "False", "3", "600", "True", )x"
        R"x("True", "0"])x");
}

TEST_F(DockerFunction, CarriesLabelsThatSayWhoseItIs) {
    const auto engine = make_engine();
    const auto environment = start(*engine, python(evaluate));
    ASSERT_TRUE(environment);
    for (const char* label :
         {"sam.cli.container.type=lambda",
          "sam.cli.function.name=Function",
          "sam.cli.runtime=python3.11"}) {
        EXPECT_THAT(containers(label), Contains(environment->id())) << label;
    }
}

TEST_F(DockerFunction, BeyondItsMemoryIsKilledAndToldSo) {
    const auto engine = make_engine();
    auto environment =
        start(*engine, python("def handler(e, c):\n  return len(bytearray(1 << 30))"));
    ASSERT_TRUE(environment);
    const Answer answer = invoke(*environment);
    EXPECT_THAT(answer.payload, AnyOf(HasSubstr("signal: killed"), HasSubstr("Runtime.")));
    environment.reset();

    EnvironmentSpec free = python("def handler(e, c):\n  return len(bytearray(1 << 28))");
    free.memory_limit = false;
    EXPECT_EQ(run(free).payload, "268435456");
}

TEST_F(DockerFunction, ContainerThatEndsIsNoticedWithItsReason) {
    const auto engine = make_engine();
    const auto environment = start(*engine, python(evaluate));
    ASSERT_TRUE(environment);
    ASSERT_TRUE(api_->call(
        {.method = "POST",
         .path = "/containers/" + environment->id() + "/kill",
         .query = {{"signal", "SIGKILL"}}},
        "kill",
        {}));
    ASSERT_TRUE(eventually([&] { return !environment->alive(); }));
    EXPECT_THAT(environment->end_reason(), HasSubstr("SIGKILL"));
}

TEST_F(DockerFunction, ContainerThatSomebodyRemovedIsNoError) {
    const auto engine = make_engine();
    auto environment = start(*engine, python(evaluate));
    ASSERT_TRUE(environment);
    ASSERT_TRUE(api_->call(
        {.method = "DELETE", .path = "/containers/" + environment->id(), .query = {{"force", "1"}}},
        "remove",
        {}));
    ASSERT_TRUE(eventually([&] { return !environment->alive(); }));
    EXPECT_NE(environment->end_reason(), "");
    environment.reset();
    EXPECT_THAT(log(), Not(HasSubstr("cannot")));
}

TEST_F(DockerFunction, CancelledStartLeavesNothing) {
    const auto engine = make_engine();
    const EnvironmentSpec spec = python(evaluate);
    ASSERT_TRUE(engine->prepare(spec, cancel_));
    auto environment =
        std::async(std::launch::async, [&] { return engine->start(spec, sink_, cancel_); });
    ASSERT_TRUE(eventually([&] { return !own_containers().empty(); }));
    cancel_.cancel(); // created, not yet answering
    const auto result = environment.get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "cancelled");
    EXPECT_TRUE(own_containers().empty());
}

TEST_F(DockerFunction, WhatCannotBeStartedIsToldAndLeavesNothing) {
    const auto engine = make_engine();
    EnvironmentSpec missing = python(evaluate);
    missing.package = ZipPackage{dir_.path() / "none"};
    auto environment = engine->start(missing, sink_, cancel_);
    ASSERT_FALSE(environment);
    EXPECT_THAT(environment.error().message, HasSubstr((dir_.path() / "none").string()));

    EnvironmentSpec network = python(evaluate);
    network.network.network = "no-such-network";
    environment = engine->start(network, sink_, cancel_);
    ASSERT_FALSE(environment);
    EXPECT_THAT(environment.error().message, HasSubstr("no-such-network"));

    EnvironmentSpec closed = python(evaluate);
    closed.network.network = "none";
    environment = engine->start(closed, sink_, cancel_);
    ASSERT_FALSE(environment);
    EXPECT_THAT(environment.error().message, HasSubstr("publishes no port"));

    EnvironmentSpec other = python(evaluate);
    other.architecture = "arm64";
    environment = engine->start(other, sink_, cancel_);
    ASSERT_FALSE(environment);
    EXPECT_THAT(environment.error().message, HasSubstr("arm64"));
    EXPECT_TRUE(own_containers().empty());
}

TEST_F(DockerFunction, LeftoversOfADeadSamaraAreSweptAtTheNextStart) {
    os::Owner dead = os::this_process();
    dead.started = "1";
    const std::string mark = "samara.test.sweep=" + dir_.path().filename().string();
    const auto create = [&](const std::string& owner) {
        data::Map labels{{"samara.test.sweep", dir_.path().filename().string()}};
        if (!owner.empty()) {
            labels.set(owner_label, owner);
        }
        const auto created = api_->call_json(
            {.method = "POST",
             .path = "/containers/create",
             .json =
                 data::Map{{"Image", python_image}, {"Cmd", data::List{"x"}}, {"Labels", labels}}},
            "create",
            {});
        return std::string(created.value().find("Id")->text());
    };
    create(to_string(dead));
    const std::string users = create("");
    make_engine();
    EXPECT_THAT(containers(mark), testing::ElementsAre(users));
    ASSERT_TRUE(api_->call({.method = "DELETE", .path = "/containers/" + users}, "remove", {}));
}

TEST_F(DockerFunction, SeesWhatLinksLeadToWhenTheyAreMounted) {
    EnvironmentSpec spec = python("def handler(e, c): return open('/var/task/shared/a').read()");
    ASSERT_TRUE(os::make_folders(dir_.path() / "shared"));
    ASSERT_TRUE(os::write_file_atomically(dir_.path() / "shared/a", "found"));
    std::filesystem::create_symlink(
        "../shared", std::get<ZipPackage>(spec.package).code / "shared");
    EXPECT_THAT(run(spec).payload, HasSubstr("FileNotFoundError"));
    spec.mount_symlinks = true;
    EXPECT_EQ(run(spec).payload, "\"found\"");
}

TEST_F(DockerFunction, InspectorOfNodeAnswersAWebSocketClient) {
    constexpr const char* image = "samara-test/lambda/nodejs:18";
    if (!images_->inspect(image, {}).value()) {
        GTEST_SKIP() << image << " is missing: scripts/stand-in-images makes it";
    }
    EnvironmentSpec spec = python("");
    spec.runtime = "nodejs18.x";
    spec.invoke_image = image;
    spec.debug = DebugSpec{{free_port()}, "", {}};
    const auto engine = make_engine();
    const auto environment = start(*engine, spec);
    ASSERT_TRUE(environment);

    const std::uint16_t port = spec.debug->ports.front();
    net::HttpClient client(net::TcpAddress{"127.0.0.1", port});
    std::string list;
    ASSERT_TRUE(eventually([&] {
        const auto answer = client.send({.target = "/json/list"});
        list = answer ? answer->body : "";
        return !list.empty();
    }));
    const auto targets = data::read_json(list, "list");
    ASSERT_TRUE(targets) << list;
    const std::string id(targets->as_list()->front().find("id")->text());
    // Key and answer are those of RFC 6455, section 1.3.
    test::RawClient debugger(port);
    ASSERT_TRUE(debugger.send(fmt::format(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        id)));
    const std::string head = debugger.response();
    EXPECT_THAT(head, HasSubstr("101 Switching Protocols"));
    EXPECT_THAT(head, HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

TEST_F(DockerFunction, LaterLayersWin) {
    EnvironmentSpec spec = python(R"(import os
def handler(event, context):
    return {name: open('/opt/' + name).read() for name in sorted(os.listdir('/opt'))
            if os.path.isfile('/opt/' + name)})");
    for (const int layer : {1, 2, 3}) {
        const auto folder = dir_.path() / fmt::format("layer{}", layer);
        for (int file = layer; file <= 3; ++file) {
            ASSERT_TRUE(os::make_folders(folder));
            ASSERT_TRUE(os::write_file_atomically(
                folder / fmt::format("file{}", file), fmt::format("layer {}", layer)));
        }
        spec.layers.push_back(
            {fmt::format("{}-{}", dir_.path().filename().string(), layer), folder, true});
    }
    remove_later(image::names_of(spec).added);
    EXPECT_EQ(run(spec).payload, R"({"file1": "layer 1", "file2": "layer 2", "file3": "layer 3"})");
    EXPECT_THAT(log(), HasSubstr("Building image"));
    const std::size_t before = log().size();
    EXPECT_EQ(run(spec).status, 200);
    EXPECT_THAT(log().substr(before), Not(HasSubstr("Building image"))); // nothing changed
}

} // namespace
} // namespace samara::engine::docker
