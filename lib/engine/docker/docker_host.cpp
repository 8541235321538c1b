#include "engine/docker/docker_host.h"

#include "base/hash.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/read.h"
#include "os/file.h"

#include <charconv>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace samara::engine::docker {

namespace fs = std::filesystem;

namespace {

constexpr std::uint16_t plain_port = 2375;
constexpr std::uint16_t tls_port = 2376;

struct TlsMaterial {
    fs::path folder; // of ca.pem, cert.pem and key.pem; those that are missing are left out
    bool verify = true;
};

std::string variable(const HostLookup& lookup, const std::string& name) {
    const auto found = lookup.environment.find(name);
    return found == lookup.environment.end() ? "" : found->second;
}

std::string existing(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error) ? path.string() : "";
}

bool remove_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

base::Result<net::HttpAddress>
parse_tcp(std::string_view rest, std::string_view whole, const std::optional<TlsMaterial>& tls) {
    rest = rest.substr(0, rest.find('/'));
    std::uint16_t port = tls ? tls_port : plain_port;
    const std::size_t colon = rest.rfind(':');
    if (colon != rest.npos && rest.find(']', colon) == rest.npos) {
        const std::string_view digits = rest.substr(colon + 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (error != std::errc{} || end != digits.data() + digits.size()) {
            return base::fail(fmt::format("'{}' has no valid port", whole));
        }
        rest = rest.substr(0, colon);
    }
    if (rest.starts_with('[') && rest.ends_with(']')) {
        rest = rest.substr(1, rest.size() - 2);
    }
    const std::string host(rest.empty() ? "127.0.0.1" : rest);
    if (!tls) {
        return net::TcpAddress{host, port};
    }
    return net::TlsAddress{
        .host = host,
        .port = port,
        .authorities = existing(tls->folder / "ca.pem"),
        .certificate = existing(tls->folder / "cert.pem"),
        .key = existing(tls->folder / "key.pem"),
        .verify = tls->verify};
}

base::Result<net::HttpAddress>
parse_host(std::string_view text, const std::optional<TlsMaterial>& tls) {
    std::string_view rest = text;
    if (remove_prefix(rest, "unix://")) {
        return net::UnixAddress{std::string(rest)};
    }
    if (remove_prefix(rest, "tcp://") || remove_prefix(rest, "http://")) {
        return parse_tcp(rest, text, tls);
    }
    if (remove_prefix(rest, "https://")) {
        return parse_tcp(rest, text, tls ? tls : TlsMaterial{});
    }
    if (text.starts_with("ssh://")) {
        return base::fail(
            fmt::format("the Docker host {} is reached by ssh, which samara cannot", text),
            "forward its socket (ssh -L /tmp/docker.sock:/var/run/docker.sock HOST) and set "
            "DOCKER_HOST=unix:///tmp/docker.sock");
    }
    return base::fail(
        fmt::format("'{}' is not a Docker host", text),
        "write unix:///path/to/docker.sock or tcp://host:port");
}

base::Result<std::vector<DockerHost>> from_variable(const HostLookup& lookup) {
    std::optional<TlsMaterial> tls;
    const bool verify = !variable(lookup, "DOCKER_TLS_VERIFY").empty();
    if (verify || !variable(lookup, "DOCKER_TLS").empty()) {
        const std::string folder = variable(lookup, "DOCKER_CERT_PATH");
        tls = TlsMaterial{folder.empty() ? lookup.home / ".docker" : fs::path(folder), verify};
    }
    TRY_ASSIGN(const auto address, parse_host(variable(lookup, "DOCKER_HOST"), tls));
    return std::vector{DockerHost{address, "DOCKER_HOST"}};
}

fs::path docker_folder(const HostLookup& lookup) {
    const std::string folder = variable(lookup, "DOCKER_CONFIG");
    return folder.empty() ? lookup.home / ".docker" : fs::path(folder);
}

base::Result<std::vector<DockerHost>>
from_context(const HostLookup& lookup, const std::string& name, std::string_view named_by) {
    const fs::path folder = docker_folder(lookup) / "contexts";
    const std::string id = base::sha256_hex(name);
    const fs::path file = folder / "meta" / id / "meta.json";
    const auto text = os::read_file(file);
    if (!text) {
        return base::fail(
            fmt::format("the Docker context '{}' of {} does not exist", name, named_by),
            "docker context ls lists those that do");
    }
    TRY_ASSIGN(const auto meta, data::read_json(*text, file.string()));
    const data::Value* endpoints = meta.find("Endpoints");
    const data::Value* endpoint = endpoints != nullptr ? endpoints->find("docker") : nullptr;
    const data::Value* host = endpoint != nullptr ? endpoint->find("Host") : nullptr;
    if (host == nullptr || host->text().empty()) {
        return base::fail(
            fmt::format("the Docker context '{}' names no host", name), {}, meta.where());
    }
    std::optional<TlsMaterial> tls;
    const fs::path certificates = folder / "tls" / id / "docker";
    if (!existing(certificates).empty()) {
        const data::Value* skip = endpoint->find("SkipTLSVerify");
        tls = TlsMaterial{certificates, skip == nullptr || *skip == data::Value(false)};
    }
    TRY_ASSIGN(const auto address, parse_host(host->text(), tls));
    return std::vector{DockerHost{address, fmt::format("context '{}'", name)}};
}

// The current context of ~/.docker/config.json; a file that is missing or broken names none, as
// for the docker command.
std::string configured_context(const HostLookup& lookup) {
    const fs::path file = docker_folder(lookup) / "config.json";
    const auto text = os::read_file(file);
    if (!text) {
        return {};
    }
    const auto config = data::read_json(*text, file.string());
    const data::Value* context = config ? config->find("currentContext") : nullptr;
    return context != nullptr ? std::string(context->text()) : std::string();
}

} // namespace

base::Result<std::vector<DockerHost>> docker_hosts(const HostLookup& lookup) {
    if (!variable(lookup, "DOCKER_HOST").empty()) {
        return from_variable(lookup);
    }
    std::string context = variable(lookup, "DOCKER_CONTEXT");
    std::string_view named_by = "DOCKER_CONTEXT";
    if (context.empty()) {
        context = configured_context(lookup);
        named_by = "config.json";
    }
    if (!context.empty() && context != "default") {
        return from_context(lookup, context, named_by);
    }
    std::vector<DockerHost> hosts;
    const auto add = [&](const fs::path& socket, std::string origin) {
        hosts.push_back({net::UnixAddress{socket.string()}, std::move(origin)});
    };
    add("/var/run/docker.sock", "default");
    const fs::path runtime_folder = variable(lookup, "XDG_RUNTIME_DIR");
    if (!runtime_folder.empty()) {
        add(runtime_folder / "docker.sock", "rootless Docker");
    }
    if (!lookup.home.empty()) {
        add(lookup.home / ".docker/run/docker.sock", "Docker Desktop");
        add(lookup.home / ".docker/desktop/docker.sock", "Docker Desktop");
        add(lookup.home / ".colima/default/docker.sock", "Colima");
        add(lookup.home / ".finch/finch.sock", "Finch");
    }
    if (!runtime_folder.empty()) {
        add(runtime_folder / "podman/podman.sock", "rootless Podman");
    }
    add("/run/podman/podman.sock", "Podman");
    return hosts;
}

} // namespace samara::engine::docker
