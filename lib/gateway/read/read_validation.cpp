#include "gateway/read/read_validation.h"

#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "gateway/message/request_value.h"
#include "gateway/read/description.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

const data::List& items(const data::Value* value) {
    static const data::List none;
    return value != nullptr && value->is_list() ? *value->as_list() : none;
}

ReadValidation finished(RequestValidation validation) {
    if (validation.empty()) {
        return nullptr;
    }
    return std::make_shared<const RequestValidation>(std::move(validation));
}

const data::Value* validator_of(const data::Value& document, const data::Value& operation) {
    constexpr std::string_view key = "x-amazon-apigateway-request-validator";
    std::string name = data::text_of(operation, key);
    if (name.empty()) {
        name = data::text_of(document, key);
    }
    const data::Value* validators = document.find("x-amazon-apigateway-request-validators");
    return name.empty() || validators == nullptr ? nullptr : validators->find(name);
}

/// The declared parameters of an operation and of its path.
std::vector<const data::Value*> parameters_of(
    const data::Value& document, const data::Value& path_item, const data::Value& operation) {
    std::vector<const data::Value*> parameters;
    for (const data::Value* owner : {&path_item, &operation}) {
        for (const data::Value& parameter : items(owner->find("parameters"))) {
            parameters.push_back(&resolve(document, parameter));
        }
    }
    return parameters;
}

void add_required(const data::Value& parameter, RequestValidation& validation) {
    const std::string in = data::text_of(parameter, "in");
    const std::string_view place = in == "query"    ? "querystring"
                                   : in == "header" ? "header"
                                                    : ""; // a path has all of its parameters
    if (!place.empty() && data::is_true(parameter.find("required"))) {
        validation.required_parameters.push_back(
            fmt::format("method.request.{}.{}", place, data::text_of(parameter, "name")));
    }
}

/// A declared body: its schema by media type.
struct Body {
    std::vector<std::pair<std::string, const data::Value*>> schemas;
    const data::Value* required = nullptr;
};

Body body_of(
    const data::Value& document,
    const data::Value& operation,
    const std::vector<const data::Value*>& parameters) {
    Body body;
    if (const data::Value* request = operation.find("requestBody")) { // OpenAPI 3
        const data::Value& resolved = resolve(document, *request);
        body.required = resolved.find("required");
        for (const data::Entry& content : data::members_of(resolved.find("content"))) {
            body.schemas.emplace_back(content.key, content.value.find("schema"));
        }
    }
    for (const data::Value* parameter : parameters) { // swagger 2
        if (data::text_of(*parameter, "in") != "body") {
            continue;
        }
        std::vector<std::string> types = data::texts_of(operation.find("consumes"));
        if (types.empty()) {
            types = data::texts_of(document.find("consumes"));
        }
        if (types.empty()) {
            types = {"application/json"};
        }
        body.required = parameter->find("required");
        for (std::string& type : types) {
            body.schemas.emplace_back(std::move(type), parameter->find("schema"));
        }
    }
    return body;
}

base::Result<void>
add_models(const data::Value& document, const Body& body, RequestValidation& validation) {
    data::Map definitions;
    for (const std::string_view member : {"definitions", "components"}) {
        if (const data::Value* found = document.find(member)) {
            definitions.set(member, *found);
        }
    }
    for (const auto& [type, schema] : body.schemas) {
        if (schema == nullptr) {
            continue;
        }
        auto model = compile_model(*schema, definitions);
        if (!model) {
            return tl::unexpected(std::move(model.error()));
        }
        validation.models.insert_or_assign(base::to_lower(type), std::move(*model));
    }
    validation.needs_body = body.required == nullptr || data::is_true(body.required);
    return {};
}

/// A resource of the template by its logical id, as Ref gives it, or by its Name.
const data::Value*
properties_of(const data::Map& resources, std::string_view type, const std::string& name) {
    for (const data::Entry& entry : resources) {
        const data::Value* properties = entry.value.find("Properties");
        if (properties != nullptr && data::text_of(entry.value, "Type") == type &&
            (entry.key == name || data::text_of(*properties, "Name") == name)) {
            return properties;
        }
    }
    return nullptr;
}

/// The schema of an AWS::ApiGateway::Model, which may be written as a text.
base::Result<data::Value> model_schema(const data::Value& properties) {
    const data::Value* schema = properties.find("Schema");
    if (schema == nullptr) {
        return data::Value(data::Map());
    }
    return schema->is_string() ? data::read_json(*schema->as_string(), "Schema") : *schema;
}

/// The models of all APIs by name, for references among them.
data::Map all_models(const data::Map& resources) {
    data::Map models;
    for (const data::Entry& entry : resources) {
        const data::Value* properties = entry.value.find("Properties");
        if (properties == nullptr ||
            data::text_of(entry.value, "Type") != "AWS::ApiGateway::Model") {
            continue;
        }
        if (const auto schema = model_schema(*properties)) {
            models.set(entry.key, *schema);
            if (const std::string name = data::text_of(*properties, "Name"); !name.empty()) {
                models.set(name, *schema);
            }
        }
    }
    return models;
}

base::Result<RequestModel> read_model(const data::Value& properties, data::Map definitions) {
    auto schema = model_schema(properties);
    if (!schema) {
        return tl::unexpected(std::move(schema.error()));
    }
    for (const data::Entry& own : data::members_of(schema->find("definitions"))) {
        definitions.set(own.key, own.value);
    }
    return compile_model(*schema, data::Map{{"definitions", std::move(definitions)}});
}

} // namespace

ReadValidation read_validation(
    const data::Value& document, const data::Value& path_item, const data::Value& operation) {
    const data::Value* validator = validator_of(document, operation);
    if (validator == nullptr) {
        return nullptr;
    }
    RequestValidation validation;
    const auto parameters = parameters_of(document, path_item, operation);
    if (data::is_true(validator->find("validateRequestParameters"))) {
        for (const data::Value* parameter : parameters) {
            add_required(*parameter, validation);
        }
    }
    if (data::is_true(validator->find("validateRequestBody"))) {
        const Body body = body_of(document, operation, parameters);
        if (auto added = add_models(document, body, validation); !added) {
            return tl::unexpected(std::move(added.error()));
        }
    }
    return finished(std::move(validation));
}

ReadValidation read_validation(const data::Map& resources, const data::Value& method) {
    const data::Value* validator = properties_of(
        resources,
        "AWS::ApiGateway::RequestValidator",
        data::text_of(method, "RequestValidatorId"));
    if (validator == nullptr) {
        return nullptr;
    }
    RequestValidation validation;
    if (data::is_true(validator->find("ValidateRequestParameters"))) {
        for (const data::Entry& parameter : data::members_of(method.find("RequestParameters"))) {
            if (data::is_true(&parameter.value) && is_request_expression(parameter.key) &&
                !parameter.key.starts_with("method.request.path.")) {
                validation.required_parameters.push_back(parameter.key);
            }
        }
    }
    const data::Value* models = method.find("RequestModels");
    if (models != nullptr && data::is_true(validator->find("ValidateRequestBody"))) {
        const data::Map definitions = all_models(resources);
        for (const data::Entry& entry : data::members_of(models)) {
            const data::Value* properties =
                properties_of(resources, "AWS::ApiGateway::Model", data::scalar_text(entry.value));
            if (properties == nullptr) {
                continue; // Empty and Error, which every API has, take everything
            }
            auto model = read_model(*properties, definitions);
            if (!model) {
                return tl::unexpected(std::move(model.error()));
            }
            validation.models.insert_or_assign(base::to_lower(entry.key), std::move(*model));
        }
    }
    return finished(std::move(validation));
}

std::string unchecked(const Route& route, const base::Error& error) {
    return fmt::format(
        "{} {}: its requests are not validated: {}", route.method, route.path, error.message);
}

} // namespace samara::gateway
