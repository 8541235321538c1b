#include "gateway/message/request_validation.h"

#include "base/strings.h"
#include "data/read.h"
#include "gateway/message/media_type.h"
#include "gateway/message/request_value.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

// The regular expressions of the schema checker recurse for each character.
constexpr std::size_t max_pattern_text = 8192;

std::size_t longest_text(const data::Value& value) {
    std::size_t longest = value.is_string() ? value.as_string()->size() : 0;
    if (const data::List* list = value.as_list()) {
        for (const data::Value& item : *list) {
            longest = std::max(longest, longest_text(item));
        }
    }
    if (const data::Map* map = value.as_map()) {
        for (const data::Entry& entry : *map) {
            longest = std::max({longest, entry.key.size(), longest_text(entry.value)});
        }
    }
    return longest;
}

/// Makes references to models by their address point into the document.
data::Value with_local_references(const data::Value& schema) {
    if (const data::List* list = schema.as_list()) {
        data::List items;
        for (const data::Value& item : *list) {
            items.push_back(with_local_references(item));
        }
        return items;
    }
    const data::Map* map = schema.as_map();
    if (map == nullptr) {
        return schema;
    }
    data::Map members;
    for (const data::Entry& entry : *map) {
        constexpr std::string_view marker = "/models/";
        const std::size_t at =
            entry.key == "$ref" ? entry.value.text().find(marker) : std::string_view::npos;
        members.set(
            entry.key,
            at == std::string_view::npos
                ? with_local_references(entry.value)
                : data::Value(fmt::format(
                      "#/definitions/{}", entry.value.text().substr(at + marker.size()))));
    }
    return members;
}

bool uses_patterns(const data::Value& schema) {
    if (const data::List* list = schema.as_list()) {
        return std::any_of(list->begin(), list->end(), uses_patterns);
    }
    const data::Map* map = schema.as_map();
    return map != nullptr && std::any_of(map->begin(), map->end(), [](const data::Entry& entry) {
               return entry.key == "pattern" || entry.key == "patternProperties" ||
                      entry.key == "format" || uses_patterns(entry.value);
           });
}

std::optional<Violation> check_parameters(const RequestValidation& validation, const Call& call) {
    std::vector<std::string> missing;
    for (const std::string& parameter : validation.required_parameters) {
        if (base::trim(request_value(call, parameter)).empty()) {
            const std::size_t place =
                parameter.find('.', std::string_view("method.request.").size());
            missing.push_back(parameter.substr(place + 1));
        }
    }
    if (missing.empty()) {
        return std::nullopt;
    }
    return Violation{
        Refusal::bad_request_parameters,
        {fmt::format("Missing required request parameters: [{}]", base::join(missing, ", ")), {}}};
}

std::optional<Violation> check_body(const RequestValidation& validation, const Call& call) {
    const std::string type = essence_of(call.header("Content-Type"));
    const auto found =
        validation.models.find(type.empty() ? std::string_view("application/json") : type);
    if (found == validation.models.end()) {
        return std::nullopt;
    }
    const auto invalid = [](std::string details) {
        return Violation{Refusal::bad_request_body, {{}, fmt::format("[{}]", details)}};
    };
    if (call.request.body.empty()) {
        return validation.needs_body ? std::optional(invalid("the body is empty")) : std::nullopt;
    }
    const auto body = data::read_json(call.request.body, "body");
    if (!body) {
        return invalid("the body is not JSON");
    }
    const RequestModel& model = found->second;
    if (model.has_patterns && longest_text(*body) > max_pattern_text) {
        return invalid("a text is too long to be compared with a pattern");
    }
    std::vector<std::string> mistakes;
    for (const base::Diagnostic& mistake : model.schema.check(*body, "the body")) {
        mistakes.push_back(mistake.error.message);
    }
    if (mistakes.empty()) {
        return std::nullopt;
    }
    return invalid(base::join(mistakes, ", "));
}

} // namespace

base::Result<RequestModel> compile_model(const data::Value& schema, const data::Map& definitions) {
    data::Map document;
    for (const data::Entry& entry : definitions) {
        document.set(entry.key, with_local_references(entry.value));
    }
    document.set("allOf", data::List{with_local_references(schema)});
    const data::Value whole(std::move(document));
    auto compiled = model::JsonSchema::compile(whole, model::JsonSchema::Draft::v4);
    if (!compiled) {
        return tl::unexpected(std::move(compiled.error()));
    }
    return RequestModel{std::move(*compiled), uses_patterns(whole)};
}

std::optional<Violation> check_request(const RequestValidation& validation, const Call& call) {
    if (auto violation = check_parameters(validation, call)) {
        return violation;
    }
    return check_body(validation, call);
}

} // namespace samara::gateway
