#include "base/strings.h"
#include "transform/intrinsics.h"
#include "transform/openapi.h"
#include "transform/rest_definition.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

// The Cors property of a REST API.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-corsconfiguration.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view everyone = "'*'";

/// Header values; null where a header is not sent.
struct Cors {
    Value origin = everyone;
    Value headers;
    Value methods; ///< null: those of the path
    Value max_age;
    bool credentials = false;
};

std::optional<Cors> read_cors(const Resource& api, const Value& property) {
    Cors cors;
    if (property.is_string() || is_intrinsic(property)) {
        cors.origin = property;
        return cors;
    }
    if (!property.is_map()) {
        api.wrong_kind("Cors", "a string or a map");
        return std::nullopt;
    }
    if (!api.below("Cors")->check("ApiCors")) {
        return std::nullopt;
    }
    const auto take = [&](std::string_view name, Value& into) {
        if (const Value* value = property.find(name); value != nullptr && !value->is_null()) {
            into = *value;
        }
    };
    take("AllowOrigin", cors.origin);
    take("AllowHeaders", cors.headers);
    take("AllowMethods", cors.methods);
    take("MaxAge", cors.max_age);
    const Value* credentials = property.find("AllowCredentials");
    cors.credentials = credentials != nullptr && credentials->as_boolean() != nullptr &&
                       *credentials->as_boolean();
    if (cors.credentials && cors.origin.text() == everyone) {
        api.error(
            "Cors",
            "AllowCredentials needs an AllowOrigin other than '*': browsers refuse both together",
            "name the origin, e.g. AllowOrigin: \"'https://example.com'\"");
        return std::nullopt;
    }
    return cors;
}

/// "'GET,OPTIONS'" for a path with GET.
std::string methods_of(const Map& item) {
    std::set<std::string> methods{"OPTIONS"};
    for (const data::Entry& entry : item) {
        if (entry.key == any_method) {
            methods = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"};
        } else if (is_method(entry.key)) {
            methods.insert(base::to_upper(entry.key));
        }
    }
    return fmt::format("'{}'", fmt::join(methods, ","));
}

/// A mock integration that answers a browser's question.
Map preflight(const Cors& cors, const Map& item) {
    Map headers;
    Map parameters;
    const auto answer = [&](std::string_view header, const Value& value) {
        if (value.is_null()) {
            return;
        }
        parameters.set(fmt::format("method.response.header.{}", header), value);
        headers.set(header, Map{{"type", "string"}});
    };
    answer("Access-Control-Allow-Origin", cors.origin);
    answer("Access-Control-Allow-Headers", cors.headers);
    answer(
        "Access-Control-Allow-Methods",
        cors.methods.is_null() ? Value(methods_of(item)) : cors.methods);
    answer("Access-Control-Max-Age", cors.max_age);
    if (cors.credentials) {
        answer("Access-Control-Allow-Credentials", "'true'");
    }
    Map options{{"summary", "CORS support"}};
    options.set("consumes", List{"application/json"});
    options.set("produces", List{"application/json"});
    options.set(
        integration_key,
        Map{{"type", "mock"},
            {"requestTemplates", Map{{"application/json", "{\n  \"statusCode\" : 200\n}\n"}}},
            {"responses",
             Map{
                 {"default",
                  Map{{"statusCode", "200"},
                      {"responseParameters", std::move(parameters)},
                      {"responseTemplates", Map{{"application/json", "{}\n"}}}}}}}});
    options.set(
        "responses",
        Map{
            {"200",
             Map{{"description", "Default response for CORS method"},
                 {"headers", std::move(headers)}}}});
    return options;
}

} // namespace

bool add_cors(const Resource& api, Map& definition) {
    const Value* property = api.find("Cors");
    if (property == nullptr) {
        return true;
    }
    const auto cors = read_cors(api, *property);
    Value* paths = definition.find("paths");
    if (!cors || paths == nullptr || !paths->is_map()) {
        return cors.has_value();
    }
    for (data::Entry& path : *paths->as_map()) {
        for (Map* item : branches(path.value)) {
            if (!item->contains("options")) {
                Map options = preflight(*cors, *item);
                item->set("options", std::move(options));
            }
        }
    }
    return true;
}

} // namespace samara::transform
