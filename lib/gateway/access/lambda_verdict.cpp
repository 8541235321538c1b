#include "gateway/access/lambda_verdict.h"

#include "base/json_writer.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

constexpr std::size_t max_kept = 1000;
constexpr std::size_t max_bytes = 1024UL * 1024; // parsed, a policy takes some ten times as much

LambdaVerdict
failure(std::string reason, Refusal refusal = Refusal::authorizer_configuration_error) {
    LambdaVerdict verdict;
    verdict.refusal = refusal;
    verdict.reason = std::move(reason);
    return verdict;
}

/// The context as events 1.0 have it: its values beside principalId; behind REST APIs as texts.
/// Nothing when it nests there.
std::optional<std::string>
write_context(const data::Value* context, const std::string& principal, ApiKind kind) {
    std::string text;
    base::JsonWriter json(text);
    json.begin_object();
    if (!principal.empty()) {
        json.member("principalId", principal);
    }
    if (context != nullptr && context->is_map()) {
        for (const data::Entry& entry : *context->as_map()) {
            if (entry.key == "principalId") {
                continue; // its own
            }
            if (kind == ApiKind::http) {
                json.key(entry.key).raw(data::write_json(entry.value));
            } else if (entry.value.is_map() || entry.value.is_list()) {
                return std::nullopt;
            } else if (entry.value.is_null()) {
                json.key(entry.key).null();
            } else {
                json.member(entry.key, data::scalar_text(entry.value));
            }
        }
    }
    json.end_object();
    return text;
}

/// A function that raises "Unauthorized" asks for a 401.
bool says_unauthorized(const invoke::Response& result) {
    const auto error = data::read_json(result.payload, "authorizer error");
    return error && data::text_of(*error, "errorMessage") == "Unauthorized";
}

} // namespace

LambdaVerdict
read_verdict(const invoke::Response& result, const LambdaAuthorizer& authorizer, ApiKind kind) {
    if (!result.function_error.empty()) {
        return failure(
            "the authorizer function failed",
            says_unauthorized(result) ? Refusal::unauthorized : Refusal::authorizer_failure);
    }
    if (result.status / 100 != 2) { // throttled, or refused before it ran
        return failure(
            "the authorizer function was not run: " + result.payload, Refusal::authorizer_failure);
    }
    const auto value = data::read_json(result.payload, "authorizer result");
    if (!value || !value->is_map()) {
        return failure("the authorizer's result is no JSON object");
    }
    LambdaVerdict verdict;
    std::string principal;
    if (authorizer.simple_responses) {
        const data::Value* authorized = value->find("isAuthorized");
        if (authorized == nullptr || authorized->as_boolean() == nullptr) {
            return failure("the authorizer's result has no boolean isAuthorized");
        }
        verdict.simple = *authorized->as_boolean();
    } else {
        const data::Value* policy = value->find("policyDocument");
        principal = data::text_of(*value, "principalId");
        if (policy == nullptr || !policy->is_map()) {
            return failure("the authorizer's result has no policyDocument");
        }
        if (principal.empty()) {
            return failure("the authorizer's result has no principalId");
        }
        verdict.policy = *policy;
        verdict.usage_key = data::text_of(*value, "usageIdentifierKey");
    }
    const data::Value* given = value->find("context");
    auto context = write_context(given, principal, kind);
    if (!context) {
        return failure("the authorizer's context has a list or a map as a value");
    }
    verdict.context = std::move(*context);
    verdict.principal = std::move(principal);
    verdict.bytes = result.payload.size();
    verdict.context_v2 = given != nullptr && given->is_map()
                             ? fmt::format(R"({{"lambda":{}}})", data::write_json(*given))
                             : R"({"lambda":null})";
    return verdict;
}

std::shared_ptr<const LambdaVerdict> VerdictCache::find(const std::string& key) const {
    const std::scoped_lock lock(mutex_);
    const auto found = kept_.find(key);
    if (found == kept_.end() || found->second.until <= std::chrono::steady_clock::now()) {
        return nullptr;
    }
    return found->second.verdict;
}

void VerdictCache::keep(
    std::string key, std::shared_ptr<const LambdaVerdict> verdict, std::chrono::seconds ttl) {
    const std::size_t bytes = key.size() + verdict->bytes;
    const auto until = std::chrono::steady_clock::now() + ttl;
    const std::scoped_lock lock(mutex_);
    if (kept_.size() >= max_kept || bytes_ + bytes > max_bytes) {
        kept_.clear();
        bytes_ = 0;
    }
    if (bytes <= max_bytes) {
        kept_.insert_or_assign(std::move(key), Kept{std::move(verdict), until});
        bytes_ += bytes; // a verdict that is replaced counts on until the next emptying
    }
}

} // namespace samara::gateway
