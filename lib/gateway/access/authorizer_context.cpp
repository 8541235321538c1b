#include "gateway/access/authorizer_context.h"

#include "aws/account.h"
#include "aws/arn.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/write.h"
#include "gateway/message/event_parts.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

std::string claim_text(const data::Value& claim, ApiKind kind);

/// As HTTP APIs have them: "[a b]" and "map[key:value]", by the order of the keys
/// (github.com/aws/aws-lambda-go/issues/570 and 591).
std::string nested_text(const data::Value& claim) {
    std::vector<std::string> pieces;
    if (const data::List* list = claim.as_list()) {
        for (const data::Value& item : *list) {
            pieces.push_back(claim_text(item, ApiKind::http));
        }
        return "[" + base::join(pieces, " ") + "]";
    }
    for (const data::Entry& entry : *claim.as_map()) {
        pieces.push_back(entry.key + ":" + claim_text(entry.value, ApiKind::http));
    }
    std::sort(pieces.begin(), pieces.end());
    return "map[" + base::join(pieces, " ") + "]";
}

/// Claims are texts. Those of user pools have lists joined by commas.
std::string claim_text(const data::Value& claim, ApiKind kind) {
    if (!claim.is_list() && !claim.is_map()) {
        return data::scalar_text(claim);
    }
    if (kind == ApiKind::http) {
        return nested_text(claim);
    }
    return claim.is_list() ? base::join(data::texts_of(&claim), ",") : data::write_json(claim);
}

} // namespace

bool gets_event_v2(const Call& call) {
    const auto* lambda = std::get_if<LambdaIntegration>(&call.match.route->integration);
    return lambda != nullptr && lambda->format == PayloadFormat::v2;
}

std::string jwt_context(const Call& call, const jose::Jwt& token) {
    std::string context;
    base::JsonWriter json(context);
    const bool nested = gets_event_v2(call);
    json.begin_object();
    if (nested) {
        json.key("jwt").begin_object();
    }
    json.key("claims").begin_object();
    for (const data::Entry& claim : *token.claims.as_map()) {
        json.member(claim.key, claim_text(claim.value, call.api.kind));
    }
    json.end_object();
    if (call.api.kind == ApiKind::http) {
        json.key("scopes");
        const std::vector<std::string>& scopes = call.match.route->access.scopes;
        if (scopes.empty()) {
            json.null();
        } else {
            json.begin_list();
            for (const std::string& scope : token.scopes()) {
                json.text(scope);
            }
            json.end_list();
        }
    }
    if (nested) {
        json.end_object();
    }
    json.end_object();
    return context;
}

void set_iam_context(
    Call& call, const std::string& access_key, const std::string& user, std::string_view region) {
    const std::string arn = aws::local_global_arn("iam", region, "user/" + user);
    if (gets_event_v2(call)) {
        base::JsonWriter json(call.authorizer);
        json.begin_object().key("iam").begin_object();
        json.member("accessKey", access_key).member("accountId", aws::local_account);
        json.member("callerId", user).key("cognitoIdentity").null();
        json.key("principalOrgId").null();
        json.member("userArn", arn).member("userId", user).end_object().end_object();
    }
    call.iam_caller.clear();
    std::string object;
    base::JsonWriter json(object);
    json.begin_object();
    json.member("accountId", aws::local_account).member("accessKey", access_key);
    json.member("caller", user).member("user", user).member("userArn", arn);
    write_no_cognito(json);
    call.iam_caller = object.substr(1); // members without the braces: identity has others beside
}

} // namespace samara::gateway
