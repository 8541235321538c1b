#include "data/nul.h"

#include <fmt/format.h>

namespace samara::data {

namespace {

std::string below(std::string_view path, std::string_view key) {
    // A key is shown as far as it is text.
    const std::string_view name = key.substr(0, key.find('\0'));
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::optional<NulText> find(const Value& value, const std::string& path) {
    if (const std::string* text = value.as_string()) {
        return text->find('\0') == std::string::npos ? std::nullopt
                                                     : std::optional(NulText{path, value.where()});
    }
    if (const List* list = value.as_list()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            if (auto found = find((*list)[i], fmt::format("{}[{}]", path, i))) {
                return found;
            }
        }
    }
    if (const Map* map = value.as_map()) {
        for (const Entry& entry : *map) {
            if (entry.key.find('\0') != std::string::npos) {
                return NulText{below(path, entry.key), entry.key_where};
            }
            if (auto found = find(entry.value, below(path, entry.key))) {
                return found;
            }
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<NulText> find_nul(const Value& tree) {
    return find(tree, {});
}

} // namespace samara::data
