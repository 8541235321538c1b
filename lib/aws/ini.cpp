#include "aws/ini.h"

#include "base/strings.h"

#include <algorithm>

namespace samara::aws {

namespace {

// The last one that `matches`: later ones win, as in AWS's tools.
template <typename Items, typename Matches>
auto find_last(const Items& items, Matches matches) {
    const auto found = std::find_if(items.rbegin(), items.rend(), matches);
    return found == items.rend() ? nullptr : &*found;
}

} // namespace

const std::string* IniEntry::find(std::string_view nested_key) const {
    const IniEntry* entry =
        find_last(nested, [&](const IniEntry& candidate) { return candidate.key == nested_key; });
    return entry == nullptr ? nullptr : &entry->value;
}

const IniEntry* IniSection::find_entry(std::string_view key) const {
    return find_last(entries, [&](const IniEntry& candidate) { return candidate.key == key; });
}

const std::string* IniSection::find(std::string_view key) const {
    const IniEntry* entry = find_entry(key);
    return entry == nullptr ? nullptr : &entry->value;
}

const IniSection* Ini::find(std::string_view name) const {
    return find_last(sections, [&](const IniSection& section) { return section.name == name; });
}

Ini parse_ini(std::string_view text) {
    Ini ini;
    std::uint32_t number = 0;
    for (const std::string_view raw : base::split(text, '\n')) {
        ++number;
        const std::string_view line = base::trim(raw);
        if (line.empty() || line.front() == '#' || line.front() == ';') {
            continue;
        }
        if (const std::size_t end = line.find(']');
            line.front() == '[' && end != std::string_view::npos) {
            ini.sections.push_back({std::string(base::trim(line.substr(1, end - 1))), number, {}});
            continue;
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos || ini.sections.empty()) {
            ini.unreadable.push_back(number);
            continue;
        }
        std::vector<IniEntry>& entries = ini.sections.back().entries;
        const bool nested = (raw.front() == ' ' || raw.front() == '\t') && !entries.empty() &&
                            entries.back().value.empty();
        (nested ? entries.back().nested : entries)
            .push_back(
                {base::to_lower(base::trim(line.substr(0, equals))),
                 std::string(base::trim(line.substr(equals + 1))),
                 number});
    }
    return ini;
}

} // namespace samara::aws
