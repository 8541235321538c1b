#include "gateway/read/parameter_mapping.h"

#include "base/strings.h"
#include "data/accessors.h"
#include "gateway/read/description.h"

#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

using Action = ParameterChange::Action;
using Place = ParameterChange::Place;

template <class Value>
struct Word {
    std::string_view text;
    Value value;
};

constexpr std::array<Word<Action>, 3> actions{{
    {"append:", Action::append},
    {"overwrite:", Action::overwrite},
    {"remove:", Action::remove},
}};
constexpr std::array<Word<Place>, 4> places{{
    {"header.", Place::header},
    {"querystring.", Place::query},
    {"path", Place::path},
    {"statuscode", Place::status},
}};

template <class Value, std::size_t size>
std::optional<Value> take(std::string_view& text, const std::array<Word<Value>, size>& words) {
    for (const auto& word : words) {
        if (text.starts_with(word.text)) {
            text.remove_prefix(word.text.size());
            return word.value;
        }
    }
    return std::nullopt;
}

/// "append:header.name", "overwrite:path", ... Nothing when API Gateway has no such key there.
std::optional<ParameterChange> read_key(std::string_view key, bool of_response) {
    const auto action = take(key, actions);
    const auto place = action ? take(key, places) : std::nullopt;
    if (!place) {
        return std::nullopt;
    }
    const bool whole = *place == Place::path || *place == Place::status;
    const bool at_home = *place == Place::header || (*place == Place::status) == of_response;
    if (!at_home || whole != key.empty() || (whole && *action != Action::overwrite) ||
        (*place == Place::header && is_reserved_header(key))) {
        return std::nullopt;
    }
    return ParameterChange{*action, *place, std::string(key), {}};
}

void add_change(
    std::string_view key,
    std::string value,
    bool of_response,
    std::vector<ParameterChange>& changes,
    std::vector<std::string>& refused) {
    if (auto change = read_key(key, of_response)) {
        change->value = std::move(value);
        changes.push_back(std::move(*change));
    } else {
        refused.push_back(fmt::format("'{}'", key));
    }
}

/// {"append:header.x": "value"}, or a resource's {ResponseParameters: [{Destination, Source}]}.
void add_changes(
    const data::Value& written,
    bool of_response,
    std::vector<ParameterChange>& changes,
    std::vector<std::string>& refused) {
    const data::Value* list = either(written, "responseParameters");
    if (list != nullptr && list->is_list()) {
        for (const data::Value& item : *list->as_list()) {
            add_change(
                data::text_of(item, "Destination"),
                data::text_of(item, "Source"),
                of_response,
                changes,
                refused);
        }
        return;
    }
    for (const data::Entry& entry : data::members_of(&written)) {
        add_change(entry.key, data::scalar_text(entry.value), of_response, changes, refused);
    }
}

} // namespace

std::shared_ptr<const ParameterMapping>
read_parameter_mapping(const data::Value& integration, std::vector<std::string>& refused) {
    auto mapping = std::make_shared<ParameterMapping>();
    if (const data::Value* request = either(integration, "requestParameters")) {
        add_changes(*request, false, mapping->request, refused);
    }
    for (const data::Entry& entry : data::members_of(either(integration, "responseParameters"))) {
        int status = 0;
        const char* const end = entry.key.data() + entry.key.size();
        const auto read = std::from_chars(entry.key.data(), end, status);
        if (read.ec != std::errc{} || read.ptr != end || status < 200 || status > 599) {
            refused.push_back(fmt::format("status '{}'", entry.key));
            continue;
        }
        add_changes(entry.value, true, mapping->responses[status], refused);
    }
    return mapping->request.empty() && mapping->responses.empty() ? nullptr : mapping;
}

} // namespace samara::gateway
