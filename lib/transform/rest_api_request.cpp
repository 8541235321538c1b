#include "transform/rest_api_request.h"

#include "base/strings.h"
#include "transform/intrinsics.h"
#include "transform/openapi.h"

#include <array>

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

namespace {

constexpr std::string_view validator_key = "x-amazon-apigateway-request-validator";

/// A list that is there or is added.
List& list_in(Map& map, std::string_view key) {
    Value& value = map[key];
    if (!value.is_list()) {
        value = List{};
    }
    return *value.as_list();
}

void add_validator(const Map& model, Map& definition, Map& operation) {
    const Value* body = model.find("ValidateBody");
    const Value* parameters = model.find("ValidateParameters");
    if (body == nullptr && parameters == nullptr) {
        return;
    }
    const bool checks_body = is_true(body);
    const bool checks_parameters = is_true(parameters);
    const std::string_view name = checks_body && checks_parameters ? "body-and-params"
                                  : checks_body                    ? "body-only"
                                  : checks_parameters              ? "params-only"
                                                                   : "no-validation";
    Value& validators = definition[request_validators];
    if (!validators.is_map()) {
        validators = Map{};
    }
    validators.as_map()->set(
        name,
        Map{{"validateRequestBody", checks_body},
            {"validateRequestParameters", checks_parameters}});
    operation.set(validator_key, name);
}

} // namespace

Map& RestMethod::integration() const {
    return *operation.find(integration_key)->as_map();
}

bool apply_request_model(const Properties& event, Map& api, RestMethod& method) {
    const Value* request = event.find("RequestModel");
    if (request == nullptr) {
        return true;
    }
    const Value* name = request->find("Model");
    if (name == nullptr || !name->is_string()) {
        event.error("RequestModel", "RequestModel needs Model, the name of a model of the API");
        return false;
    }
    const Value* models = api.find("Models");
    if (models == nullptr || models->is_null()) {
        event.error(
            "RequestModel",
            fmt::format("the API has no Models, so there is no model {}", name->text()),
            "add it to the API's Models");
        return false;
    }
    if (!models->is_map()) {
        return true; // told when the API is expanded
    }
    if (!models->as_map()->contains(name->text())) {
        event.error(
            "RequestModel",
            fmt::format("the API has no model {}", name->text()),
            "add it to the API's Models");
        return false;
    }
    for (const char* option : {"Required", "ValidateBody", "ValidateParameters"}) {
        const Value* value = request->find(option);
        if (value != nullptr && !value->is_null() && !value->is_boolean()) {
            event.error(
                "RequestModel", fmt::format("{} of RequestModel must be true or false", option));
            return false;
        }
    }
    Map& definition = *api.find("DefinitionBody")->as_map();
    // Model names are case-insensitive in SAM: everything is written small.
    const std::string model = base::to_lower(name->text());
    const Value* required = request->find("Required");
    if (speaks_openapi_3(definition, api)) {
        Map body{
            {"content",
             Map{
                 {"application/json",
                  Map{{"schema", Map{{"$ref", fmt::format("#/components/schemas/{}", model)}}}}}}}};
        if (required != nullptr) {
            body.set("required", *required);
        }
        method.operation.set("requestBody", std::move(body));
    } else {
        Value model_name = model;
        model_name.set_where(name->where());
        Map parameter{
            {"in", "body"},
            {"name", std::move(model_name)},
            {"schema", Map{{"$ref", fmt::format("#/definitions/{}", model)}}}};
        if (required != nullptr) {
            parameter.set("required", *required);
        }
        list_in(method.operation, "parameters").emplace_back(std::move(parameter));
    }
    add_validator(*request->as_map(), definition, method.operation);
    return true;
}

bool apply_request_parameters(const Properties& event, RestMethod& method) {
    const List* parameters = event.list_at("RequestParameters");
    if (parameters == nullptr) {
        return event.find("RequestParameters") == nullptr;
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> places{{
        {"method.request.querystring.", "query"},
        {"method.request.header.", "header"},
        {"method.request.path.", "path"},
    }};
    for (const Value& parameter : *parameters) {
        const Map* settings = nullptr;
        Value name = parameter;
        if (const Map* map = parameter.as_map(); map != nullptr && map->size() == 1) {
            name = map->begin()->key;
            name.set_where(map->begin()->key_where);
            settings = map->begin()->value.as_map();
        }
        const auto* place = std::find_if(places.begin(), places.end(), [&](const auto& row) {
            return name.text().starts_with(row.first);
        });
        if (place == places.end() || (parameter.is_map() && settings == nullptr)) {
            event.error_at(
                parameter,
                "RequestParameters",
                "a request parameter is method.request.header.NAME, .querystring.NAME or "
                ".path.NAME, or a map of one of these to Required and Caching");
            return false;
        }
        const Value* required = settings == nullptr ? nullptr : settings->find("Required");
        const Value* caching = settings == nullptr ? nullptr : settings->find("Caching");
        for (const Value* option : {required, caching}) {
            if (option != nullptr && !option->is_boolean() && !is_intrinsic(*option)) {
                event.error_at(
                    *option, "RequestParameters", "Required and Caching must be true or false");
                return false;
            }
        }
        Value own_name = name.text().substr(place->first.size());
        own_name.set_where(name.where());
        Value in = place->second;
        if (in.text() != "query") {
            in.set_where(name.where()); // the word the user wrote
        }
        list_in(method.operation, "parameters")
            .emplace_back(
                Map{{"in", std::move(in)},
                    {"name", std::move(own_name)},
                    {"required", required == nullptr ? Value(false) : *required},
                    {"type", "string"}});
        if (is_true(caching)) {
            list_in(method.integration(), "cacheKeyParameters").push_back(name);
        }
    }
    return true;
}

} // namespace samara::transform
