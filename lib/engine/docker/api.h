#pragma once

#include "base/error.h"
#include "data/value.h"
#include "engine/docker/docker_host.h"
#include "net/http_client.h"
#include "os/cancellation.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The Docker Engine API: requests, answers, errors, version.
/// https://docs.docker.com/reference/api/engine/
namespace samara::engine::docker {

struct ApiRequest {
    std::string method = "GET";
    std::string path; ///< "/containers/json": without the version, segments encoded
    std::vector<std::pair<std::string, std::string>> query = {}; ///< encoded by the Api
    std::optional<data::Value> json = {};
    net::BodySource tar = {}; ///< instead of json
    net::BodyReceiver sink = {};
    net::HttpHeaders headers = {};
    std::chrono::milliseconds timeout{60'000}; ///< zero: without end
};

/// One engine that answered. Thread-safe; each running request has a connection, kept for later
/// ones.
class Api {
public:
    /// Finds the engine that answers. The error tells every place that was tried, and why not.
    static base::Result<std::shared_ptr<Api>>
    connect(const HostLookup& lookup, const os::Cancellation& cancel);

    /// The engine at one place.
    static base::Result<std::shared_ptr<Api>>
    connect(const DockerHost& host, const os::Cancellation& cancel);

    /// The answer, whatever its status. Fails when the engine cannot be reached.
    base::Result<net::ClientResponse>
    send(const ApiRequest& request, const os::Cancellation& cancel);

    /// As send(), and a status that is not 2xx (or 304, "already so") fails with the engine's
    /// message, prefixed by `doing`: "cannot create the container: no such image".
    base::Result<net::ClientResponse>
    call(const ApiRequest& request, std::string_view doing, const os::Cancellation& cancel);

    /// As call(), for answers that are JSON.
    base::Result<data::Value>
    call_json(const ApiRequest& request, std::string_view doing, const os::Cancellation& cancel);

    [[nodiscard]] const DockerHost& host() const { return host_; }

    /// "1.41"
    [[nodiscard]] const std::string& version() const { return version_; }

    /// Whether the engine runs on this machine, as far as its address tells.
    [[nodiscard]] bool local() const;

private:
    explicit Api(DockerHost host) : host_(std::move(host)) {}

    base::Result<void> negotiate(const os::Cancellation& cancel);
    net::HttpClient take_client();
    void give_back(net::HttpClient client);

    DockerHost host_;
    std::string version_; // empty until negotiated: requests go without
    std::mutex mutex_;
    std::vector<net::HttpClient> idle_;
};

/// The version to speak with an engine whose newest is `theirs`: that, or ours when it is older.
/// Fails when theirs is too old for what we need.
base::Result<std::string> negotiate_version(std::string_view theirs);

/// The "message" of an error answer, else its text.
std::string error_message(const net::ClientResponse& answer);

/// A JSON error for a status.
base::Error status_error(std::string_view doing, const net::ClientResponse& answer);

} // namespace samara::engine::docker
