#include "transform/core/loops.h"

#include "base/strings.h"
#include "data/accessors.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view form_hint =
    "[identifier, list of values, {key with ${identifier}: value}]";

/// What an identifier stands for in one iteration.
class Binding {
public:
    Binding(std::string_view name, std::string value)
        : name_(name), value_(std::move(value)), plain_(alphanumeric(value_)),
          full_(fmt::format("${{{}}}", name)), stripped_(fmt::format("&{{{}}}", name)) {}

    [[nodiscard]] std::string in_text(std::string_view text) const {
        std::string out = base::replace_all(text, full_, value_);
        return out.find(stripped_) == std::string::npos ? out
                                                        : base::replace_all(out, stripped_, plain_);
    }

    [[nodiscard]] Value in(const Value& value) const {
        Value out = substituted(value);
        out.set_where(value.where());
        return out;
    }

private:
    [[nodiscard]] Value substituted(const Value& value) const {
        if (const std::string* text = value.as_string()) {
            return in_text(*text);
        }
        if (const List* list = value.as_list()) {
            List out;
            for (const Value& item : *list) {
                out.push_back(in(item));
            }
            return out;
        }
        const Map* map = value.as_map();
        if (map == nullptr) {
            return value;
        }
        if (const Value* name = argument_of(value, "Ref");
            name != nullptr && name->text() == name_) {
            return value_;
        }
        Map out;
        for (const data::Entry& entry : *map) {
            out.set(data::Entry(in_text(entry.key), in(entry.value), entry.key_where));
        }
        return out;
    }

    std::string_view name_;
    std::string value_;
    std::string plain_;    ///< without what a logical id cannot have
    std::string full_;     ///< ${name}
    std::string stripped_; ///< &{name}
};

class Loops {
public:
    Loops(
        const Parameters& parameters,
        base::Diagnostics& diagnostics,
        const LoopNames& names,
        const LoopLimits& limits)
        : parameters_(parameters), diagnostics_(diagnostics), names_(names), limits_(limits) {}

    void expand(Value& value, std::size_t depth) {
        if (List* list = value.as_list()) {
            for (Value& item : *list) {
                expand(item, depth);
            }
            return;
        }
        Map* map = value.as_map();
        if (map == nullptr) {
            return;
        }
        const bool loops = std::any_of(map->begin(), map->end(), [](const data::Entry& entry) {
            return entry.key.starts_with(loop_prefix);
        });
        if (!loops) {
            for (data::Entry& entry : *map) {
                expand(entry.value, depth);
            }
            return;
        }
        Map out;
        for (data::Entry& entry : *map) {
            if (entry.key.starts_with(loop_prefix)) {
                expand_loop(entry, depth + 1, out);
            } else {
                expand(entry.value, depth);
                add(out, std::move(entry));
            }
        }
        *map = std::move(out);
    }

private:
    void error(const base::Location& where, std::string message, std::string_view hint = {}) {
        base::Error error;
        error.message = std::move(message);
        error.hint = hint;
        error.where = where;
        diagnostics_.push_back({base::Severity::error, std::move(error)});
    }

    void add(Map& out, data::Entry entry) {
        if (out.contains(entry.key)) {
            error(
                entry.key_where,
                fmt::format("{} is there already", entry.key),
                "make the key differ in every iteration");
            return;
        }
        out.set(std::move(entry));
    }

    void expand_loop(const data::Entry& loop, std::size_t depth, Map& out) {
        const std::string_view name = std::string_view(loop.key).substr(loop_prefix.size());
        const List* parts = loop.value.as_list();
        if (!name.starts_with("::") || name.size() < 3 ||
            alphanumeric(name.substr(2)) != name.substr(2)) {
            error(
                loop.key_where,
                "a loop needs a name of letters and digits",
                "e.g. Fn::ForEach::Topics");
            return;
        }
        if (parts == nullptr || parts->size() != 3 || !(*parts)[0].is_string() ||
            (*parts)[0].text().empty() || !(*parts)[2].is_map()) {
            error(loop.key_where, "Fn::ForEach takes a list of three", form_hint);
            return;
        }
        if (!check_names(loop, name.substr(2), (*parts)[0].text())) {
            return;
        }
        if (depth > limits_.depth) {
            error(
                loop.key_where,
                fmt::format("loops are nested deeper than {}", limits_.depth),
                "unroll one of them");
            return;
        }
        const auto values = collection((*parts)[1], loop.key_where);
        if (!values) {
            return;
        }
        identifiers_.emplace_back((*parts)[0].text());
        iterate(loop, *parts, *values, depth, out);
        identifiers_.pop_back();
    }

    /// Whether the loop and its identifier are called like nothing else.
    bool check_names(const data::Entry& loop, std::string_view name, std::string_view identifier) {
        for (const std::string_view own : {name, identifier}) {
            if (names_.taken.contains(own)) {
                error(
                    loop.key_where,
                    fmt::format("{} is the name of a parameter or a resource", own),
                    "give the loop and its identifier names of their own");
                return false;
            }
        }
        if (std::find(identifiers_.begin(), identifiers_.end(), identifier) != identifiers_.end()) {
            error(
                loop.key_where,
                fmt::format("{} is the identifier of a loop around this one", identifier),
                "give each loop an identifier of its own");
            return false;
        }
        return true;
    }

    void iterate(
        const data::Entry& loop,
        const List& parts,
        const std::vector<std::string>& values,
        std::size_t depth,
        Map& out) {
        for (const std::string& value : values) {
            if (++iterations_ > limits_.iterations) {
                if (iterations_ == limits_.iterations + 1) {
                    error(
                        loop.key_where,
                        fmt::format("loops make more than {} iterations", limits_.iterations));
                }
                return;
            }
            Value body = Binding(parts[0].text(), value).in(parts[2]);
            expand(body, depth);
            for (data::Entry& entry : *body.as_map()) {
                add(out, std::move(entry));
            }
        }
    }

    /// The values that a loop runs over; nothing after an error.
    std::optional<std::vector<std::string>>
    collection(const Value& given, const base::Location& loop) {
        const base::Location& where = given.where().known() ? given.where() : loop;
        if (const Value* parameter = argument_of(given, "Ref");
            parameter != nullptr && names_.secret.contains(parameter->text())) {
            error(
                where,
                fmt::format("a loop cannot run over {}, which has NoEcho", parameter->text()),
                "its values would show in the names of resources");
            return std::nullopt;
        }
        const Value resolved = parameters_.resolve(given);
        std::vector<std::string> out;
        if (const std::string* text = resolved.as_string(); text != nullptr && !given.is_string()) {
            for (const std::string_view piece : base::split(*text, ',')) {
                out.emplace_back(base::trim(piece));
            }
        } else if (const List* list = resolved.as_list()) {
            for (const Value& item : *list) {
                if (item.is_list() || item.is_map() || item.is_null()) {
                    error(
                        item.where().known() ? item.where() : where,
                        "a loop runs over texts",
                        "a value that is known before the deployment");
                    return std::nullopt;
                }
                out.push_back(item.is_string() ? *item.as_string() : data::scalar_text(item));
            }
        } else {
            error(
                where,
                "a loop runs over a list that is known before the deployment",
                "a list, or a Ref to a parameter of type CommaDelimitedList with a value");
            return std::nullopt;
        }
        if (out.size() > limits_.items) {
            error(
                where,
                fmt::format(
                    "a loop runs over at most {} values, not {}", limits_.items, out.size()));
            return std::nullopt;
        }
        return out;
    }

    const Parameters& parameters_;
    base::Diagnostics& diagnostics_;
    const LoopNames& names_;
    const LoopLimits& limits_;
    std::size_t iterations_ = 0;
    std::vector<std::string> identifiers_; ///< of the loops around
};

} // namespace

LoopNames::LoopNames(const Map& document) {
    for (const char* section : {"Parameters", "Resources"}) {
        for (const data::Entry& member : data::members_of(document.find(section))) {
            taken.insert(member.key);
            const Value* hidden = member.value.find("NoEcho");
            if (hidden != nullptr && base::to_lower(data::scalar_text(*hidden)) == "true") {
                secret.insert(member.key);
            }
        }
    }
}

void expand_loops(
    Value& value,
    const Parameters& parameters,
    base::Diagnostics& diagnostics,
    const LoopNames& names,
    const LoopLimits& limits) {
    Loops(parameters, diagnostics, names, limits).expand(value, 0);
}

} // namespace samara::transform
