#include "transform/api/rest_api_request.h"

#include "base/strings.h"
#include "transform/api/openapi.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>
#include <optional>

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
    if ((body == nullptr || body->is_null()) && (parameters == nullptr || parameters->is_null())) {
        return;
    }
    const bool checks_body = is_boolean_true(body);
    const bool checks_parameters = is_boolean_true(parameters);
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

namespace {

/// The model that the event names, which its API must have; nothing and an error when it has not.
std::optional<Value> model_of(const Properties& event, const Value& name, const Map& api) {
    const Value* models = api.find("Models");
    if (!is_given(models)) {
        event.error(
            "RequestModel",
            fmt::format("the API has no Models, so there is no model {}", name.text()),
            "add it to the API's Models");
        return std::nullopt;
    }
    if (!models->is_map() || !name.is_string()) {
        event.error(
            "RequestModel",
            models->is_map() ? "Model of RequestModel must be the name of a model of the API"
                             : "the API's Models must be a map of JSON schemas");
        return std::nullopt;
    }
    if (!is_given(models->find(name.text()))) {
        event.error(
            "RequestModel",
            fmt::format("the API has no model {}", name.text()),
            "add it to the API's Models");
        return std::nullopt;
    }
    // Model names are case-insensitive in SAM: everything is written small.
    Value model = base::to_lower(name.text());
    model.set_where(name.where());
    return model;
}

bool check_validation(const Properties& event, const Value& request) {
    for (const char* option : {"ValidateBody", "ValidateParameters"}) {
        const Value* value = request.find(option);
        if (value != nullptr && !value->is_null() && !value->is_boolean()) {
            event.error(
                "RequestModel", fmt::format("{} of RequestModel must be true or false", option));
            return false;
        }
    }
    return true;
}

/// The body of requests, in the document's own language.
void declare_body(
    const Map& definition, const Value& model, const Value* required, Map& operation) {
    const Value* swagger = definition.find("swagger");
    if (swagger != nullptr && !swagger->is_null()) {
        Map parameter{
            {"in", "body"},
            {"name", model},
            {"schema", Map{{"$ref", fmt::format("#/definitions/{}", model.text())}}}};
        if (required != nullptr && !required->is_null()) {
            parameter.set("required", *required);
        }
        list_in(operation, "parameters").emplace_back(std::move(parameter));
    } else if (is_version_3(definition.find("openapi"))) {
        Map schema{{"$ref", fmt::format("#/components/schemas/{}", model.text())}};
        Map body{{"content", Map{{"application/json", Map{{"schema", std::move(schema)}}}}}};
        if (required != nullptr && !required->is_null()) {
            body.set("required", *required);
        }
        operation.set("requestBody", std::move(body));
    }
}

} // namespace

bool apply_request_model(
    const Properties& event, const Map& api, Map& definition, const Operations& operations) {
    const Value* request = event.given("RequestModel");
    if (request == nullptr) {
        return true;
    }
    if (!request->is_map()) {
        event.wrong_kind("RequestModel", "a map");
        return false;
    }
    const Value* name = request->find("Model");
    if (!is_given(name)) {
        event.warning(
            "RequestModel",
            "a RequestModel without Model changes nothing",
            "give Model, the name of a model of the API");
        return true;
    }
    const auto model = model_of(event, *name, api);
    if (!model || !check_validation(event, *request)) {
        return false;
    }
    for (Map* operation : operations) {
        declare_body(definition, *model, request->find("Required"), *operation);
        add_validator(*request->as_map(), definition, *operation);
    }
    return true;
}

namespace {

struct RequestParameter {
    Value name; ///< the whole: method.request.header.Accept
    Value in;
    Value own_name;
    const Value* required = nullptr;
    const Value* caching = nullptr;
};

std::optional<RequestParameter> read_parameter(const Value& given) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> places{{
        {"method.request.querystring.", "query"},
        {"method.request.header.", "header"},
        {"method.request.path.", "path"},
    }};
    RequestParameter parameter;
    parameter.name = given;
    if (const Map* map = given.as_map(); map != nullptr && !map->empty()) {
        // One of several is what AWS's transform reads.
        const data::Entry& first = *map->begin();
        parameter.name = first.key;
        parameter.name.set_where(first.key_where);
        const Map* settings = first.value.as_map();
        const bool known =
            settings != nullptr &&
            std::all_of(settings->begin(), settings->end(), [](const data::Entry& setting) {
                return setting.key == "Required" || setting.key == "Caching";
            });
        if (!known) {
            return std::nullopt;
        }
        parameter.required = settings->find("Required");
        parameter.caching = settings->find("Caching");
    }
    const auto* place = std::find_if(places.begin(), places.end(), [&](const auto& row) {
        return parameter.name.text().starts_with(row.first);
    });
    if (place == places.end()) {
        return std::nullopt;
    }
    parameter.own_name = parameter.name.text().substr(place->first.size());
    parameter.own_name.set_where(parameter.name.where());
    parameter.in = place->second;
    if (parameter.in.text() != "query") {
        parameter.in.set_where(parameter.name.where()); // the word the user wrote
    }
    return parameter;
}

} // namespace

bool apply_request_parameters(const Properties& event, const Operations& operations) {
    const Value* given = event.given("RequestParameters");
    if (given == nullptr) {
        return true;
    }
    if (!given->is_list()) {
        event.wrong_kind("RequestParameters", "a list");
        return false;
    }
    for (const Value& one : *given->as_list()) {
        const auto parameter = read_parameter(one);
        if (!parameter) {
            event.error_at(
                one,
                "RequestParameters",
                "a request parameter is method.request.header.NAME, .querystring.NAME or "
                ".path.NAME, or a map of one of these to Required and Caching");
            return false;
        }
        for (Map* operation : operations) {
            list_in(*operation, "parameters")
                .emplace_back(
                    Map{{"in", parameter->in},
                        {"name", parameter->own_name},
                        {"required",
                         parameter->required == nullptr ? Value(false) : *parameter->required},
                        {"type", "string"}});
            Value* integration = operation->find(integration_key);
            if (is_given(parameter->caching) && integration->is_map()) {
                list_in(*integration->as_map(), "cacheKeyParameters").push_back(parameter->name);
            }
        }
    }
    return true;
}

} // namespace samara::transform
