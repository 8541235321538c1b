#include "engine/docker/api.h"

#include "base/strings.h"
#include "base/trace.h"
#include "base/try.h"
#include "data/read.h"
#include "data/write.h"

#include <charconv>

#include <fmt/format.h>

namespace samara::engine::docker {

namespace {

// Everything we use is in 1.24 (Docker 1.12); newer engines may refuse what is older than theirs.
constexpr std::pair oldest{1, 24};
constexpr std::pair newest{1, 47};
constexpr std::chrono::milliseconds ping_timeout{5'000};

std::optional<std::pair<int, int>> parse_version(std::string_view text) {
    int major = 0;
    int minor = 0;
    const char* const end = text.data() + text.size();
    const auto [dot, error] = std::from_chars(text.data(), end, major);
    if (error != std::errc{} || dot == end || *dot != '.' ||
        std::from_chars(dot + 1, end, minor).ec != std::errc{}) {
        return std::nullopt;
    }
    return std::pair{major, minor};
}

std::string encode_target(const std::string& version, const ApiRequest& request) {
    std::string target = version.empty() ? "" : "/v" + version;
    target += request.path;
    char separator = '?';
    for (const auto& [name, value] : request.query) {
        target += fmt::format("{}{}={}", separator, name, net::percent_encode(value));
        separator = '&';
    }
    return target;
}

std::string hint_for(const net::HttpError& error) {
    if (error.message.find("Permission denied") != std::string::npos) {
        return "this user may not use the socket: add it to the group docker "
               "(sudo usermod -aG docker $USER, then log in again), or use --engine sandbox";
    }
    return "start Docker (or podman system service), set DOCKER_HOST, or use --engine sandbox";
}

} // namespace

base::Result<std::string> negotiate_version(std::string_view theirs) {
    const auto version = parse_version(theirs);
    if (!version) {
        return base::fail(
            fmt::format("what answers is not a Docker engine (version '{}')", theirs));
    }
    if (*version < oldest) {
        return base::fail(
            fmt::format("the Docker engine speaks API version {}, which is too old", theirs),
            fmt::format("update it: {}.{} or newer is needed", oldest.first, oldest.second));
    }
    const auto chosen = std::min(*version, newest);
    return fmt::format("{}.{}", chosen.first, chosen.second);
}

base::Result<std::shared_ptr<Api>>
Api::connect(const HostLookup& lookup, const os::Cancellation& cancel) {
    TRY_ASSIGN(const auto hosts, docker_hosts(lookup));
    std::string tried;
    std::string hint;
    for (const DockerHost& host : hosts) {
        auto api = connect(host, cancel);
        if (api) {
            return api;
        }
        tried +=
            fmt::format("{}{} ({})", tried.empty() ? "" : "; ", api.error().message, host.origin);
        if (hint.empty() || api.error().hint.starts_with("this user")) {
            hint = api.error().hint;
        }
    }
    return base::fail("no Docker engine answers: tried " + tried, hint);
}

base::Result<std::shared_ptr<Api>>
Api::connect(const DockerHost& host, const os::Cancellation& cancel) {
    std::shared_ptr<Api> api(new Api(host));
    TRY(api->negotiate(cancel));
    return api;
}

base::Result<void> Api::negotiate(const os::Cancellation& cancel) {
    TRY_ASSIGN(const auto answer, send({.path = "/_ping", .timeout = ping_timeout}, cancel));
    const std::string* theirs = net::find_header(answer.headers, "Api-Version");
    if (!answer.success()) {
        return tl::unexpected(status_error(to_string(host_.address), answer));
    }
    TRY_ASSIGN(auto version, negotiate_version(theirs != nullptr ? *theirs : ""));
    version_ = std::move(version);
    base::trace(fmt::format(
        "the engine at {} ({}) answers, API version {}",
        to_string(host_.address),
        host_.origin,
        version_));
    return {};
}

base::Result<net::ClientResponse>
Api::send(const ApiRequest& request, const os::Cancellation& cancel) {
    net::ClientRequest out;
    out.method = request.method;
    out.target = encode_target(version_, request);
    out.headers = request.headers;
    out.body_source = request.tar;
    out.body_sink = request.sink;
    out.timeout = request.timeout;
    if (request.timeout.count() == 0) { // lasts as long as what it tells of
        out.time_limit = request.timeout;
        out.body_limit = net::no_body_limit;
    }
    out.stop_descriptor = cancel.descriptor();
    if (request.json) {
        out.headers.push_back({"Content-Type", "application/json"});
        out.body = data::write_json(*request.json);
    } else if (request.tar) {
        out.headers.push_back({"Content-Type", "application/x-tar"});
    }
    net::HttpClient client = take_client();
    auto answer = client.send(out);
    if (!answer) {
        if (answer.error().kind == net::HttpFailure::cancelled) {
            return base::fail("cancelled");
        }
        return base::fail(answer.error().message, hint_for(answer.error()));
    }
    give_back(std::move(client));
    return std::move(*answer);
}

base::Result<net::ClientResponse>
Api::call(const ApiRequest& request, std::string_view doing, const os::Cancellation& cancel) {
    constexpr int not_modified = 304;
    auto answer = send(request, cancel);
    if (!answer) {
        base::Error error = answer.error();
        if (error.message != "cancelled") {
            error.message = fmt::format("{}: {}", doing, error.message);
        }
        return base::fail(std::move(error));
    }
    if (!answer->success() && answer->status != not_modified) {
        return tl::unexpected(status_error(doing, *answer));
    }
    return answer;
}

base::Result<data::Value>
Api::call_json(const ApiRequest& request, std::string_view doing, const os::Cancellation& cancel) {
    TRY_ASSIGN(const auto answer, call(request, doing, cancel));
    auto value = data::read_json(answer.body, "the Docker engine's answer");
    if (!value) {
        return base::fail(fmt::format("{}: {}", doing, base::to_string(value.error())));
    }
    return value;
}

bool Api::local() const {
    return std::holds_alternative<net::UnixAddress>(host_.address);
}

net::HttpClient Api::take_client() {
    const std::lock_guard guard(mutex_);
    if (idle_.empty()) {
        return net::HttpClient(host_.address);
    }
    net::HttpClient client = std::move(idle_.back());
    idle_.pop_back();
    return client;
}

void Api::give_back(net::HttpClient client) {
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(client));
}

std::string error_message(const net::ClientResponse& answer) {
    const auto body = data::read_json(answer.body, "answer");
    const data::Value* message = body ? body->find("message") : nullptr;
    if (message != nullptr && !message->text().empty()) {
        return std::string(message->text());
    }
    const std::string_view text = base::trim(answer.body);
    return text.empty() ? fmt::format("the engine answers {} and gives no reason", answer.status)
                        : std::string(text);
}

base::Error status_error(std::string_view doing, const net::ClientResponse& answer) {
    base::Error error;
    error.message = fmt::format("{}: {}", doing, error_message(answer));
    if (error.message.find("no space left on device") != std::string::npos) {
        error.hint = "the Docker engine's disk is full: docker system prune frees what is unused";
    }
    return error;
}

} // namespace samara::engine::docker
