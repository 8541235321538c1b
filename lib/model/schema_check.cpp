#include "model/schema_check.h"

#include "data/write.h"

#include <charconv>
#define VALIJSON_USE_EXCEPTIONS 1 // else it ends the program
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

/// The only source that includes valijson and that converts to nlohmann::json values.
namespace samara::model {
namespace {

using data::Value;
using nlohmann::json;
using valijson::adapters::NlohmannJsonAdapter;

json to_json(const Value& value) {
    switch (value.kind()) {
    case Value::Kind::null:
        return nullptr;
    case Value::Kind::boolean:
        return *value.as_boolean();
    case Value::Kind::integer:
        return *value.as_integer();
    case Value::Kind::number:
        return *value.as_number();
    case Value::Kind::string:
        return *value.as_string();
    case Value::Kind::list: {
        json out = json::array();
        for (const Value& item : *value.as_list()) {
            out.push_back(to_json(item));
        }
        return out;
    }
    case Value::Kind::map:
        break;
    }
    json out = json::object();
    for (const data::Entry& entry : *value.as_map()) {
        out[entry.key] = to_json(entry.value);
    }
    return out;
}

/// "<root>", "[Resources]", "[F]", "[0]" as what they name.
std::string_view step_name(std::string_view step) {
    return step.starts_with('[') && step.ends_with(']') ? step.substr(1, step.size() - 2)
                                                        : std::string_view{};
}

const Value* child(const Value& value, std::string_view name) {
    if (const data::List* list = value.as_list()) {
        std::size_t index = 0;
        const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
        return read.ec == std::errc{} && index < list->size() ? &(*list)[index] : nullptr;
    }
    return value.find(name);
}

/// What is wrong with the value at the end of the path, from what valijson says.
std::string message_of(const Value* value, std::string_view name, const std::string& description) {
    if (description.find("type") != std::string::npos && value != nullptr) {
        return fmt::format("{} cannot be {}", name, data::kind_name(value->kind()));
    }
    std::string text = description;
    while (!text.empty() && (text.back() == '.' || text.back() == '\n')) {
        text.pop_back();
    }
    return fmt::format("{}: {}", name, text);
}

/// The error for the value at `path`.
base::Error locate(
    const Value& document,
    std::string_view document_name,
    const std::vector<std::string>& path,
    const std::string& description) {
    base::Error error;
    error.where = document.where();
    const Value* value = &document;
    for (std::size_t i = 1; i < path.size() && value != nullptr; ++i) {
        const std::string_view name = step_name(path[i]);
        const data::Map* map = value->as_map();
        const data::Entry* entry = map == nullptr ? nullptr : map->find_entry(name);
        const Value* below = child(*value, name);
        if (below != nullptr && below->where().known()) {
            error.where = below->where();
        } else if (entry != nullptr && entry->key_where.known()) {
            error.where = entry->key_where;
        }
        if (i == 2 && step_name(path[1]) == "Resources") {
            error.resource = name;
        } else if (i > 2 && !error.resource.empty() && !(i == 3 && name == "Properties")) {
            error.property += fmt::format("{}{}", error.property.empty() ? "" : ".", name);
        }
        value = below;
    }
    const std::string_view last = path.size() < 2 ? document_name : step_name(path.back());
    error.message = message_of(value, error.property.empty() ? last : error.property, description);
    return error;
}

/// Only what is deepest says where the mistake is; what contains it failed because of it.
bool is_prefix(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return a.size() < b.size() && std::equal(a.begin(), a.end(), b.begin());
}

} // namespace

struct JsonSchema::Compiled {
    valijson::Schema schema;
};

base::Result<JsonSchema> JsonSchema::compile(const Value& schema, Draft draft) {
    auto compiled = std::make_shared<Compiled>();
    const json schema_json = to_json(schema);
    try {
        valijson::SchemaParser parser(
            draft == Draft::v4 ? valijson::SchemaParser::kDraft4 : valijson::SchemaParser::kDraft7);
        parser.populateSchema(NlohmannJsonAdapter(schema_json), compiled->schema);
    } catch (const std::exception& failure) {
        return base::fail(fmt::format("the schema cannot be used: {}", failure.what()));
    }
    return JsonSchema(std::move(compiled));
}

base::Diagnostics JsonSchema::check(const Value& document, std::string_view name) const {
    base::Diagnostics out;
    const json document_json = to_json(document);
    valijson::ValidationResults results;
    try { // a pattern of the schema is compiled when a text is compared with it
        valijson::Validator validator;
        if (validator.validate(compiled_->schema, NlohmannJsonAdapter(document_json), &results)) {
            return out;
        }
    } catch (const std::exception& failure) {
        base::Error error;
        error.message = fmt::format("the schema cannot be used: {}", failure.what());
        out.push_back({base::Severity::error, std::move(error)});
        return out;
    }
    std::vector<valijson::ValidationResults::Error> errors;
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
        errors.push_back(error);
    }
    std::vector<std::vector<std::string>> seen;
    for (const auto& found : errors) {
        const bool outer = std::any_of(errors.begin(), errors.end(), [&](const auto& other) {
            return is_prefix(found.context, other.context);
        });
        if (outer || std::find(seen.begin(), seen.end(), found.context) != seen.end()) {
            continue;
        }
        seen.push_back(found.context);
        out.push_back(
            {base::Severity::error, locate(document, name, found.context, found.description)});
    }
    return out;
}

base::Diagnostics check_schema(const Value& document, const Value& schema) {
    auto compiled = JsonSchema::compile(schema, JsonSchema::Draft::v7);
    if (!compiled) {
        return {{base::Severity::error, std::move(compiled.error())}};
    }
    return compiled->check(document, "the template");
}

} // namespace samara::model
