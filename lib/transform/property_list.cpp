#include "transform/property_list.h"

#include "base/strings.h"
#include "data/read.h"
#include "samara_transform_files.h"
#include "transform/intrinsics.h"
#include "transform/resource.h"

#include <cassert>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

/// The words of one property.
struct PropertyRule {
    std::vector<std::string_view> kinds;
    bool required = false;
    bool literal = false;

    explicit PropertyRule(std::string_view words) {
        for (std::string_view word : base::split(words, ' ')) {
            if (word == "required") {
                required = true;
            } else if (word == "literal") {
                literal = true;
            } else {
                kinds.push_back(word);
            }
        }
    }

    [[nodiscard]] bool accepts(const Value& value) const {
        if (!literal && is_intrinsic(value)) {
            return true;
        }
        return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
            return kind == "any" || (kind == "string" && value.is_string()) ||
                   (kind == "integer" && (value.is_integer() || value.is_boolean())) ||
                   (kind == "number" && value.is_numeric()) ||
                   (kind == "scalar" &&
                    (value.is_string() || value.is_numeric() || value.is_boolean())) ||
                   (kind == "boolean" && value.is_boolean()) ||
                   (kind == "list" && value.is_list()) || (kind == "map" && value.is_map());
        });
    }

    [[nodiscard]] std::string wanted() const {
        std::string out;
        for (std::string_view kind : kinds) {
            const std::string_view article = kind == "integer" ? "an " : "a ";
            const std::string_view noun = kind == "scalar" ? "string or number" : kind;
            out += fmt::format("{}{}{}", out.empty() ? "" : " or ", article, noun);
        }
        return out;
    }
};

std::string unknown_hint(std::string_view name, const Map& list) {
    std::vector<std::string_view> names;
    names.reserve(list.size());
    for (const data::Entry& entry : list) {
        names.push_back(entry.key);
    }
    const std::string_view near = base::nearest(name, names);
    return near.empty() ? fmt::format("remove {}", name) : fmt::format("did you mean {}?", near);
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
    const auto bytes = embedded(fmt::format("properties/{}.json", name));
    assert(bytes.has_value());
    base::Result<Value> read = data::read_json(*bytes, name);
    assert(read.has_value() && read->is_map());
    return *lists_.emplace(name, std::move(*read)).first->second.as_map();
}

bool Properties::check(std::string_view list_name) const {
    const Map& list = context().state<PropertyLists>().list(list_name);
    bool good = true;
    for (const data::Entry& entry : map()) {
        const Value* words = list.find(entry.key);
        if (words == nullptr) {
            good = false;
            base::Location where = entry.key_where;
            Value place;
            place.set_where(where);
            error_at(
                place,
                entry.key,
                fmt::format("there is no property {}", entry.key),
                unknown_hint(entry.key, list));
        } else if (!entry.value.is_null()) {
            const PropertyRule rule(words->text());
            if (!rule.accepts(entry.value)) {
                good = false;
                wrong_kind(entry.key, rule.wanted());
            }
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
