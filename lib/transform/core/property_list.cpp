#include "transform/core/property_list.h"

#include "base/hint.h"
#include "base/strings.h"
#include "data/embedded_table.h"
#include "samara_transform_files.h"
#include "transform/core/intrinsics.h"
#include "transform/core/resource.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

/// The row of a list whose other names AWS's transform lets through unread.
constexpr std::string_view open_list = "*";

/// Begins the texts of which a property must be one.
constexpr std::string_view choice_mark = "=";

/// The row of a list that names another whose rows belong to it too.
constexpr std::string_view other_list = "+";

/// Whether `value` is a list of nothing but items of one of the kinds.
bool is_list_of(const Value& value, std::initializer_list<std::string_view> kinds);

/// Whether `value` is a map of nothing but members of one of the kinds.
bool is_map_of(const Value& value, std::initializer_list<std::string_view> kinds);

/// A boolean written as text, as pydantic reads it.
bool is_flag(std::string_view text) {
    static constexpr std::array words{
        "true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "1", "0"};
    const std::string lower = base::to_lower(text);
    return std::find(words.begin(), words.end(), lower) != words.end();
}

bool is_kind(const Value& value, std::string_view kind) {
    if (kind == "strings") {
        return is_list_of(value, {"string"});
    }
    if (kind == "texts") {
        return is_list_of(value, {"string", "map"});
    }
    if (kind == "scalars") {
        return is_list_of(value, {"scalar", "map"});
    }
    if (kind == "sections") {
        return is_map_of(value, {"map"});
    }
    if (kind == "words") {
        return is_map_of(value, {"string"});
    }
    if (kind == "counts") {
        return is_map_of(value, {"map", "integer"});
    }
    if (kind.starts_with(choice_mark)) {
        const auto choices = base::split(kind.substr(choice_mark.size()), '|');
        return value.is_string() &&
               std::find(choices.begin(), choices.end(), value.text()) != choices.end();
    }
    return kind == "any" || (kind == "string" && value.is_string()) ||
           (kind == "integer" && (value.is_integer() || value.is_boolean())) ||
           (kind == "number" && value.is_numeric()) ||
           (kind == "scalar" && (value.is_string() || value.is_numeric() || value.is_boolean())) ||
           (kind == "boolean" && value.is_boolean()) ||
           (kind == "flag" && (value.is_boolean() || is_flag(data::scalar_text(value)))) ||
           (kind == "list" && value.is_list()) || (kind == "map" && value.is_map());
}

bool is_any_of(const Value& value, std::initializer_list<std::string_view> kinds) {
    return std::any_of(
        kinds.begin(), kinds.end(), [&](std::string_view kind) { return is_kind(value, kind); });
}

bool is_list_of(const Value& value, std::initializer_list<std::string_view> kinds) {
    const data::List* list = value.as_list();
    return list != nullptr && std::all_of(list->begin(), list->end(), [&](const Value& item) {
               return is_any_of(item, kinds);
           });
}

bool is_map_of(const Value& value, std::initializer_list<std::string_view> kinds) {
    const Map* map = value.as_map();
    return map != nullptr && std::all_of(map->begin(), map->end(), [&](const data::Entry& entry) {
               return is_any_of(entry.value, kinds);
           });
}

std::string_view noun_of(std::string_view kind) {
    return kind == "scalar"     ? "string or number"
           : kind == "texts"    ? "list of strings"
           : kind == "strings"  ? "list of strings"
           : kind == "scalars"  ? "list of strings"
           : kind == "sections" ? "map of maps"
           : kind == "counts"   ? "map of numbers"
           : kind == "flag"     ? "boolean"
           : kind == "words"    ? "map of strings"
                                : kind;
}

/// The words of one property.
struct PropertyRule {
    std::vector<std::string_view> kinds;
    bool required = false;
    bool literal = false;
    bool function = false;
    bool passed = false;

    explicit PropertyRule(std::string_view words) {
        for (std::string_view word : base::split(words, ' ')) {
            if (word == "required") {
                required = true;
            } else if (word == "literal") {
                literal = true;
            } else if (word == "function") {
                function = true;
            } else if (word == "passed") {
                passed = true;
            } else {
                kinds.push_back(word);
            }
        }
    }

    [[nodiscard]] bool accepts(const Value& value) const {
        const bool stands_in =
            function ? is_intrinsic(value) : value.is_map() && value.as_map()->size() == 1;
        if (!literal && stands_in) {
            return true;
        }
        return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
            return is_kind(value, kind);
        });
    }

    [[nodiscard]] std::string wanted() const {
        std::string out;
        for (std::string_view kind : kinds) {
            const std::string_view article = kind == "integer"               ? "an "
                                             : kind.starts_with(choice_mark) ? ""
                                                                             : "a ";
            const std::string noun =
                kind.starts_with(choice_mark)
                    ? base::replace_all(kind.substr(choice_mark.size()), "|", " or ")
                    : std::string(noun_of(kind));
            out += fmt::format("{}{}{}", out.empty() ? "" : " or ", article, noun);
        }
        return out;
    }
};

std::string unknown_hint(std::string_view name, const Map& list) {
    std::vector<std::string_view> names;
    names.reserve(list.size());
    for (const data::Entry& entry : list) {
        if (entry.key != open_list) {
            names.push_back(entry.key);
        }
    }
    const std::string_view near = base::nearest(name, names);
    return base::did_you_mean(near, fmt::format("remove {}", name));
}

} // namespace

bool PropertyLists::has(std::string_view name) {
    return embedded(fmt::format("properties/{}.json", name)).has_value();
}

const Map& PropertyLists::list(std::string_view name) {
    const auto found = lists_.find(name);
    if (found != lists_.end()) {
        return *found->second.as_map();
    }
    const std::string file = fmt::format("properties/{}.json", name);
    Value read = data::embedded_table(embedded(file), file);
    if (const Value* other = read.find(other_list)) {
        Map all = list(other->text());
        read.as_map()->erase(other_list);
        for (data::Entry& entry : *read.as_map()) {
            all.set(std::move(entry));
        }
        read = std::move(all);
    }
    return *lists_.emplace(name, std::move(read)).first->second.as_map();
}

bool Properties::check(std::string_view list_name) const {
    const Map& list = context().property_lists().list(list_name);
    const bool open = list.contains(open_list);
    bool good = true;
    for (const data::Entry& entry : map()) {
        const Value* words = entry.key == open_list ? nullptr : list.find(entry.key);
        if (words == nullptr) {
            good = good && open;
            Value place;
            place.set_where(entry.key_where);
            report(
                open ? base::Severity::warning : base::Severity::error,
                &place,
                entry.key,
                open ? fmt::format("nobody reads the property {}", entry.key)
                     : fmt::format("there is no property {}", entry.key),
                unknown_hint(entry.key, list));
        } else if (!entry.value.is_null()) {
            const PropertyRule rule(words->text());
            if (rule.accepts(entry.value)) {
                continue;
            }
            if (rule.passed) {
                warning(
                    entry.key,
                    fmt::format(
                        "property {} is meant to be {}, not {}",
                        entry.key,
                        rule.wanted(),
                        data::kind_name(entry.value.kind())));
                continue;
            }
            good = false;
            wrong_kind(entry.key, rule.wanted());
        }
    }
    for (const data::Entry& entry : list) {
        if (find(entry.key) == nullptr && PropertyRule(entry.value.text()).required) {
            good = false;
            error(
                "",
                fmt::format("property {} is missing", entry.key),
                fmt::format("add {}", entry.key));
        }
    }
    return good;
}

} // namespace samara::transform
