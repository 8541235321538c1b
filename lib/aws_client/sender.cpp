#include "aws_client/sender.h"

#include "aws_client/message.h"
#include "aws_client/sigv4.h"
#include "base/trace.h"
#include "base/uuid.h"
#include "data/accessors.h"
#include "jose/crypto.h"
#include "net/http_date.h"
#include "os/environment.h"
#include "os/wait.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace samara::aws_client {

namespace {

std::string authorities(const SenderSettings& settings) {
    if (auto file = set_variable("AWS_CA_BUNDLE")) {
        return expand_path(*file);
    }
    if (const std::string* file = settings.config.find(settings.profile, "ca_bundle")) {
        return expand_path(*file);
    }
    return set_variable("REQUESTS_CA_BUNDLE").value_or("");
}

std::uint32_t attempts_of(const SenderSettings& settings) {
    constexpr std::uint32_t usual = 5;
    std::string text = set_variable("AWS_MAX_ATTEMPTS").value_or("");
    if (const std::string* configured = settings.config.find(settings.profile, "max_attempts");
        text.empty() && configured != nullptr) {
        text = *configured;
    }
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number == 0 ? usual : number;
}

/// The time of an answer's Date header.
std::optional<std::chrono::system_clock::time_point> date_of(const net::ClientResponse& answer) {
    const std::string* date = net::find_header(answer.headers, "Date");
    const auto time = date == nullptr ? std::nullopt : net::parse_http_date(*date);
    return time ? std::optional(std::chrono::system_clock::from_time_t(*time)) : std::nullopt;
}

AwsError connection_error(const net::HttpError& error, const std::string& url) {
    AwsError failed;
    failed.failure =
        error.kind == net::HttpFailure::cancelled ? AwsFailure::cancelled : AwsFailure::connection;
    switch (error.kind) {
    case net::HttpFailure::timeout:
        failed.message = fmt::format("Read timeout on endpoint URL: \"{}\"", url);
        break;
    case net::HttpFailure::closed:
        failed.message = fmt::format(
            "Connection was closed before we received a valid response from endpoint URL: \"{}\"",
            url);
        break;
    case net::HttpFailure::tls:
        failed.message = fmt::format("SSL validation failed for {}", url);
        break;
    default:
        failed.message = fmt::format("Could not connect to the endpoint URL: \"{}\"", url);
    }
    failed.hint = error.message;
    failed.reason = failed.message;
    return failed;
}

AwsError
service_error(const ServiceFault& fault, const Call& call, int status, std::uint32_t retries) {
    AwsError error;
    error.failure = AwsFailure::service;
    error.code = fault.code;
    error.reason = fault.message;
    error.status = status;
    error.message = fmt::format(
        "An error occurred ({}) when calling the {} operation{}: {}",
        fault.code,
        call.operation,
        retries == 0 ? "" : fmt::format(" (reached max retries: {})", retries),
        fault.message);
    return error;
}

/// Whether an answer of success holds an error: S3 begins to answer before it is done.
bool is_late_fault(const Service& service, const Reply& reply) {
    return service.protocol == Protocol::rest_xml && reply.value.find("Code") != nullptr &&
           reply.value.find("Message") != nullptr && reply.value.find("ETag") == nullptr;
}

} // namespace

/// One call's state over its attempts.
struct Sender::Attempt {
    const Service& service;
    OperationRow row;
    std::string region;
    std::string invocation;
    std::uint32_t number = 1;
    bool moved = false;     ///< to the region of the bucket
    bool retimed = false;   ///< to the clock of the service
    bool renewed = false;   ///< with other credentials
    bool delivered = false; ///< bytes to the sink of the call
    Keys keys = {};
    std::string url = {};
    std::string host = {};
};

struct Sender::Outcome {
    std::optional<Reply> reply = {};
    std::optional<ServiceFault> fault = {};
    std::optional<net::HttpError> failure = {};
    int status = 0;
    std::optional<std::chrono::system_clock::time_point> date = {};
};

Sender::Sender(SenderSettings settings)
    : settings_(std::move(settings)), rules_(endpoint_rules(settings_.config, settings_.profile)),
      most_attempts_(attempts_of(settings_)), transport_(authorities(settings_), settings_.cancel),
      cleanup_(authorities(settings_), os::Cancellation()) {}

AwsResult<Endpoint> Sender::endpoint(std::string_view name, const std::string& region) const {
    const std::string& wanted = region.empty() ? settings_.region : region;
    if (wanted.empty()) {
        return aws_fail(
            AwsFailure::other,
            "No region information found.",
            "give one with --region, AWS_REGION or the profile's region");
    }
    return find_endpoint(service_named(name), wanted, settings_.config, settings_.profile, rules_);
}

bool Sender::pause(std::chrono::milliseconds time) const {
    return os::wait_readable(-1, settings_.cancel, std::chrono::steady_clock::now() + time) !=
           os::Wake::cancelled;
}

std::chrono::seconds Sender::clock_offset(const std::string& host) {
    const std::scoped_lock lock(mutex_);
    const auto found = offsets_.find(host);
    return found == offsets_.end() ? std::chrono::seconds(0) : found->second;
}

// `region` becomes the one that the request is signed for.
AwsResult<net::Url>
Sender::url_of(const Call& call, net::HttpRequest& message, std::string& region) {
    AWS_TRY_ASSIGN(Endpoint found, endpoint(call.service, region));
    region = found.signing_region;
    const std::string bucket = data::text_of(call.input.find("Bucket"));
    const std::string in_path = "/" + uri_encode(bucket, false);
    const bool by_host = call.service == "s3" && is_host_label(bucket) && !rules_.path_style &&
                         (!found.configured || rules_.virtual_style);
    const std::size_t scheme = found.url.find("://");
    if (by_host && scheme != std::string::npos) {
        found.url.insert(scheme + 3, bucket + ".");
        message.target.erase(0, in_path.size());
        if (!message.target.starts_with('/')) {
            message.target.insert(0, "/");
        }
    }
    AWS_TRY_ASSIGN(net::Url url, net::parse_url(found.url + message.target));
    message.target = url.target;
    return url;
}

AwsResult<Sender::Outcome> Sender::attempt(const Call& call, Attempt& state, KeySource& source) {
    net::HttpRequest message = make_message(state.service, state.row, call);
    std::string region = state.region;
    AWS_TRY_ASSIGN(const net::Url url, url_of(call, message, region));
    state.host = url.host();
    state.url = fmt::format(
        "{}://{}{}",
        std::holds_alternative<net::TlsAddress>(url.address) ? "https" : "http",
        state.host,
        url.target.substr(0, url.target.find('?')));
    message.headers.insert(
        message.headers.begin(), {{"Host", state.host}, {"User-Agent", settings_.user_agent}});
    message.headers.push_back({"amz-sdk-invocation-id", state.invocation});
    message.headers.push_back(
        {"amz-sdk-request", fmt::format("attempt={}; max={}", state.number, most_attempts_)});
    const bool s3 = state.service.protocol == Protocol::rest_xml;
    SigningRules rules;
    if (call.streamed) {
        rules.payload_hash = call.streamed->sha256;
    } else if (s3) {
        rules.payload_hash = jose::to_hex(jose::sha256(message.body));
    }
    if (s3) {
        rules.path = PathRule::as_sent;
        message.headers.push_back({"x-amz-content-sha256", rules.payload_hash});
    }
    if (!state.service.is_unsigned) {
        AWS_TRY_ASSIGN(state.keys, source.keys());
    }
    if (!state.service.is_unsigned && !state.keys.access_key_id.empty()) {
        sign_sigv4(
            message,
            state.keys.access_key_id,
            {{}, state.keys.secret_access_key, state.keys.session_token},
            region,
            std::string(state.service.signing_name),
            std::chrono::system_clock::now() + clock_offset(state.host),
            rules);
    }
    net::ClientRequest request;
    request.method = std::move(message.method);
    request.headers = std::move(message.headers);
    request.body = std::move(message.body);
    request.timeout = call.read_timeout;
    request.time_limit = std::max<std::chrono::milliseconds>(
        request.time_limit, call.read_timeout + std::chrono::minutes(1));
    request.body_limit = call.answer_limit;
    if (call.sink) {
        request.body_sink = [&](std::string_view bytes) {
            state.delivered = true;
            return call.sink(bytes);
        };
    }
    if (call.streamed) {
        AWS_TRY_ASSIGN(request.body_source, call.streamed->open());
        request.body_size = call.streamed->size;
    }
    Transport& way = call.cleans_up ? cleanup_ : transport_;
    auto answer = way.send(url, std::move(request));
    Outcome outcome;
    if (!answer) {
        outcome.failure = std::move(answer).error();
        return outcome;
    }
    outcome.status = answer->status;
    outcome.date = date_of(*answer);
    if (!answer->success()) {
        outcome.fault = read_fault(state.service, *answer);
        return outcome;
    }
    AWS_TRY_ASSIGN(auto value, read_answer(state.service, state.row, call, answer->body));
    outcome.reply = Reply{
        answer->status, std::move(answer->headers), std::move(answer->body), std::move(value)};
    if (is_late_fault(state.service, *outcome.reply)) {
        constexpr int internal_error = 500;
        outcome.fault = ServiceFault{
            data::text_of(outcome.reply->value, "Code"),
            data::text_of(outcome.reply->value, "Message"),
            {}};
        outcome.status = internal_error;
        outcome.reply.reset();
    }
    return outcome;
}

/// A bucket is in one region, and S3 says in which.
bool Sender::follow_region(
    const Call& call, Attempt& state, const Outcome& outcome, KeySource& source) {
    constexpr std::array<int, 3> moved{301, 302, 307};
    constexpr int bad_request = 400;
    const ServiceFault& fault = *outcome.fault;
    const bool elsewhere = std::find(moved.begin(), moved.end(), outcome.status) != moved.end() ||
                           fault.code == "PermanentRedirect" ||
                           fault.code == "AuthorizationHeaderMalformed" ||
                           fault.code == "IllegalLocationConstraintException" ||
                           (call.operation == "HeadObject" && outcome.status == bad_request);
    if (state.service.name != "s3" || !elsewhere || state.moved) {
        return false;
    }
    state.moved = true;
    const std::string bucket = data::text_of(call.input.find("Bucket"));
    std::string region = fault.region;
    if (region.empty() && call.operation != "HeadBucket") {
        Attempt head{state.service, operation_named(state.service, "HeadBucket"), state.region, {}};
        Call ask{.service = "s3", .operation = "HeadBucket"};
        ask.input.set("Bucket", bucket);
        const auto answer = attempt(ask, head, source);
        if (answer && answer->fault) {
            region = answer->fault->region;
        } else if (answer && answer->reply) {
            region = answer->reply->header("x-amz-bucket-region");
        }
    }
    if (region.empty() || region == state.region) {
        return false;
    }
    state.region = region;
    const std::scoped_lock lock(mutex_);
    regions_of_buckets_[bucket] = std::move(region);
    return true;
}

/// What is not a failure of the service: the same call again, otherwise, at once.
bool Sender::may_repeat(
    const Call& call, Attempt& state, const Outcome& outcome, KeySource& source) {
    if (follow_region(call, state, outcome, source)) {
        return true;
    }
    if (is_expired_token(*outcome.fault) && !state.renewed && source.expired(state.keys)) {
        state.renewed = true;
        return true;
    }
    if (!is_clock_skew(*outcome.fault) || state.retimed || !outcome.date) {
        return false;
    }
    state.retimed = true;
    // The service's date is cut to seconds: rounding down would sign with a second it has left.
    const auto offset =
        std::chrono::ceil<std::chrono::seconds>(*outcome.date - std::chrono::system_clock::now());
    base::trace(fmt::format("{}: its clock is {} s ahead of ours", state.host, offset.count()));
    const std::scoped_lock lock(mutex_);
    offsets_[state.host] = offset;
    return true;
}

AwsResult<Reply> Sender::send(const Call& call, KeySource& source) {
    const Service& service = service_named(call.service);
    Attempt state{
        service,
        operation_named(service, call.operation),
        call.region.empty() ? settings_.region : call.region,
        base::make_uuid()};
    if (service.name == "s3" && call.region.empty()) {
        const std::scoped_lock lock(mutex_);
        const auto known = regions_of_buckets_.find(data::text_of(call.input.find("Bucket")));
        state.region = known == regions_of_buckets_.end() ? state.region : known->second;
    }
    Retry reason = Retry::no;
    while (true) {
        AWS_TRY_ASSIGN(Outcome outcome, attempt(call, state, source));
        if (base::tracing()) {
            base::trace(fmt::format(
                "{} {}, attempt {}: {}",
                call.service,
                call.operation,
                state.number,
                outcome.fault     ? outcome.fault->code
                : outcome.failure ? outcome.failure->message
                                  : std::to_string(outcome.status)));
        }
        if (outcome.reply) {
            quota_.give_back(reason);
            return std::move(*outcome.reply);
        }
        if (outcome.fault && may_repeat(call, state, outcome, source)) {
            continue;
        }
        Retry again =
            outcome.failure ? judge(*outcome.failure) : judge(outcome.status, outcome.fault->code);
        const bool undone = again == Retry::unsent || again == Retry::throttled;
        if (state.delivered || (state.row.once && !undone)) {
            again = Retry::no;
        }
        const bool more = again != Retry::no && state.number < most_attempts_ && quota_.take(again);
        if (!more) {
            const std::uint32_t retries = again == Retry::no ? 0 : state.number - 1;
            return outcome.failure
                       ? aws_fail(connection_error(*outcome.failure, state.url))
                       : aws_fail(service_error(*outcome.fault, call, outcome.status, retries));
        }
        reason = again;
        ++state.number;
        if (!pause(quota_.wait_before(state.number))) {
            return aws_fail(AwsFailure::cancelled, "cancelled");
        }
    }
}

} // namespace samara::aws_client
