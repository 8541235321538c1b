#include "gateway/read/function_urls.h"

#include "data/accessors.h"
#include "gateway/read/diagnostics.h"
#include "gateway/read/openapi.h"
#include "serving/functions.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// A URL has no limit of time beside the function's own.
constexpr std::chrono::milliseconds no_limit = std::chrono::minutes(16);

/// All but NONE asks for a signature; what is not known stays closed.
void set_access(const data::Value& properties, Api& api, Route& route) {
    const data::Value* type = properties.find("AuthType");
    if (data::is_scalar(type) && data::text_of(properties, "AuthType") == "NONE") {
        return;
    }
    const bool iam = data::is_scalar(type) && data::text_of(properties, "AuthType") == "AWS_IAM";
    const std::string name = iam ? "AWS_IAM" : "AuthType of the function URL is not known";
    route.access.authorizer = name;
    api.authorizers.emplace(
        name,
        iam ? Authorizer{name, IamAuthorizer{}} : Authorizer{name, UnsupportedAuthorizer{name}});
}

Api read_url(
    const data::Entry& entry,
    const data::Value& properties,
    const serving::Functions& functions,
    base::Diagnostics& diagnostics) {
    Api api;
    api.kind = ApiKind::http;
    api.function_url = true;
    api.id = entry.key;
    const data::Value* cors = properties.find("Cors");
    if (cors != nullptr && cors->is_map()) {
        api.cors = read_cors(*cors);
    }
    Route route;
    route.method = "ANY";
    route.path = "$default";
    route.where = entry.key_where;
    set_access(properties, api, route);
    const std::string target = data::text_of(properties, "TargetFunctionArn");
    if (const serving::Functions::Function* function = functions.find_uri(target)) {
        LambdaIntegration lambda;
        lambda.function = function->id;
        lambda.timeout = no_limit;
        lambda.idle_timeout = no_limit;
        lambda.function_timeout = function->timeout;
        lambda.qualifier = functions.qualifier_of(target);
        lambda.streams = data::text_of(properties, "InvokeMode") == "RESPONSE_STREAM";
        route.integration = std::move(lambda);
    } else {
        const std::string reason =
            fmt::format("no function of this template is at TargetFunctionArn '{}'", target);
        route.integration = UnsupportedIntegration{reason, 502};
        diagnostics.push_back(
            diagnose(base::Severity::warning, reason, entry.key, entry.key_where));
    }
    api.routes.push_back(std::move(route));
    return api;
}

} // namespace

std::vector<Api> read_function_urls(const data::Value& resources, base::Diagnostics& diagnostics) {
    std::vector<Api> urls;
    const serving::Functions functions(resources);
    for (const data::Entry& entry : data::members_of(&resources)) {
        const data::Value* properties = entry.value.find("Properties");
        if (properties != nullptr && data::text_of(entry.value, "Type") == "AWS::Lambda::Url") {
            urls.push_back(read_url(entry, *properties, functions, diagnostics));
        }
    }
    return urls;
}

} // namespace samara::gateway
