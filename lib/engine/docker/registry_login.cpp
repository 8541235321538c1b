#include "engine/docker/registry_login.h"

#include "base/base64.h"
#include "base/strings.h"
#include "data/read.h"
#include "data/write.h"
#include "engine/image/reference.h"
#include "os/file.h"
#include "os/process.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

namespace samara::engine::docker {

namespace {

struct Login {
    std::string user;
    std::string password;
    std::string token; // instead of both
};

constexpr std::string_view docker_hub = "https://index.docker.io/v1/";
constexpr std::chrono::seconds helper_patience{30};

// "public.ecr.aws" of "public.ecr.aws/lambda/python"; Docker Hub for names without a host.
std::string registry_of(const std::string& image) {
    const std::string repository = image::parse_reference(image).repository;
    const std::string first = repository.substr(0, repository.find('/'));
    const bool host = first.size() < repository.size() &&
                      (first.find_first_of(".:") != std::string::npos || first == "localhost");
    return host ? first : std::string(docker_hub);
}

std::string text_of(const data::Value* map, std::string_view name) {
    const data::Value* value = map != nullptr ? map->find(name) : nullptr;
    return value != nullptr ? std::string(value->text()) : std::string();
}

// docker-credential-<name> gets the registry on its standard input and answers JSON. Its failure is
// how it says that it knows none.
std::optional<Login> ask_helper(
    const std::string& name,
    const std::string& registry,
    const HostLookup& lookup,
    const os::Cancellation& cancel) {
    os::Command command;
    command.argv = {"docker-credential-" + name, "get"};
    command.environment = lookup.environment;
    command.input = registry;
    const auto deadline = std::chrono::steady_clock::now() + helper_patience;
    const auto answered = os::run(command, cancel, deadline);
    if (!answered || !answered->status.success()) {
        return std::nullopt;
    }
    const auto answer = data::read_json(answered->out, command.argv.front());
    if (!answer) {
        return std::nullopt;
    }
    const std::string user = text_of(&*answer, "Username");
    const std::string secret = text_of(&*answer, "Secret");
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
    if (std::string token = text_of(entry, "identitytoken"); !token.empty()) {
        return Login{{}, {}, std::move(token)};
    }
    const auto decoded = base::base64_decode(text_of(entry, "auth"));
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
    std::string helper = text_of(config.find("credHelpers"), registry);
    if (helper.empty()) {
        helper = text_of(&config, "credsStore");
    }
    if (!helper.empty()) {
        if (auto login = ask_helper(helper, registry, lookup, cancel)) {
            return login;
        }
    }
    return stored_login(config, registry);
}

} // namespace

std::string
registry_login(const std::string& image, const HostLookup& lookup, const os::Cancellation& cancel) {
    const auto folder = lookup.environment.find("DOCKER_CONFIG");
    const std::filesystem::path file =
        (folder != lookup.environment.end() ? std::filesystem::path(folder->second)
                                            : lookup.home / ".docker") /
        "config.json";
    const auto text = os::read_file(file);
    const auto config = text ? data::read_json(*text, file.string()) : tl::unexpected(text.error());
    if (!config || !config->is_map()) {
        return {};
    }
    const std::string registry = registry_of(image);
    const auto login = find_login(registry, *config, lookup, cancel);
    if (!login) {
        return {};
    }
    data::Map fields;
    if (login->token.empty()) {
        fields.set("username", login->user);
        fields.set("password", login->password);
    } else {
        fields.set("identitytoken", login->token);
    }
    fields.set("serveraddress", registry);
    // The URL-safe alphabet.
    const std::string encoded = base::base64_encode(data::write_json(fields));
    return base::replace_all(base::replace_all(encoded, "+", "-"), "/", "_");
}

} // namespace samara::engine::docker
