#pragma once

#include "data/value.h"

#include <optional>
#include <string>
#include <string_view>

/// Editing the OpenAPI (or swagger 2) document of an API.
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
namespace samara::transform {

constexpr std::string_view any_method = "x-amazon-apigateway-any-method";
constexpr std::string_view default_path = "$default";
constexpr std::string_view integration_key = "x-amazon-apigateway-integration";

/// "POST" is "post", "ANY" the extension key.
std::string openapi_method(std::string_view method);

/// {openapi, info, paths: {}} as SAM starts an HTTP API without a definition.
data::Value new_http_definition();

/// {swagger, info, paths: {}} as SAM starts a REST API without a definition.
data::Value new_rest_definition();

/// Whether a definition is OpenAPI 3, or becomes so: `api` (its properties) has an OpenApiVersion.
bool speaks_openapi_3(const data::Map& definition, const data::Map& api);

/// Where the definition keeps its security schemes; added when it has none.
data::Map& security_schemes(data::Map& definition, const data::Map& api);

/// The operation of `method` at `path`, looked for inside Fn::If branches too; made when `create`.
/// nullptr when it is not there, or when what is there is no map.
data::Map*
find_operation(data::Map& paths, std::string_view path, std::string_view method, bool create);

/// Calls `visit(path, method, operation)` for each operation of the document.
template <class Visit>
void each_operation(data::Map& paths, Visit&& visit);

/// Adds the operation of `method` (as OpenAPI has it) at `path` where it is missing; the keys keep
/// the places of the texts.
void add_operation(data::Map& paths, const data::Value& path, const data::Value& method);

/// Names in braces: {"id", "proxy+"} for /items/{id}/{proxy+}.
std::vector<std::string> path_parameters(std::string_view path);

/// Makes the operation one that a Lambda function answers, where it has no integration yet: the
/// integration (its uri only under `condition` when there is one), responses, path parameters.
void integrate_function(
    data::Map& operation,
    std::string_view path,
    const data::Value& function_uri,
    const data::Value* condition);

/// [{name: scopes}], unless the operation has security already.
void secure_operation(data::Map& operation, std::string_view authorizer, data::List scopes);

/// Whether a member of a path is an operation and not what all its operations share.
inline bool is_method(std::string_view key) {
    return key != "parameters" && key != "summary" && key != "description" && key != "servers";
}

/// The branches of Fn::If around a path or method, else the value itself: the maps it may stand
/// for.
std::vector<data::Map*> branches(data::Value& value);

template <class Visit>
void each_operation(data::Map& paths, Visit&& visit) {
    for (data::Entry& path : paths) {
        for (data::Map* item : branches(path.value)) {
            for (data::Entry& method : *item) {
                if (!is_method(method.key)) {
                    continue;
                }
                for (data::Map* operation : branches(method.value)) {
                    visit(path.key, method.key, *operation);
                }
            }
        }
    }
}

} // namespace samara::transform
