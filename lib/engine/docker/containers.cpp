#include "engine/docker/containers.h"

#include "base/try.h"
#include "data/accessors.h"
#include "engine/docker/container_body.h"
#include "engine/docker/log_frames.h"
#include "os/owner.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace samara::engine::docker {

namespace {

constexpr int not_found = 404;
constexpr int conflict = 409;
constexpr std::chrono::milliseconds without_end{0};

base::Result<void> remove_container(Api& api, const std::string& id) {
    const std::string doing = fmt::format("cannot remove the container {}", id);
    // Cleaning up is never cut short.
    const auto answer = api.send(
        {.method = "DELETE", .path = "/containers/" + id, .query = {{"force", "1"}, {"v", "1"}}},
        os::Cancellation());
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    // 409: somebody else is removing it.
    if (answer->success() || answer->status == not_found || answer->status == conflict) {
        return {};
    }
    return tl::unexpected(status_error(doing, *answer));
}

const data::Value* find(const data::Value* value, std::initializer_list<std::string_view> path) {
    for (const std::string_view key : path) {
        value = value != nullptr ? value->find(key) : nullptr;
    }
    return value;
}

std::optional<std::uint16_t> read_port(const data::Value* bindings) {
    const data::List* list = bindings != nullptr ? bindings->as_list() : nullptr;
    if (list == nullptr || list->empty()) {
        return std::nullopt;
    }
    const data::Value* text = list->front().find("HostPort");
    const std::string_view digits = text != nullptr ? text->text() : std::string_view();
    std::uint16_t port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return port != 0 ? std::optional(port) : std::nullopt;
}

} // namespace

base::Result<std::unique_ptr<Container>> Container::create(
    std::shared_ptr<Api> api,
    const std::string& name,
    const data::Value& body,
    const base::Log& log) {
    const auto answer = api->call_json(
        {.method = "POST", .path = "/containers/create", .query = {{"name", name}}, .json = body},
        "cannot create the container",
        os::Cancellation());
    if (!answer) {
        // Should the connection have been lost, it may be there.
        static_cast<void>(remove_container(*api, name));
        return tl::unexpected(answer.error());
    }
    const data::Value* id = answer->find("Id");
    return std::unique_ptr<Container>(
        new Container(std::move(api), id != nullptr ? std::string(id->text()) : name, log));
}

Container::~Container() {
    if (const auto gone = remove(); !gone) {
        log_.warning(fmt::format("{}; docker rm -f {}", gone.error().message, id_));
    }
}

std::string Container::path(std::string_view what) const {
    return fmt::format("/containers/{}/{}", id_, what);
}

base::Result<void> Container::start(const os::Cancellation& cancel) {
    const auto answer =
        api_->call({.method = "POST", .path = path("start")}, "cannot start the container", cancel);
    return answer ? base::Result<void>() : tl::unexpected(answer.error());
}

base::Result<ContainerState> Container::inspect(const os::Cancellation& cancel) {
    TRY_ASSIGN(
        const auto answer,
        api_->call_json({.path = path("json")}, "cannot look at the container", cancel));
    ContainerState state;
    const data::Value* told = answer.find("State");
    state.running = data::is_true(find(told, {"Running"}));
    state.out_of_memory = data::is_true(find(told, {"OOMKilled"}));
    if (const data::Value* code = find(told, {"ExitCode"}); code != nullptr && code->is_integer()) {
        state.exit_code = static_cast<int>(*code->as_integer());
    }
    state.error = data::text_of(find(told, {"Error"}));
    state.host_name = data::text_of(find(&answer, {"Config", "Hostname"}));
    const data::Value* networks = find(&answer, {"NetworkSettings", "Networks"});
    if (networks != nullptr && networks->is_map() && !networks->as_map()->empty()) {
        const data::Value& network = networks->as_map()->begin()->value;
        state.address = data::text_of(network.find("IPAddress"));
        state.gateway = data::text_of(network.find("Gateway"));
    }
    state.published_port = read_port(find(&answer, {"NetworkSettings", "Ports", invoke_port}));
    return state;
}

base::Result<void> Container::follow_logs(
    const std::function<void(std::string_view)>& sink, const os::Cancellation& cancel) {
    LogFrames frames(sink);
    const auto answer = api_->call(
        {.path = path("logs"),
         .query = {{"follow", "1"}, {"stdout", "1"}, {"stderr", "1"}},
         .sink =
             [&](std::string_view piece) {
                 frames(piece);
                 return true;
             },
         .timeout = without_end},
        "cannot read the container's output",
        cancel);
    return answer ? base::Result<void>() : tl::unexpected(answer.error());
}

base::Result<void> Container::wait(const os::Cancellation& cancel) {
    const auto answer = api_->call(
        {.method = "POST", .path = path("wait"), .timeout = without_end},
        "cannot wait for the container",
        cancel);
    return answer ? base::Result<void>() : tl::unexpected(answer.error());
}

base::Result<void> Container::signal(std::string_view name) {
    const auto answer = api_->send(
        {.method = "POST", .path = path("kill"), .query = {{"signal", std::string(name)}}},
        os::Cancellation());
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    if (!answer->success() && answer->status != not_found && answer->status != conflict) {
        return tl::unexpected(status_error("cannot signal the container", *answer));
    }
    return {};
}

base::Result<void> Container::remove() {
    if (removed_) {
        return {};
    }
    auto gone = remove_container(*api_, id_);
    removed_ = gone.has_value();
    return gone;
}

base::Result<std::size_t>
sweep_leftovers(Api& api, const base::Log& log, const os::Cancellation& cancel) {
    if (!api.local()) {
        return 0;
    }
    const auto answer = api.call_json(
        {.path = "/containers/json",
         .query = {{"all", "1"}, {"filters", fmt::format(R"({{"label":["{}"]}})", owner_label)}}},
        "cannot list containers",
        cancel);
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    std::size_t removed = 0;
    const data::List* containers = answer->as_list();
    for (const data::Value& container : containers != nullptr ? *containers : data::List()) {
        const data::Value* label = find(&container, {"Labels", owner_label});
        const data::Value* id = container.find("Id");
        const auto owner = os::parse_owner(label != nullptr ? label->text() : std::string_view());
        if (!owner || id == nullptr || !os::is_dead(*owner)) {
            continue;
        }
        TRY(remove_container(api, std::string(id->text())));
        log.debug(fmt::format("Removed the container {} of a dead samara", id->text()));
        ++removed;
    }
    return removed;
}

} // namespace samara::engine::docker
