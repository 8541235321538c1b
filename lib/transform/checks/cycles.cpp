#include "transform/checks/cycles.h"

#include "data/walk.h"
#include "transform/checks/reference_walk.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

// Ten times what CloudFormation takes in a template; a chain of more would be a deep recursion.
constexpr std::size_t most_members = 5000;

using Edges = std::map<std::string_view, std::vector<std::string_view>>;

/// The strongly connected components of a graph that are circles (Tarjan's algorithm).
class Circles {
public:
    explicit Circles(const Edges& edges) : edges_(edges) {}

    std::vector<std::vector<std::string_view>> find() {
        for (const auto& [name, targets] : edges_) {
            if (!places_.contains(name)) {
                visit(name);
            }
        }
        return std::move(found_);
    }

private:
    struct Place {
        std::size_t number = 0; ///< in the order of visits
        std::size_t lowest = 0; ///< the first one that can be reached
        bool open = true;
    };

    Place& visit(std::string_view name) {
        Place& place = places_[name];
        place.number = place.lowest = places_.size();
        open_.push_back(name);
        bool names_itself = false;
        for (const std::string_view target : edges_.at(name)) {
            const auto known = places_.find(target);
            names_itself = names_itself || target == name;
            if (!edges_.contains(target)) {
                continue;
            }
            if (known == places_.end()) {
                place.lowest = std::min(place.lowest, visit(target).lowest);
            } else if (known->second.open) {
                place.lowest = std::min(place.lowest, known->second.number);
            }
        }
        if (place.lowest == place.number) {
            close(name, names_itself);
        }
        return place;
    }

    void close(std::string_view first, bool names_itself) {
        const auto begin = std::find(open_.begin(), open_.end(), first);
        std::vector<std::string_view> members(begin, open_.end());
        open_.erase(begin, open_.end());
        for (const std::string_view member : members) {
            places_[member].open = false;
        }
        if (members.size() > 1 || names_itself) {
            found_.push_back(std::move(members));
        }
    }

    const Edges& edges_;
    std::map<std::string_view, Place> places_;
    std::vector<std::string_view> open_;
    std::vector<std::vector<std::string_view>> found_;
};

// What stands in every case: an Fn::If may take the other branch.
Value without_choices(const Value& value) {
    if (argument_of(value, "Fn::If") != nullptr) {
        return {};
    }
    if (const List* list = value.as_list()) {
        List kept;
        std::transform(list->begin(), list->end(), std::back_inserter(kept), without_choices);
        return kept;
    }
    if (const Map* map = value.as_map()) {
        Map kept;
        for (const data::Entry& entry : *map) {
            kept.set(data::Entry(entry.key, without_choices(entry.value), entry.key_where));
        }
        return kept;
    }
    return value;
}

void add_names(const Value& value, std::vector<std::string>& names) {
    if (const List* list = value.as_list()) {
        for (const Value& item : *list) {
            add_names(item, names);
        }
    } else if (value.is_string()) {
        names.emplace_back(value.text());
    }
}

std::vector<std::string> needs_of(const Value& resource) {
    std::vector<std::string> names;
    if (resource.find("Condition") != nullptr) {
        return names;
    }
    if (const Value* depends = resource.find("DependsOn")) {
        add_names(*depends, names);
    }
    if (const Value* properties = resource.find("Properties")) {
        each_reference(without_choices(*properties), [&](std::string_view name, const Value&) {
            names.emplace_back(name);
        });
    }
    return names;
}

// {"Condition": "Name"} anywhere in it.
void add_conditions(const Value& value, std::vector<std::string>& names) {
    if (const Value* name = argument_of(value, "Condition"); name != nullptr && name->is_string()) {
        names.emplace_back(name->text());
    } else {
        data::each_child(value, [&](const Value& child) { add_conditions(child, names); });
    }
}

template <class Needs>
void check(
    const Value& document,
    const Value& transformed,
    std::string_view section,
    const Needs& needs,
    std::string_view what,
    std::string_view hint,
    base::Diagnostics& found) {
    const Value* members = transformed.find(section);
    const Value* written = document.find(section);
    if (members == nullptr || !members->is_map() || members->as_map()->size() > most_members) {
        return;
    }
    std::map<std::string_view, std::vector<std::string>> names;
    Edges edges;
    for (const data::Entry& member : *members->as_map()) {
        auto& own = names[member.key] = needs(member.value);
        edges[member.key].assign(own.begin(), own.end());
    }
    for (auto& circle : Circles(edges).find()) {
        // Where the user wrote it: what the transform puts in the place of a function has none.
        const auto place = [&](std::string_view name) {
            const Map* own = written == nullptr ? nullptr : written->as_map();
            const data::Entry* entry = own == nullptr ? nullptr : own->find_entry(name);
            entry = entry == nullptr ? members->as_map()->find_entry(name) : entry;
            return entry->key_where.place;
        };
        const auto position = [&](std::string_view name) {
            return std::pair(!place(name).known(), place(name).line);
        };
        std::sort(circle.begin(), circle.end(), [&](std::string_view a, std::string_view b) {
            return std::pair(position(a), a) < std::pair(position(b), b);
        });
        base::Error error;
        error.where = place(circle.front());
        error.message = circle.size() == 1
                            ? fmt::format("{} {} needs itself", what, circle.front())
                            : fmt::format("{}s need each other: {}", what, fmt::join(circle, ", "));
        error.hint = hint;
        found.push_back({base::Severity::error, std::move(error)});
    }
}

} // namespace

base::Diagnostics check_cycles(const Value& document, const Value& transformed) {
    base::Diagnostics found;
    check(
        document,
        transformed,
        "Conditions",
        [](const Value& condition) {
            std::vector<std::string> names;
            add_conditions(condition, names);
            return names;
        },
        "condition",
        "define one of them without the others",
        found);
    check(
        document,
        transformed,
        "Resources",
        needs_of,
        "resource",
        "CloudFormation cannot make the first of them; write a name or an ARN instead of one Ref "
        "or "
        "Fn::GetAtt, or make what connects them a resource of its own",
        found);
    return found;
}

} // namespace samara::transform
