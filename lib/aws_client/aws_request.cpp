#include "aws_client/aws_request.h"

#include "aws/partition.h"
#include "aws_client/sigv4.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/read.h"
#include "net/url.h"
#include "os/environment.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

// Between two bytes, and for all of an answer of the API.
constexpr std::chrono::seconds timeout{30};
constexpr std::chrono::seconds api_limit{60};
constexpr std::uint64_t api_bytes = 8UL * 1024 * 1024;
// The largest layer, over a slow line.
constexpr std::chrono::minutes download_limit{30};

std::string endpoint_of(const AwsService& service) {
    if (os::variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or("") != "true") {
        for (const std::string& name :
             {"AWS_ENDPOINT_URL_" + base::to_upper(service.name),
              std::string("AWS_ENDPOINT_URL")}) {
            if (auto url = os::variable(name); url && !url->empty()) {
                while (url->ends_with('/')) {
                    url->pop_back();
                }
                return *url;
            }
        }
    }
    return fmt::format(
        "https://{}.{}.{}", service.name, service.region, aws::domain_of(service.partition));
}

base::Result<net::ClientResponse>
send(const net::Url& url, net::ClientRequest request, const os::Cancellation& cancel) {
    net::HttpAddress address = url.address;
    if (auto* tls = std::get_if<net::TlsAddress>(&address)) {
        tls->authorities = os::variable("AWS_CA_BUNDLE").value_or("");
    }
    request.target = url.target;
    request.timeout = timeout;
    request.stop_descriptor = cancel.descriptor();
    net::HttpClient client(std::move(address));
    auto answer = client.send(request);
    return answer ? base::Result<net::ClientResponse>(std::move(*answer))
                  : base::fail(answer.error().error());
}

// {"Message": "..."} or {"message": "..."}; else the text itself.
std::string message_of(const net::ClientResponse& answer) {
    constexpr std::size_t enough = 300;
    if (const auto body = data::read_json(answer.body, "answer")) {
        for (const std::string_view name : {"Message", "message"}) {
            if (const data::Value* message = body->find(name)) {
                return std::string(message->text());
            }
        }
    }
    return answer.body.substr(0, enough);
}

} // namespace

base::Result<data::Value> aws_get(
    const AwsService& service,
    const std::string& target,
    const Credentials& credentials,
    const os::Cancellation& cancel) {
    TRY_ASSIGN(const auto url, net::parse_url(endpoint_of(service) + target));
    net::HttpRequest to_sign;
    to_sign.method = "GET";
    to_sign.target = url.target;
    to_sign.headers = {{"Host", url.host()}};
    aws_client::sign_sigv4(
        to_sign,
        credentials.access_key_id,
        {{}, credentials.secret_access_key, credentials.session_token},
        service.region,
        service.name,
        std::chrono::system_clock::now());
    net::ClientRequest request;
    request.headers = std::move(to_sign.headers);
    request.time_limit = api_limit;
    request.body_limit = api_bytes;
    TRY_ASSIGN(const auto answer, send(url, std::move(request), cancel));
    if (!answer.success()) {
        return base::fail(
            fmt::format("{} answers {}: {}", url.host(), answer.status, message_of(answer)));
    }
    return data::read_json(answer.body, url.host());
}

base::Result<void> download(
    const std::string& url,
    std::uint64_t most_bytes,
    const net::BodyReceiver& sink,
    const os::Cancellation& cancel) {
    TRY_ASSIGN(const auto parts, net::parse_url(url));
    net::ClientRequest request;
    request.body_sink = sink;
    request.body_limit = most_bytes;
    request.time_limit = download_limit;
    TRY_ASSIGN(const auto answer, send(parts, std::move(request), cancel));
    return answer.success()
               ? base::Result<void>()
               : base::fail(fmt::format(
                     "{} answers {}: {}", parts.host(), answer.status, message_of(answer)));
}

} // namespace samara::aws_client
