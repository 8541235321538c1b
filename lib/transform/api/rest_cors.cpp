#include "base/strings.h"
#include "transform/api/openapi.h"
#include "transform/api/python_order.h"
#include "transform/api/rest_definition.h"
#include "transform/core/intrinsics.h"

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
        // Written as null it is not the default either.
        if (const Value* value = property.find(name); value != nullptr) {
            into = *value;
        }
    };
    take("AllowOrigin", cors.origin);
    take("AllowHeaders", cors.headers);
    take("AllowMethods", cors.methods);
    take("MaxAge", cors.max_age);
    cors.credentials = is_boolean_true(property.find("AllowCredentials"));
    if (cors.credentials && cors.origin.text() == everyone) {
        api.error(
            "Cors",
            "AllowCredentials needs an AllowOrigin other than '*': browsers refuse both together",
            "name the origin, e.g. AllowOrigin: \"'https://example.com'\"");
        return std::nullopt;
    }
    return cors;
}

/// "'GET,OPTIONS'" for a path with GET: every member of it in capitals, as AWS's transform has it.
std::string methods_of(const Map& item) {
    std::set<std::string> methods{"OPTIONS"};
    for (const data::Entry& entry : item) {
        methods.insert(base::to_upper(entry.key));
    }
    if (item.contains(any_method)) {
        methods = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"};
    }
    return fmt::format("'{}'", fmt::join(methods, ","));
}

/// A mock integration that answers a browser's question.
Map preflight(const Cors& cors, const Value& methods) {
    Map headers;
    Map parameters;
    const auto answer = [&](std::string_view header, const Value& value, const char* type) {
        parameters.set(fmt::format("method.response.header.{}", header), value);
        headers.set(header, Map{{"type", type}});
    };
    answer("Access-Control-Allow-Origin", cors.origin, "string");
    if (is_given(&cors.headers)) {
        answer("Access-Control-Allow-Headers", cors.headers, "string");
    }
    answer("Access-Control-Allow-Methods", methods, "string");
    if (!cors.max_age.is_null()) { // 0 is an age
        answer("Access-Control-Max-Age", cors.max_age, "integer");
    }
    if (cors.credentials) {
        answer("Access-Control-Allow-Credentials", "'true'", "string");
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

std::string_view without_last_slashes(std::string_view path) {
    while (path != "/" && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return path;
}

} // namespace

bool check_cors(const Resource& api) {
    return read_cors(api, api["Cors"]).has_value();
}

bool add_cors(const Resource& api, Map& definition, std::uint32_t now) {
    const Value* property = api.given("Cors");
    if (property == nullptr) {
        return true;
    }
    const auto cors = read_cors(api, *property);
    Value* paths = definition.find("paths");
    if (!cors || paths == nullptr || !paths->is_map()) {
        return cors.has_value();
    }
    // API Gateway takes a path with a slash at the end for the one without: which of the two comes
    // first in AWS's order gets the answer.
    std::set<std::string_view> answered;
    std::vector<std::string> names;
    for (const data::Entry* path : in_python_order(*paths->as_map(), now)) {
        if (answered.insert(without_last_slashes(path->key)).second) {
            names.push_back(path->key);
        }
    }
    for (const std::string& name : names) {
        // The methods of the first branch of a path hold for the others too.
        Value methods = cors->methods;
        for (Map* item : branches(*paths->as_map()->find(name))) {
            if (item->contains("options")) {
                continue;
            }
            if (!is_given(&cors->origin)) {
                api.error(
                    "Cors",
                    "AllowOrigin of Cors must not be empty",
                    "name the origin, e.g. AllowOrigin: \"'https://example.com'\"");
                return false;
            }
            if (!is_given(&methods)) {
                methods = methods_of(*item);
            }
            Map options = preflight(*cors, methods);
            item->set("options", std::move(options));
        }
    }
    return true;
}

} // namespace samara::transform
