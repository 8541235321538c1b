#include "app/run/token_keys.h"

#include "aws/api_gateway_limits.h"
#include "base/try.h"
#include "data/read.h"
#include "jose/local_issuer.h"
#include "net/http_client.h"
#include "net/url.h"
#include "os/environment.h"
#include "os/file.h"

#include <chrono>

#include <fmt/format.h>

namespace samara::app {

namespace {

base::Result<jose::LocalIssuer> open_local_issuer() {
    const std::filesystem::path folder = os::cache_folder();
    TRY(os::make_folders(folder));
    return jose::LocalIssuer::open(folder / "local-issuer.pem");
}

// A token waits for its issuer; API Gateway gives up on the authorizer soon as well.
constexpr std::chrono::seconds issuer_limit{5};

// GET of an https URL, for the discovery documents and key sets of issuers.
base::Result<std::string> fetch(const std::string& url, const os::Cancellation& cancel) {
    if (!url.starts_with("https://")) {
        return base::fail(
            fmt::format("issuer '{}' is not an https URL", url), "give its keys with --jwks FILE");
    }
    TRY_ASSIGN(const auto parts, net::parse_url(url));
    net::ClientRequest request;
    request.target = parts.target;
    request.timeout = issuer_limit;
    request.time_limit = issuer_limit;
    request.body_limit = aws::api_gateway::key_document;
    request.stop_descriptor = cancel.descriptor();
    net::HttpClient client(parts.address);
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
    jose::IssuerKeysOptions keys;
    keys.fetch = [cancel](const std::string& url) { return fetch(url, cancel); };
    if (!options.jwks.empty()) {
        TRY_ASSIGN(const auto text, os::read_file(options.jwks));
        TRY_ASSIGN(auto set, jose::JwtKeySet::parse(text, options.jwks));
        keys.jwks = std::move(set);
    }
    if (options.local_issuer) {
        TRY_ASSIGN(auto issuer, open_local_issuer());
        keys.local = issuer.keys();
    }
    authorization.keys = std::make_shared<jose::IssuerKeys>(std::move(keys));
    if (options.iam_credentials.empty()) {
        return {};
    }
    TRY_ASSIGN(const auto text, os::read_file(options.iam_credentials));
    TRY_ASSIGN(auto credentials, aws_client::parse_credentials(text, options.iam_credentials));
    authorization.iam = std::make_shared<const aws_client::IamCredentials>(std::move(credentials));
    return {};
}

base::Result<std::string> local_token(const std::string& claims) {
    TRY_ASSIGN(auto parsed, data::read_json(claims, "--claims"));
    if (!parsed.is_map()) {
        return base::fail(
            "--claims must be a JSON object",
            R"(write for example '{"sub": "me", "aud": "my-api"}')");
    }
    TRY_ASSIGN(auto issuer, open_local_issuer());
    return issuer.token(parsed, std::chrono::system_clock::now());
}

} // namespace samara::app
