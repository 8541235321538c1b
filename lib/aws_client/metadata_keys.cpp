#include "aws_client/credential_cache.h"
#include "aws_client/credential_chain.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "net/url.h"
#include "os/file.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

// Keys from services on the machine itself: of a container, of an EC2 instance.
// docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html,
// feature-imds-credentials.html
namespace samara::aws_client {

namespace {

constexpr int ok = 200;

struct Ask {
    std::string method = "GET";
    std::string url;
    net::HttpHeaders headers = {};
    std::chrono::seconds timeout{1};
    std::uint32_t attempts = 1;
};

AwsResult<net::ClientResponse> ask(const ChainContext& context, const Ask& question) {
    AWS_TRY_ASSIGN(const auto url, net::parse_url(question.url));
    for (std::uint32_t attempt = 1;; ++attempt) {
        net::ClientRequest request;
        request.method = question.method;
        request.headers = question.headers;
        request.timeout = question.timeout;
        request.time_limit = question.timeout * 2;
        request.private_target = true; // who knows the path of a container's keys has them
        auto answer = context.sender.transport().send(url, std::move(request), false);
        constexpr int server_error = 500;
        const bool good = answer && answer->status < server_error;
        if (good || attempt >= question.attempts ||
            !context.sender.pause(std::chrono::seconds(1))) {
            return answer ? AwsResult<net::ClientResponse>(std::move(*answer))
                          : aws_fail(AwsFailure::credentials, answer.error().message);
        }
    }
}

/// A token over plain http stays on this machine or with those who give them out.
bool may_be_asked(const net::Url& url) {
    if (std::holds_alternative<net::TlsAddress>(url.address)) {
        return true;
    }
    constexpr std::array<std::string_view, 5> hosts{
        "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost", "::1"};
    const auto* tcp = std::get_if<net::TcpAddress>(&url.address);
    return tcp != nullptr && (tcp->host.starts_with("127.") ||
                              std::find(hosts.begin(), hosts.end(), tcp->host) != hosts.end());
}

AwsResult<std::string> authorization() {
    std::string token = set_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
    if (const auto file = set_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
        AWS_TRY_ASSIGN(token, os::read_file(expand_path(*file)));
        token = base::trim(token);
    }
    if (token.find_first_of("\r\n") != std::string::npos) {
        return aws_fail(AwsFailure::credentials, "Auth token value is not a legal header value");
    }
    return token;
}

std::uint32_t number_of(const char* variable, std::uint32_t otherwise) {
    const std::string text = set_variable(variable).value_or("");
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number == 0 ? otherwise : number;
}

bool is_true(const char* variable) {
    return base::to_lower(set_variable(variable).value_or("")) == "true";
}

std::string machine_endpoint() {
    std::string url = set_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("");
    if (url.empty()) {
        const bool six =
            base::to_lower(set_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or("")) ==
            "ipv6";
        url = six ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    }
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

/// Whether this is an EC2 instance, or somebody says where its metadata is.
/// docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html
bool is_instance() {
    const auto begins = [](const char* file, std::string_view with) {
        const auto text = os::read_file(file);
        return text && text->starts_with(with);
    };
    return set_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ||
           begins("/sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2") ||
           begins("/sys/devices/virtual/dmi/id/board_asset_tag", "i-") ||
           begins("/sys/hypervisor/uuid", "ec2");
}

} // namespace

KeyResult container_keys(const ChainContext& context, const std::string& /*profile*/) {
    const auto relative = set_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const auto full = set_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full) {
        return std::nullopt;
    }
    Ask question{
        .url = relative ? "http://169.254.170.2" + *relative : *full,
        .timeout = std::chrono::seconds(2),
        .attempts = 3};
    AWS_TRY_ASSIGN(const auto url, net::parse_url(question.url));
    if (!may_be_asked(url)) {
        return aws_fail(
            AwsFailure::credentials,
            fmt::format(
                "Unsupported host '{}'. Can only retrieve metadata from a loopback address or one "
                "of these hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost",
                url.host()));
    }
    AWS_TRY_ASSIGN(auto token, authorization());
    question.headers = {{"Accept", "application/json"}};
    if (!token.empty()) {
        question.headers.push_back({"Authorization", std::move(token)});
    }
    const auto failed = [](std::string_view why) {
        return aws_fail(
            AwsFailure::credentials,
            fmt::format("Error when retrieving credentials from container-role: {}", why));
    };
    auto answer = ask(context, question);
    if (!answer) {
        return failed(answer.error().message);
    }
    if (answer->status != ok) {
        return failed(fmt::format("Received non 200 response {}", answer->status));
    }
    const auto body = data::read_json(answer->body, "container");
    auto keys = body ? keys_in(&*body) : std::nullopt;
    if (!keys) {
        return failed("the answer has no credentials");
    }
    keys->renewable = true;
    keys->source = "container";
    return keys;
}

KeyResult machine_keys(const ChainContext& context, const std::string& /*profile*/) {
    constexpr std::array<int, 3> no_tokens{403, 404, 405};
    constexpr int bad_request = 400;
    if (is_true("AWS_EC2_METADATA_DISABLED") || (context.only_known_machines && !is_instance())) {
        return std::nullopt;
    }
    Ask question{
        .method = "PUT",
        .url = machine_endpoint() + "/latest/api/token",
        .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}},
        .timeout = std::chrono::seconds(number_of("AWS_METADATA_SERVICE_TIMEOUT", 1)),
        .attempts = number_of("AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1)};
    const auto token = ask(context, question);
    if (token && token->status == bad_request) {
        return aws_fail(
            AwsFailure::credentials, "the instance metadata service refuses to give a token");
    }
    net::HttpHeaders headers;
    if (token && token->status == ok) {
        headers = {{"x-aws-ec2-metadata-token", std::string(base::trim(token->body))}};
    } else {
        const bool without =
            !token ||
            std::find(no_tokens.begin(), no_tokens.end(), token->status) != no_tokens.end();
        // Where nobody answers at all there is no point in asking again.
        if (!without || !token || is_true("AWS_EC2_METADATA_V1_DISABLED")) {
            return std::nullopt;
        }
    }
    question.method = "GET";
    question.headers = headers;
    question.url = machine_endpoint() + "/latest/meta-data/iam/security-credentials/";
    const std::string base = question.url;
    const auto roles = ask(context, question);
    const std::string_view role =
        roles && roles->status == ok
            ? base::trim(std::string_view(roles->body).substr(0, roles->body.find('\n')))
            : std::string_view();
    if (role.empty()) {
        return std::nullopt;
    }
    question.url = base + std::string(role);
    const auto answer = ask(context, question);
    const auto body = answer && answer->status == ok ? data::read_json(answer->body, "metadata")
                                                     : base::fail("none");
    auto keys = body ? keys_in(&*body) : std::nullopt;
    if (!keys) {
        return std::nullopt;
    }
    keys->renewable = true;
    keys->source = "instance metadata";
    return keys;
}

} // namespace samara::aws_client
