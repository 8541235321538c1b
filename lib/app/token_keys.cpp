#include "app/token_keys.h"

#include "data/read.h"
#include "gateway/local_issuer.h"
#include "net/http_client.h"
#include "net/url.h"
#include "os/environment.h"
#include "os/file.h"

#include <chrono>

#include <fmt/format.h>

namespace samara::app {

namespace {

base::Result<gateway::LocalIssuer> open_local_issuer() {
    const std::filesystem::path folder = os::cache_folder();
    if (auto made = os::make_folders(folder); !made) {
        return base::fail(std::move(made).error());
    }
    return gateway::LocalIssuer::open(folder / "local-issuer.pem");
}

// A token waits for its issuer; API Gateway gives up on the authorizer soon as well.
constexpr std::chrono::seconds issuer_limit{5};

// GET of an https URL, for the discovery documents and key sets of issuers.
base::Result<std::string> fetch(const std::string& url, const os::Cancellation& cancel) {
    if (!url.starts_with("https://")) {
        return base::fail(
            fmt::format("issuer '{}' is not an https URL", url), "give its keys with --jwks FILE");
    }
    const auto parts = net::parse_url(url);
    if (!parts) {
        return base::fail(parts.error());
    }
    net::ClientRequest request;
    request.target = parts->target;
    request.patience = issuer_limit;
    request.time_limit = issuer_limit;
    request.body_limit = gateway::max_key_document;
    request.stop_descriptor = cancel.descriptor();
    net::HttpClient client(parts->address);
    auto answer = client.send(request);
    if (!answer) {
        return base::fail(answer.error().error());
    }
    if (!answer->success()) {
        return base::fail(fmt::format("{} answered {}", url, answer->status));
    }
    return std::move(answer->body);
}

} // namespace

base::Result<void> add_token_keys(
    const TokenKeyOptions& options,
    gateway::AuthorizationOptions& authorization,
    const os::Cancellation& cancel) {
    gateway::KeySourceOptions keys;
    keys.fetch = [cancel](const std::string& url) { return fetch(url, cancel); };
    if (!options.jwks.empty()) {
        const auto text = os::read_file(options.jwks);
        if (!text) {
            return base::fail(text.error());
        }
        auto set = gateway::JwtKeySet::parse(*text, options.jwks);
        if (!set) {
            return base::fail(std::move(set).error());
        }
        keys.jwks = std::move(*set);
    }
    if (options.local_issuer) {
        auto issuer = open_local_issuer();
        if (!issuer) {
            return base::fail(std::move(issuer).error());
        }
        keys.local = issuer->keys();
    }
    authorization.keys = std::make_shared<gateway::KeySource>(std::move(keys));
    if (options.iam_credentials.empty()) {
        return {};
    }
    const auto text = os::read_file(options.iam_credentials);
    if (!text) {
        return base::fail(text.error());
    }
    auto credentials = gateway::parse_credentials(*text, options.iam_credentials);
    if (!credentials) {
        return base::fail(std::move(credentials).error());
    }
    authorization.iam = std::make_shared<const gateway::IamCredentials>(std::move(*credentials));
    return {};
}

base::Result<std::string> local_token(const std::string& claims) {
    auto parsed = data::read_json(claims, "--claims");
    if (!parsed) {
        return base::fail(std::move(parsed).error());
    }
    if (!parsed->is_map()) {
        return base::fail(
            "--claims must be a JSON object",
            R"(write for example '{"sub": "me", "aud": "my-api"}')");
    }
    auto issuer = open_local_issuer();
    if (!issuer) {
        return base::fail(std::move(issuer).error());
    }
    return issuer->token(*parsed, std::chrono::system_clock::now());
}

} // namespace samara::app
