#include "gateway/read/mapping.h"

#include "base/strings.h"
#include "base/try.h"
#include "data/accessors.h"
#include "gateway/read/description.h"

#include <array>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

base::Result<Templates> read_templates(const data::Value& holder, std::string_view name) {
    Templates templates;
    for (const data::Entry& entry : data::members_of(either(holder, name))) {
        TRY_ASSIGN(
            auto parsed,
            vtl::Template::parse(
                std::string(entry.value.text()), fmt::format("{} '{}'", name, entry.key)));
        templates.emplace_back(entry.key, std::move(parsed));
    }
    return templates;
}

struct PlaceRow {
    std::string_view prefix;
    MappedParameter::Place place;
};

constexpr std::array<PlaceRow, 5> request_places{{
    {"integration.request.header.", MappedParameter::Place::header},
    {"integration.request.multivalueheader.", MappedParameter::Place::header},
    {"integration.request.querystring.", MappedParameter::Place::query},
    {"integration.request.multivaluequerystring.", MappedParameter::Place::query},
    {"integration.request.path.", MappedParameter::Place::path},
}};
constexpr std::array<PlaceRow, 2> response_places{{
    {"method.response.header.", MappedParameter::Place::header},
    {"method.response.multivalueheader.", MappedParameter::Place::header},
}};

template <class Places>
std::vector<MappedParameter> read_parameters(const data::Value* parameters, const Places& places) {
    std::vector<MappedParameter> mapped;
    for (const data::Entry& entry : data::members_of(parameters)) {
        for (const PlaceRow& row : places) {
            if (entry.key.starts_with(row.prefix)) {
                mapped.push_back(
                    {row.place,
                     entry.key.substr(row.prefix.size()),
                     data::scalar_text(entry.value)});
                break;
            }
        }
    }
    return mapped;
}

/// Each response with the pattern that selects it (empty: all that no other takes): a map by
/// pattern in OpenAPI, a list in an AWS::ApiGateway::Method.
std::vector<std::pair<std::string, const data::Value*>>
responses_of(const data::Value& integration) {
    std::vector<std::pair<std::string, const data::Value*>> responses;
    for (const data::Entry& entry : data::members_of(integration.find("responses"))) {
        responses.emplace_back(entry.key == "default" ? "" : entry.key, &entry.value);
    }
    const data::Value* list = integration.find("IntegrationResponses");
    if (list != nullptr && list->is_list()) {
        for (const data::Value& response : *list->as_list()) {
            responses.emplace_back(data::text_of(response, "SelectionPattern"), &response);
        }
    }
    return responses;
}

ContentHandling read_handling(const data::Value& holder) {
    const std::string text = base::to_upper(either_text(holder, "contentHandling"));
    return text == "CONVERT_TO_BINARY" ? ContentHandling::to_binary
           : text == "CONVERT_TO_TEXT" ? ContentHandling::to_text
                                       : ContentHandling::none;
}

base::Result<MappedResponse>
read_response(const std::string& pattern, const data::Value& response) {
    MappedResponse mapped;
    if (!pattern.empty()) {
        auto compiled = model::Pattern::compile(pattern);
        if (!compiled) {
            return base::fail(fmt::format(
                "the pattern '{}' of a response is none: {}", pattern, compiled.error().message));
        }
        mapped.pattern = std::move(*compiled);
    }
    const auto status = data::integer_of(either(response, "statusCode"));
    mapped.status = status && *status >= 200 && *status <= 599 ? static_cast<int>(*status) : 200;
    mapped.headers = read_parameters(either(response, "responseParameters"), response_places);
    TRY_ASSIGN(mapped.templates, read_templates(response, "responseTemplates"));
    mapped.handling = read_handling(response);
    return mapped;
}

} // namespace

base::Result<std::shared_ptr<const Mapping>> read_mapping(const data::Value& integration) {
    auto mapping = std::make_shared<Mapping>();
    TRY_ASSIGN(mapping->request, read_templates(integration, "requestTemplates"));
    const std::string passthrough = base::to_upper(either_text(integration, "passthroughBehavior"));
    mapping->passthrough = passthrough == "NEVER"               ? Passthrough::never
                           : passthrough == "WHEN_NO_TEMPLATES" ? Passthrough::when_no_templates
                                                                : Passthrough::when_no_match;
    mapping->handling = read_handling(integration);
    mapping->parameters = read_parameters(either(integration, "requestParameters"), request_places);
    for (const auto& [pattern, response] : responses_of(integration)) {
        TRY_ASSIGN(auto mapped, read_response(pattern, *response));
        mapping->responses.push_back(std::move(mapped));
    }
    return mapping;
}

} // namespace samara::gateway
