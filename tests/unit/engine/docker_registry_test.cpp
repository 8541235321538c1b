#include "data/write.h"
#include "os/file.h"
#include "os/process.h"
#include "unit/engine/docker_daemon.h"
#include "unit/engine/eventually.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::engine::docker {
namespace {

using testing::HasSubstr;
using testing::Not;

// The rule for base images with a registry that is real: Debian's docker-registry.
class DockerRegistry : public DockerDaemon {
protected:
    void SetUp() override {
        DockerDaemon::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        port_ = free_port();
        base_ = fmt::format("127.0.0.1:{}/lambda/python:3.11", port_);
        added_ = fmt::format("127.0.0.1:{}/lambda/python:3.11-rapid-x86_64", port_);
        ASSERT_TRUE(os::write_file_atomically(
            dir_.path() / "registry.yml",
            fmt::format(
                "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: "
                "{}}}}}\n"
                "http: {{addr: '127.0.0.1:{}'}}\n",
                (dir_.path() / "registry").string(),
                port_)));
        start_registry();
    }

    void TearDown() override {
        registry_.reset();
        // Also those that only their digest names: their tag has moved on.
        const auto list = api_ == nullptr ? tl::unexpected(base::Error())
                                          : api_->call_json({.path = "/images/json"}, "list", {});
        for (const data::Value& image : list ? *list->as_list() : data::List()) {
            if (data::write_json(image).find(fmt::format("127.0.0.1:{}/", port_)) !=
                std::string::npos) {
                const std::string id(image.find("Id")->text());
                static_cast<void>(api_->send(
                    {.method = "DELETE", .path = "/images/" + id, .query = {{"force", "1"}}}, {}));
            }
        }
        DockerDaemon::TearDown();
    }

    void start_registry() {
        os::Command command;
        command.argv = {"docker-registry", "serve", (dir_.path() / "registry.yml").string()};
        auto process = os::Process::start(command);
        ASSERT_TRUE(process) << process.error().message;
        registry_.emplace(std::move(*process));
        net::HttpClient client(net::TcpAddress{"127.0.0.1", port_});
        ASSERT_TRUE(eventually([&] { return client.send({.target = "/v2/"}).has_value(); }));
    }

    // Publishes a base that is labelled with its edition, and as small as can be.
    void publish(const std::string& edition) {
        ASSERT_TRUE(build(
            base_, fmt::format("FROM scratch\nCOPY Dockerfile /\nLABEL edition={}\n", edition)));
        const auto pushed = api_->call(
            {.method = "POST",
             .path = fmt::format("/images/127.0.0.1:{}/lambda/python/push", port_),
             .query = {{"tag", "3.11"}},
             .headers = {{"X-Registry-Auth", "e30="}}},
            "push",
            {});
        ASSERT_TRUE(pushed) << pushed.error().message;
        ASSERT_THAT(pushed->body, Not(HasSubstr("\"error\""))) << pushed->body;
    }

    // What the registry has is newer than what is here.
    void publish_behind_our_back(const std::string& edition) {
        const std::string kept = base_ + "-kept";
        ASSERT_TRUE(tag(base_, kept));
        publish(edition);
        ASSERT_TRUE(tag(kept, base_));
        ASSERT_TRUE(images_->remove(kept, {}));
    }

    bool tag(const std::string& from, const std::string& to) {
        const std::size_t colon = to.rfind(':');
        return api_
            ->call(
                {.method = "POST",
                 .path = "/images/" + from + "/tag",
                 .query = {{"repo", to.substr(0, colon)}, {"tag", to.substr(colon + 1)}}},
                "tag",
                {})
            .has_value();
    }

    EnvironmentSpec spec() {
        EnvironmentSpec spec = python("");
        spec.invoke_image = base_;
        spec.image_check.skip_pull = false;
        return spec;
    }

    // The edition of the base that functions would run in, and what the log said.
    std::pair<std::string, std::string> prepare_once(const EnvironmentSpec& spec) {
        const std::size_t before = log().size();
        const auto prepared = make_engine()->prepare(spec, cancel_);
        EXPECT_TRUE(prepared) << (prepared ? "" : prepared.error().message);
        const auto image = images_->inspect(added_, {}).value();
        return {image ? image->labels.at("edition") : "none", log().substr(before)};
    }

    std::uint16_t port_ = 0;
    std::string base_;
    std::string added_;
    std::optional<os::Process> registry_;
};

TEST_F(DockerRegistry, BaseIsFetchedOnceAndAgainOnlyWhenTheRegistryHasANewerOne) {
    publish("one");
    ASSERT_TRUE(images_->remove(base_, {}));
    const EnvironmentSpec function = spec();
    auto [edition, lines] = prepare_once(function);
    EXPECT_EQ(edition, "one");
    EXPECT_THAT(lines, HasSubstr("Building image " + added_));

    std::tie(edition, lines) = prepare_once(function);
    EXPECT_EQ(edition, "one");
    EXPECT_THAT(lines, HasSubstr("is up-to-date"));
    EXPECT_THAT(lines, Not(HasSubstr("Building")));

    publish_behind_our_back("two");
    EnvironmentSpec skipping = function;
    skipping.image_check.skip_pull = true;
    std::tie(edition, lines) = prepare_once(skipping);
    EXPECT_EQ(edition, "one");

    std::tie(edition, lines) = prepare_once(function);
    EXPECT_EQ(edition, "two");
    EXPECT_THAT(lines, HasSubstr("--skip-pull-image"));
}

TEST_F(DockerRegistry, RegistryThatIsGoneIsAWarningWhenTheBaseIsHere) {
    publish("one");
    const EnvironmentSpec function = spec();
    EXPECT_EQ(prepare_once(function).first, "one");
    registry_.reset();
    auto [edition, lines] = prepare_once(function);
    EXPECT_EQ(edition, "one");
    EXPECT_THAT(lines, HasSubstr("cannot be reached"));

    ASSERT_TRUE(images_->remove(added_, {}));
    ASSERT_TRUE(images_->remove(base_, {}));
    const auto prepared = make_engine()->prepare(function, cancel_);
    ASSERT_FALSE(prepared);
    EXPECT_THAT(prepared.error().message, HasSubstr(base_ + " is not here"));
}

} // namespace
} // namespace samara::engine::docker
