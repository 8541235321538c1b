#include "cloud/deploy/dry_run.h"

#include "cloud/deploy/stateful.h"
#include "data/accessors.h"
#include "data/write.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace samara::cloud {

namespace {

// Of a value that is shown: a body of an API would fill the screen.
constexpr std::size_t longest = 100;

std::string shown(const data::Value& value) {
    std::string text = value.is_string() ? std::string(value.text()) : data::write_json(value);
    if (text.size() > longest) {
        std::size_t end = longest;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        text = text.substr(0, end) + " ...";
    }
    return text;
}

void compare(
    const std::string& path,
    const data::Value& before,
    const data::Value& after,
    std::vector<PlannedChange::Detail>& details) {
    if (before == after) {
        return;
    }
    const data::Map* old_map = before.as_map();
    const data::Map* new_map = after.as_map();
    const data::List* old_list = before.as_list();
    const data::List* new_list = after.as_list();
    const auto below = [&](const std::string& key) {
        return path.empty() ? key : path + "." + key;
    };
    if (old_map != nullptr && new_map != nullptr) {
        for (const data::Entry& entry : *new_map) {
            if (const data::Value* old = old_map->find(entry.key)) {
                compare(below(entry.key), *old, entry.value, details);
            } else {
                details.push_back({below(entry.key), {}, shown(entry.value)});
            }
        }
        for (const data::Entry& entry : *old_map) {
            if (!new_map->contains(entry.key)) {
                details.push_back({below(entry.key), shown(entry.value), {}});
            }
        }
    } else if (old_list != nullptr && new_list != nullptr && old_list->size() == new_list->size()) {
        for (std::size_t i = 0; i < new_list->size(); ++i) {
            compare(fmt::format("{}[{}]", path, i), (*old_list)[i], (*new_list)[i], details);
        }
    } else {
        details.push_back({path, shown(before), shown(after)});
    }
}

// SamResourceId and the like are of the tools that write templates.
data::Value without_own_metadata(const data::Value& resource) {
    data::Value copy = resource;
    data::Value* metadata = copy.find("Metadata");
    if (metadata != nullptr && metadata->is_map()) {
        metadata->as_map()->erase("SamResourceId");
        if (metadata->as_map()->empty()) {
            copy.as_map()->erase("Metadata");
        }
    }
    return copy;
}

} // namespace

std::vector<PlannedChange> compare_templates(const data::Value& before, const data::Value& after) {
    constexpr std::array<const char*, 4> sections{
        "Parameters", "Conditions", "Resources", "Outputs"};
    using Kind = PlannedChange::Kind;
    std::vector<PlannedChange> changes;
    for (const char* section : sections) {
        const data::Map& old = data::members_of(before.find(section));
        const data::Map& fresh = data::members_of(after.find(section));
        const auto add = [&](Kind kind, const data::Entry& entry) -> PlannedChange& {
            PlannedChange change;
            change.kind = kind;
            change.section = section;
            change.logical_id = entry.key;
            if (change.section == "Resources") {
                change.type = data::text_of(entry.value.find("Type"));
                change.holds_data = holds_data(change.type);
            }
            changes.push_back(std::move(change));
            return changes.back();
        };
        for (const data::Entry& entry : fresh) {
            const data::Value* was = old.find(entry.key);
            if (was == nullptr) {
                add(Kind::add, entry);
                continue;
            }
            std::vector<PlannedChange::Detail> details;
            compare({}, without_own_metadata(*was), without_own_metadata(entry.value), details);
            if (!details.empty()) {
                add(Kind::modify, entry).details = std::move(details);
            }
        }
        for (const data::Entry& entry : old) {
            if (!fresh.contains(entry.key)) {
                add(Kind::remove, entry);
            }
        }
    }
    return changes;
}

} // namespace samara::cloud
