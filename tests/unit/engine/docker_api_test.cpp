#include "engine/docker/api.h"
#include "engine/docker/container_body.h"
#include "engine/docker/containers.h"
#include "engine/docker/images.h"
#include "os/owner.h"
#include "os/temp_dir.h"
#include "support/wire_server.h"

#include <fstream>
#include <future>
#include <latch>
#include <map>
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::engine::docker {
namespace {

using namespace std::chrono_literals;
using test::WireConnection;
using test::WireRequest;
using test::WireServer;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// An engine that says what the test tells it to, at a unix socket.
class DockerApiTest : public testing::Test {
protected:
    using Answer = std::function<void(WireConnection&, const WireRequest&)>;

    DockerApiTest() {
        answers_["GET /_ping"] = [](WireConnection& connection, const WireRequest&) {
            connection.answer(200, "OK", "Api-Version: 1.41\r\n");
        };
    }

    std::shared_ptr<Api> connect() {
        auto api = Api::connect(host(), {});
        EXPECT_TRUE(api) << (api ? "" : api.error().message);
        return api ? *api : nullptr;
    }

    [[nodiscard]] DockerHost host() const { return {net::UnixAddress{socket_}, "test"}; }

    void on(const std::string& request, int status, std::string body) {
        answers_[request] = [=](WireConnection& connection, const WireRequest&) {
            connection.answer(status, body);
        };
    }

    std::vector<std::string> seen() {
        const std::lock_guard guard(mutex_);
        return seen_;
    }

    void serve(WireConnection& connection) {
        while (const auto request = connection.read()) {
            const std::string target = request->target();
            const std::string line = request->method() + " " + target.substr(0, target.find('?'));
            {
                const std::lock_guard guard(mutex_);
                seen_.push_back(request->method() + " " + target);
            }
            const auto found = answers_.find(line);
            if (found == answers_.end()) {
                connection.answer(404, R"({"message":"page not found"})");
            } else {
                found->second(connection, *request);
            }
        }
    }

    os::TempDir folder_ = std::move(*os::TempDir::create("api-test"));
    std::string socket_ = (folder_.path() / "docker.sock").string();
    std::map<std::string, Answer> answers_;
    std::mutex mutex_;
    std::vector<std::string> seen_;
    WireServer server_{socket_, [this](WireConnection& connection) { serve(connection); }};
};

TEST_F(DockerApiTest, SpeaksTheEnginesVersion) {
    on("GET /v1.41/info", 200, "{}");
    const auto api = connect();
    EXPECT_EQ(api->version(), "1.41");
    EXPECT_TRUE(api->call_json({.path = "/info"}, "x", {}));
}

TEST_F(DockerApiTest, TellsTheEnginesMessage) {
    on("GET /v1.41/x", 500, R"({"message":"disk is on fire"})");
    on("GET /v1.41/y", 500, "plain");
    on("GET /v1.41/z", 507, "");
    on("GET /v1.41/full", 500, R"({"message":"write /x: no space left on device"})");
    on("GET /v1.41/nonsense", 200, "{");
    const auto api = connect();
    EXPECT_EQ(
        api->call({.path = "/x"}, "cannot do", {}).error().message, "cannot do: disk is on fire");
    EXPECT_EQ(api->call({.path = "/y"}, "cannot do", {}).error().message, "cannot do: plain");
    EXPECT_EQ(
        api->call({.path = "/z"}, "cannot do", {}).error().message,
        "cannot do: the engine answers 507 and gives no reason");
    EXPECT_THAT(api->call({.path = "/full"}, "x", {}).error().hint, HasSubstr("prune"));
    EXPECT_THAT(
        api->call_json({.path = "/nonsense"}, "cannot do", {}).error().message,
        HasSubstr("cannot do"));
}

TEST_F(DockerApiTest, EncodesQueries) {
    const auto api = connect();
    ASSERT_TRUE(
        api->send({.path = "/q", .query = {{"filters", R"({"a":["b c"]})"}, {"x", "1"}}}, {}));
    EXPECT_THAT(seen(), Contains("GET /v1.41/q?filters=%7B%22a%22%3A%5B%22b%20c%22%5D%7D&x=1"));
}

TEST_F(DockerApiTest, RefusesWhatIsNoDockerEngine) {
    on("GET /_ping", 200, "hello");
    const auto api = Api::connect(host(), {});
    ASSERT_FALSE(api);
    EXPECT_THAT(api.error().message, HasSubstr("not a Docker engine"));
}

TEST_F(DockerApiTest, TellsEveryPlaceThatWasTried) {
    const auto api = Api::connect(
        HostLookup{
            {{"XDG_RUNTIME_DIR", folder_.path() / "none"},
             {"DOCKER_HOST", "unix://" + (folder_.path() / "nobody.sock").string()}},
            folder_.path()},
        {});
    ASSERT_FALSE(api);
    EXPECT_THAT(api.error().message, HasSubstr("no Docker engine answers"));
    EXPECT_THAT(
        api.error().message, HasSubstr("nobody.sock: No such file or directory (DOCKER_HOST)"));
    EXPECT_THAT(api.error().hint, HasSubstr("--engine sandbox"));
}

TEST_F(DockerApiTest, ManyRequestsAtOnceShareConnectionsLater) {
    on("GET /v1.41/x", 200, "{}");
    const auto api = connect();
    std::vector<std::future<bool>> answers;
    for (int i = 0; i < 8; ++i) {
        answers.push_back(std::async(
            std::launch::async, [&] { return api->send({.path = "/x"}, {}).has_value(); }));
    }
    for (auto& answer : answers) {
        EXPECT_TRUE(answer.get());
    }
    const int connections = server_.connections();
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(api->send({.path = "/x"}, {}));
    }
    EXPECT_EQ(server_.connections(), connections);
}

TEST_F(DockerApiTest, EndlessRequestsCanBeCancelled) {
    std::latch asked(1);
    answers_["POST /v1.41/containers/c/wait"] = [&](WireConnection& connection,
                                                    const WireRequest&) {
        asked.count_down();
        connection.wait_closed();
    };
    const auto api = connect();
    const os::Cancellation cancel;
    auto answer = std::async(std::launch::async, [&] {
        return api->call(
            {.method = "POST", .path = "/containers/c/wait", .timeout = 0ms}, "waiting", cancel);
    });
    asked.wait();
    cancel.cancel();
    ASSERT_EQ(answer.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(answer.get().error().message, "cancelled");
}

TEST_F(DockerApiTest, VersionsAreNegotiated) {
    EXPECT_EQ(negotiate_version("1.24").value(), "1.24");
    EXPECT_EQ(negotiate_version("1.41").value(), "1.41");
    EXPECT_EQ(negotiate_version("1.99").value(), "1.47");
    EXPECT_THAT(negotiate_version("1.23").error().message, HasSubstr("too old"));
    for (const char* text : {"", "1", "x.y", "1."}) {
        EXPECT_FALSE(negotiate_version(text)) << text;
    }
}

TEST_F(DockerApiTest, ContainerGoesWithItsObject) {
    on("POST /v1.41/containers/create", 201, R"({"Id":"abc","Warnings":[]})");
    on("DELETE /v1.41/containers/abc", 204, "");
    const auto api = connect();
    {
        const auto container = Container::create(api, "name", data::Map(), {});
        ASSERT_TRUE(container);
        EXPECT_EQ((*container)->id(), "abc");
        EXPECT_THAT(seen(), Not(Contains(HasSubstr("DELETE"))));
    }
    EXPECT_THAT(seen(), Contains("DELETE /v1.41/containers/abc?force=1&v=1"));
}

TEST_F(DockerApiTest, ContainerWhoseCreationGotLostIsRemovedByName) {
    const auto api = connect();
    answers_["POST /v1.41/containers/create"] = [](WireConnection& connection, const WireRequest&) {
        connection.answer(500, R"({"message":"timed out"})");
    };
    EXPECT_FALSE(Container::create(api, "samara-f-1", data::Map(), {}));
    EXPECT_THAT(seen(), Contains("DELETE /v1.41/containers/samara-f-1?force=1&v=1"));
}

TEST_F(DockerApiTest, SweepsWhatDeadOnesLeftAndNothingElse) {
    os::Owner dead = os::this_process();
    dead.started = "1";
    os::Owner elsewhere = dead;
    elsewhere.namespace_ = "1";
    const auto entry = [](const std::string& id, const std::string& owner) {
        return fmt::format(R"({{"Id":"{}","Labels":{{"samara.owner":"{}"}}}})", id, owner);
    };
    on("GET /v1.41/containers/json",
       200,
       fmt::format(
           "[{},{},{},{},{}]",
           entry("dead", to_string(dead)),
           entry("alive", os::to_string(os::this_process())),
           entry("elsewhere", to_string(elsewhere)),
           entry("odd", "whatever"),
           R"({"Id":"users","Labels":{}})"));
    on("DELETE /v1.41/containers/dead", 204, "");
    const auto api = connect();
    const auto swept = sweep_leftovers(*api, {}, {});
    ASSERT_TRUE(swept) << swept.error().message;
    EXPECT_EQ(*swept, 1);
    for (const std::string& request : seen()) {
        if (request.starts_with("DELETE")) {
            EXPECT_THAT(request, HasSubstr("/containers/dead?"));
        }
    }
}

TEST_F(DockerApiTest, InspectTellsThatAnImageIsMissing) {
    on("GET /v1.41/images/here:1/json",
       200,
       R"({"Id":"sha256:1","Architecture":"amd64","RepoDigests":["here@sha256:9"],
           "Config":{"Entrypoint":["/e"],"Cmd":["c"],"WorkingDir":"/w","Labels":{"a":"b"}}})");
    on("GET /v1.41/images/plain/json",
       200,
       R"({"Id":"sha256:2","Config":{"Labels":null,"Cmd":null}})");
    on("GET /v1.41/images/broken/json", 500, R"({"message":"oops"})");
    const auto images = make_image_store(connect(), {});
    const auto here = images->inspect("here:1", {});
    ASSERT_TRUE(here && *here);
    EXPECT_EQ((*here)->id, "sha256:1");
    EXPECT_THAT((*here)->repo_digests, testing::ElementsAre("here@sha256:9"));
    EXPECT_THAT((*here)->entry_point, testing::ElementsAre("/e"));
    EXPECT_THAT((*here)->command, testing::ElementsAre("c"));
    EXPECT_EQ((*here)->working_directory, "/w");
    EXPECT_EQ((*here)->labels.at("a"), "b");
    EXPECT_TRUE(images->inspect("plain", {}).value()->command.empty());
    EXPECT_EQ(images->inspect("none:1", {}).value(), std::nullopt);
    EXPECT_FALSE(images->inspect("broken", {}));
}

TEST_F(DockerApiTest, BuildThatFailsInItsStreamIsAnError) {
    answers_["POST /v1.41/build"] = [](WireConnection& connection, const WireRequest&) {
        connection.chunked_head(200);
        connection.chunk(R"({"stream":"Step 1/1 : RUN false\n"})"
                         "\n");
        connection.chunk(R"({"errorDetail":{},"error":"returned a non-zero code: 1"})");
        connection.chunk("");
    };
    const auto images = make_image_store(connect(), {});
    std::string output;
    image::BuildRequest request{.tag = "t:1", .target = "stage", .labels = {{"a", "b"}}};
    request.context.add_bytes("Dockerfile", "FROM x");
    request.output = [&](std::string_view text) { output += text; };
    const auto built = images->build(std::move(request), {});
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().message, "the build failed: returned a non-zero code: 1");
    EXPECT_EQ(output, "Step 1/1 : RUN false\n");
    EXPECT_THAT(seen(), Contains(HasSubstr("t=t%3A1")));
    EXPECT_THAT(seen(), Contains(HasSubstr("&target=stage")));
}

TEST_F(DockerApiTest, PullSendsStoredCredentials) {
    std::string head;
    answers_["POST /v1.41/images/create"] = [&](WireConnection& connection, const WireRequest& r) {
        head = r.head;
        connection.answer(200, R"({"status":"Pulling"})");
    };
    const auto file = folder_.path() / "config.json";
    std::ofstream(file) << R"({"auths":{"my.registry:5000":{"auth":"dXNlcjpwYXNz"}}})";
    const auto images =
        make_image_store(connect(), {{{"DOCKER_CONFIG", folder_.path().string()}}, {}});
    ASSERT_TRUE(images->pull("my.registry:5000/app:v1", "linux/amd64", {}));
    EXPECT_THAT(
        seen(),
        Contains(HasSubstr("fromImage=my.registry%3A5000%2Fapp&tag=v1&platform=linux%2Famd64")));
    EXPECT_THAT(head, HasSubstr("X-Registry-Auth: eyJ1c2VybmFtZSI6InVzZXIi"));
    ASSERT_TRUE(images->pull("public.ecr.aws/lambda/python", "linux/amd64", {}));
    EXPECT_THAT(head, Not(HasSubstr("X-Registry-Auth")));
    EXPECT_THAT(seen(), Contains(HasSubstr("&tag=latest&")));

    answers_["POST /v1.41/build"] = [&](WireConnection& connection, const WireRequest& r) {
        head = r.head;
        connection.answer(200, "{}");
    };
    image::BuildRequest own{.tag = "t"};
    ASSERT_TRUE(images->build(std::move(own), {}));
    EXPECT_THAT(head, Not(HasSubstr("X-Registry-Config")));
    image::BuildRequest users{.tag = "t", .any_registry = true};
    ASSERT_TRUE(images->build(std::move(users), {}));
    EXPECT_THAT(head, HasSubstr("X-Registry-Config: eyJteS5yZWdpc3RyeTo1MDAwIjp7"));
}

} // namespace
} // namespace samara::engine::docker
