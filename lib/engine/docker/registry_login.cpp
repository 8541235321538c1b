#include "engine/docker/registry_login.h"

#include "base/base64.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"
#include "engine/image/reference.h"
#include "os/file.h"
#include "os/process.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

namespace samara::engine::docker {

namespace {

struct Login {
    std::string user;
    std::string password;
    std::string token; // instead of both
};

constexpr std::string_view docker_hub = "https://index.docker.io/v1/";
constexpr std::chrono::seconds helper_timeout{30};

// "public.ecr.aws" of "public.ecr.aws/lambda/python"; Docker Hub for names without a host.
std::string registry_of(const std::string& image) {
    const std::string repository = image::parse_reference(image).repository;
    const std::string first = repository.substr(0, repository.find('/'));
    const bool host = first.size() < repository.size() &&
                      (first.find_first_of(".:") != std::string::npos || first == "localhost");
    return host ? first : std::string(docker_hub);
}

// The helper docker-credential-<name>. It fails to say that it knows nothing.
std::optional<data::Value> run_helper(
    const std::string& name,
    std::string verb,
    std::string input,
    const HostLookup& lookup,
    const os::Cancellation& cancel) {
    os::Command command;
    command.argv = {"docker-credential-" + name, std::move(verb)};
    command.environment = lookup.environment;
    command.input = std::move(input);
    const auto deadline = std::chrono::steady_clock::now() + helper_timeout;
    const auto answered = os::run(command, cancel, deadline);
    if (!answered || !answered->status.success()) {
        return std::nullopt;
    }
    auto answer = data::read_json(answered->out, command.argv.front());
    return answer ? std::optional(std::move(*answer)) : std::nullopt;
}

std::optional<Login> ask_helper(
    const std::string& name,
    const std::string& registry,
    const HostLookup& lookup,
    const os::Cancellation& cancel) {
    const auto answer = run_helper(name, "get", registry, lookup, cancel);
    if (!answer) {
        return std::nullopt;
    }
    const std::string user = data::text_of(&*answer, "Username");
    const std::string secret = data::text_of(&*answer, "Secret");
    return user == "<token>" ? Login{{}, {}, secret} : Login{user, secret, {}};
}

// `docker login` has written the registry as it was named.
std::optional<Login> stored_login(const data::Value& config, const std::string& registry) {
    const data::Value* stored = config.find("auths");
    const data::Value* entry = nullptr;
    for (const std::string& key : {registry, "https://" + registry, "https://" + registry + "/"}) {
        if (stored != nullptr && entry == nullptr) {
            entry = stored->find(key);
        }
    }
    if (std::string token = data::text_of(entry, "identitytoken"); !token.empty()) {
        return Login{{}, {}, std::move(token)};
    }
    const auto decoded = base::base64_decode(data::text_of(entry, "auth"));
    if (!decoded || decoded->find(':') == std::string::npos) {
        return std::nullopt;
    }
    const std::size_t colon = decoded->find(':');
    return Login{decoded->substr(0, colon), decoded->substr(colon + 1), {}};
}

std::optional<Login> find_login(
    const std::string& registry,
    const data::Value& config,
    const HostLookup& lookup,
    const os::Cancellation& cancel) {
    std::string helper = data::text_of(config.find("credHelpers"), registry);
    if (helper.empty()) {
        helper = data::text_of(&config, "credsStore");
    }
    if (!helper.empty()) {
        if (auto login = ask_helper(helper, registry, lookup, cancel)) {
            return login;
        }
    }
    return stored_login(config, registry);
}

// ~/.docker/config.json; nothing where there is none.
std::optional<data::Value> read_config(const HostLookup& lookup) {
    const auto folder = lookup.environment.find("DOCKER_CONFIG");
    const std::filesystem::path file =
        (folder != lookup.environment.end() ? std::filesystem::path(folder->second)
                                            : lookup.home / ".docker") /
        "config.json";
    const auto text = os::read_file(file);
    if (!text) {
        return std::nullopt;
    }
    auto config = data::read_json(*text, file.string());
    return config && config->is_map() ? std::optional(std::move(*config)) : std::nullopt;
}

data::Map fields_of(const Login& login) {
    data::Map fields;
    if (login.token.empty()) {
        fields.set("username", login.user);
        fields.set("password", login.password);
    } else {
        fields.set("identitytoken", login.token);
    }
    return fields;
}

// In the URL-safe alphabet.
std::string header_value(data::Map map) {
    const std::string encoded = base::base64_encode(data::write_json(std::move(map)));
    return base::replace_all(base::replace_all(encoded, "+", "-"), "/", "_");
}

std::set<std::string> keys_of(const data::Value* value) {
    std::set<std::string> keys;
    const data::Map* map = value == nullptr ? nullptr : value->as_map();
    if (map != nullptr) {
        for (const data::Entry& entry : *map) {
            keys.insert(entry.key);
        }
    }
    return keys;
}

} // namespace

std::string
registry_login(const std::string& image, const HostLookup& lookup, const os::Cancellation& cancel) {
    const auto config = read_config(lookup);
    const std::string registry = registry_of(image);
    const auto login = config ? find_login(registry, *config, lookup, cancel) : std::nullopt;
    if (!login) {
        return {};
    }
    data::Map fields = fields_of(*login);
    fields.set("serveraddress", registry);
    return header_value(std::move(fields));
}

std::string registry_login(const image::RegistryLogin& login) {
    data::Map map;
    map.set("username", login.user);
    map.set("password", login.password);
    map.set("serveraddress", login.server);
    return header_value(std::move(map));
}

std::string registry_logins(const HostLookup& lookup, const os::Cancellation& cancel) {
    const auto config = read_config(lookup);
    if (!config) {
        return {};
    }
    std::set<std::string> registries = keys_of(config->find("auths"));
    registries.merge(keys_of(config->find("credHelpers")));
    if (const std::string store = data::text_of(&*config, "credsStore"); !store.empty()) {
        const auto listed = run_helper(store, "list", "", lookup, cancel);
        registries.merge(keys_of(listed ? &*listed : nullptr));
    }
    data::Map logins;
    for (const std::string& registry : registries) {
        if (const auto login = find_login(registry, *config, lookup, cancel)) {
            logins.set(registry, fields_of(*login));
        }
    }
    return logins.empty() ? std::string() : header_value(std::move(logins));
}

} // namespace samara::engine::docker
