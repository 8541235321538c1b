#pragma once

#include "data/value.h"
#include "transform/core/context.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading and editing the OpenAPI (or swagger 2) document of an API.
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
namespace samara::transform {

constexpr std::string_view any_method = "x-amazon-apigateway-any-method";
constexpr std::string_view default_path = "$default";
constexpr std::string_view integration_key = "x-amazon-apigateway-integration";

/// Whether SAM's name for every method is meant: ANY, however it is written.
bool is_any(std::string_view method);

/// "POST" is "post", "ANY" the extension key.
std::string openapi_method(std::string_view method);

/// {openapi, info, paths: {}} as SAM starts an HTTP API without a definition.
data::Value new_http_definition();

/// {swagger, info, paths: {}} as SAM starts a REST API without a definition.
data::Value new_rest_definition();

/// An OpenApiVersion, or a document's own, as text: the number 3.0 is "3.0".
std::string version_text(const data::Value& version);

/// Whether a version is there and 3.x or 3.x.y.
bool is_version_3(const data::Value* version);

/// Whether it is a document that an HTTP API's properties can be written into: OpenAPI 3 with
/// paths.
bool is_openapi_3(const data::Value* definition);

/// The same of a REST API, which takes swagger too.
bool is_rest_document(const data::Value* definition);

/// What a path or method stands for: the branches of an Fn::If that are not AWS::NoValue, else the
/// value itself. One level only, as AWS's transform looks.
std::vector<data::Value*> contents(data::Value& value);

/// Whether a path or an operation is a map, in every branch of an Fn::If; an error of the document
/// if not. `what` it is: "path".
bool check_item(Context& context, const data::Entry& item, std::string_view what);

/// Those contents that are maps.
std::vector<data::Map*> branches(data::Value& value);

/// Whether an operation is answered by anything.
bool has_integration(const data::Map& operation);

/// Whether the method of a path has an integration, in every branch of the path.
bool has_integration(data::Map& paths, std::string_view path, std::string_view method);

/// The operations of one method at a path that have an integration, in every branch.
std::vector<data::Map*>
operations_at(data::Map& paths, std::string_view path, std::string_view method);

/// Members of a path that are none of its operations.
bool is_rest_method(std::string_view key);
bool is_http_method(std::string_view key);

/// Calls `visit(path, method, operation)` for each operation with an integration.
void each_operation(
    data::Map& paths,
    bool (*is_method)(std::string_view key),
    const std::function<
        void(const std::string& path, const std::string& method, data::Map& operation)>& visit);

/// Adds the operation of `method` (as OpenAPI has it) at `path` where it is missing; the keys keep
/// the places of the texts. False when what is at the path is no map.
bool add_operation(data::Map& paths, const data::Value& path, const data::Value& method);

/// A route as an event has it.
struct EventRoute {
    data::Value path;   ///< a text, with its place when it was written
    data::Value method; ///< as OpenAPI has it; its place is unknown where it is our own key
};

/// Path and Method of an event; nothing when one is absent or no text.
std::optional<EventRoute> written_route(const data::Map& event);

/// Calls `answer(operation)` for the operation of a route, which has been added, in every branch of
/// its path; it is there only under `condition`, where one is given.
void answer_route(
    data::Map& paths,
    const EventRoute& route,
    const data::Value* condition,
    const std::function<void(data::Map& operation)>& answer);

/// The ARN by which API Gateway calls a function, both as they stand in Fn::Sub: "${Fn.Arn}".
std::string invocations_arn(std::string_view partition, std::string_view function);

/// Names in braces: {"id", "proxy+"} for /items/{id}/{proxy+}.
std::vector<std::string> path_parameters(std::string_view path);

} // namespace samara::transform
