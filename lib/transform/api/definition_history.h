#pragma once

#include "data/value.h"
#include "transform/api/python_order.h"

#include <cstdint>
#include <string_view>

/// When the members of an API's definition were added: the ids of deployments depend on it.
namespace samara::transform {

/// How often AWS's transform has copied an API's definition: once before and once after each edit
/// of it. A copy is what reorders Python 2's hash tables, so members are stamped with this count
/// when they are added (data::MemberOrigin) or removed.
class DefinitionHistory {
public:
    [[nodiscard]] std::uint32_t now() const { return copies_; }

    [[nodiscard]] bool is_edited() const { return last_edit_ > 1; }

    /// The count in the midst of the last edit; of a definition of the template, at its beginning.
    [[nodiscard]] std::uint32_t last_edit() const { return last_edit_; }

    /// An edit that changes no member.
    void copy() { copies_ += 2; }

    /// One edit: `change()` happens between two copies. Gives what it gives.
    template <class Change>
    auto edit(Change&& change) {
        last_edit_ = ++copies_;
        auto result = change();
        ++copies_;
        return result;
    }

private:
    std::uint32_t copies_ = 1;
    std::uint32_t last_edit_ = 1;
};

/// Stamps every member below that has no stamp.
void stamp(data::Value& value, std::uint32_t added);
void stamp(data::Map& map, std::uint32_t added);

/// Stamps the members of this map only.
void stamp_members(data::Map& map, std::uint32_t added);

/// At the end of an edit: stamps the definition's new members; the security schemes come last.
void close_edit(data::Map& definition, std::uint32_t now);

/// Makes a member null, and remembers when: it holds its slot until the next copy.
void remove_member(data::Map& map, std::string_view key, std::uint32_t removed);

/// The member `key` in order to write it; one that was removed comes back as a new one.
data::Value& member(data::Map& map, std::string_view key);

/// Drops what remove_member left, at any depth.
void drop_removed_members(data::Value& definition);

} // namespace samara::transform
