#include "engine/docker/tool_container.h"

#include "base/try.h"
#include "data/value.h"
#include "engine/docker/api.h"
#include "engine/docker/container_body.h"
#include "engine/docker/containers.h"
#include "engine/docker/images.h"
#include "engine/docker/log_frames.h"
#include "os/owner.h"

#include <algorithm>

#include <fmt/format.h>

#include <unistd.h>

// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Exec
namespace samara::engine::docker {

namespace {

constexpr std::chrono::milliseconds without_end{0};

data::List list_of(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

data::List variables(const std::map<std::string, std::string>& environment) {
    data::List list;
    for (const auto& [name, value] : environment) {
        list.emplace_back(fmt::format("{}={}", name, value));
    }
    return list;
}

// It does nothing but wait for what is run in it.
data::Value body_of(const ToolContainerSpec& spec) {
    data::List mounts;
    for (const ToolContainerSpec::Mount& mount : spec.mounts) {
        mounts.emplace_back(data::Map{
            {"Type", "bind"},
            {"Source", mount.path.string()},
            {"Target", mount.path.string()},
            {"ReadOnly", !mount.writable}});
    }
    data::Map host{{"Mounts", std::move(mounts)}, {"Init", true}};
    if (!spec.network.empty()) {
        host.set("NetworkMode", spec.network);
    }
    return data::Map{
        {"Image", spec.image},
        {"Entrypoint", data::List{"sleep"}},
        {"Cmd", data::List{"infinity"}},
        {"User", fmt::format("{}:{}", ::getuid(), ::getgid())},
        {"Env", variables(spec.environment)},
        {"Labels",
         data::Map{
             {std::string(owner_label), os::to_string(os::this_process())},
             {"sam.cli.container.type", "build"}}},
        {"HostConfig", std::move(host)}};
}

class EngineContainer : public ToolContainer {
public:
    EngineContainer(std::shared_ptr<Api> api, std::unique_ptr<Container> container)
        : api_(std::move(api)), container_(std::move(container)) {}

    base::Result<ToolRun>
    run(const std::vector<std::string>& argv,
        const std::filesystem::path& folder,
        const std::map<std::string, std::string>& environment,
        const os::Cancellation& cancel) override {
        data::Map wanted{
            {"AttachStdout", true},
            {"AttachStderr", true},
            {"Cmd", list_of(argv)},
            {"Env", variables(environment)}};
        if (!folder.empty()) {
            wanted.set("WorkingDir", folder.string());
        }
        const auto made = api_->call_json(
            {.method = "POST",
             .path = fmt::format("/containers/{}/exec", container_->id()),
             .json = data::Value(std::move(wanted))},
            "cannot run a program in the build container",
            cancel);
        if (!made) {
            return tl::unexpected(made.error());
        }
        const data::Value* id = made->find("Id");
        const std::string path = fmt::format("/exec/{}", id == nullptr ? "" : id->text());
        ToolRun run;
        LogFrames frames([&](std::string_view bytes) { run.output += bytes; });
        const auto ended = api_->call(
            {.method = "POST",
             .path = path + "/start",
             .json = data::Value(data::Map{{"Detach", false}, {"Tty", false}}),
             .sink =
                 [&](std::string_view piece) {
                     frames(piece);
                     return true;
                 },
             .timeout = without_end},
            "cannot run a program in the build container",
            cancel);
        if (cancel.cancelled()) {
            return base::fail("cancelled");
        }
        if (!ended) {
            return tl::unexpected(ended.error());
        }
        TRY_ASSIGN(
            const auto told,
            api_->call_json({.path = path + "/json"}, "cannot ask for the exit code", cancel));
        const data::Value* code = told.find("ExitCode");
        if (code == nullptr || !code->is_integer()) {
            return base::fail("the engine does not tell the exit code");
        }
        run.exit_code = static_cast<int>(*code->as_integer());
        return run;
    }

private:
    std::shared_ptr<Api> api_;
    std::unique_ptr<Container> container_;
};

base::Result<void> provide_image(
    const std::shared_ptr<Api>& api,
    const HostLookup& lookup,
    const ToolContainerSpec& spec,
    const base::Log& log,
    const os::Cancellation& cancel) {
    const auto store = make_image_store(api, lookup);
    auto there = store->inspect(spec.image, cancel);
    if (!there) {
        return tl::unexpected(std::move(there.error()));
    }
    if (*there) {
        if (spec.skip_pull) {
            log.info("Requested to skip pulling images ...");
        }
        return {};
    }
    if (spec.skip_pull) {
        return base::fail(
            fmt::format("the image {} is not here", spec.image),
            "leave out --skip-pull-image, or pull it");
    }
    log.info(fmt::format("Fetching {} Docker container image", spec.image));
    return store->pull(
        spec.image, spec.architecture == "arm64" ? "linux/arm64" : "linux/amd64", cancel);
}

} // namespace

base::Result<std::unique_ptr<ToolContainer>> start_tool_container(
    const HostLookup& lookup,
    const ToolContainerSpec& spec,
    const base::Log& log,
    const os::Cancellation& cancel) {
    auto api = Api::connect(lookup, cancel);
    if (!api) {
        return tl::unexpected(std::move(api.error()));
    }
    if (!(*api)->local()) {
        return base::fail(
            "the container engine runs on another machine, which does not have the sources",
            "build without --use-container, or with an engine of this machine");
    }
    static_cast<void>(sweep_leftovers(**api, log, cancel));
    if (auto provided = provide_image(*api, lookup, spec, log, cancel); !provided) {
        return tl::unexpected(std::move(provided.error()));
    }
    const std::string name = fmt::format(
        "samara-build-{}-{}",
        ::getpid(),
        std::chrono::steady_clock::now().time_since_epoch().count());
    auto container = Container::create(*api, name, body_of(spec), log);
    if (!container) {
        return tl::unexpected(std::move(container.error()));
    }
    log.info(fmt::format("SAM_CONTAINER_ID: {}", (*container)->id()));
    if (auto started = (*container)->start(cancel); !started) {
        return tl::unexpected(std::move(started.error()));
    }
    return std::make_unique<EngineContainer>(std::move(*api), std::move(*container));
}

} // namespace samara::engine::docker
