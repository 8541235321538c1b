#include "transform/api/python_order.h"

#include "base/strings.h"

#include <algorithm>

namespace samara::transform {
namespace {

using data::Map;

/// hash() of a text in a 64-bit Python 2.
std::uint64_t hash_of(std::string_view text) {
    const std::vector<std::uint32_t> points = base::code_points(text);
    if (points.empty()) {
        return 0;
    }
    std::uint64_t hash = static_cast<std::uint64_t>(points.front()) << 7U;
    for (const std::uint32_t point : points) {
        hash = (hash * 1000003U) ^ point;
    }
    hash ^= points.size();
    return hash == ~std::uint64_t{0} ? hash - 1 : hash;
}

/// The slots of a Python 2 dict: open addressing, probed with the hash's higher bits mixed in.
class HashTable {
public:
    void insert(const data::Entry& entry) {
        // A merge makes room for all that comes first, and less of it than single insertions do.
        if (entry.key_where.entrance == data::MemberOrigin::Entrance::merged &&
            (filled_ + 1) * 3 >= slots_.size() * 2) {
            resize((used_ + 1) * 2);
        }
        insert({&entry, hash_of(entry.key)});
    }

    /// The slot stays taken, by nobody.
    void remove(const data::Entry& entry) {
        for (Slot& slot : slots_) {
            if (slot.entry == &entry) {
                slot.entry = nullptr;
                slot.abandoned = true;
                --used_;
            }
        }
    }

    /// As it is when copied so often, each time entry by entry in the order of the slots, which
    /// swaps entries that want the same one.
    void copy(std::uint32_t times) {
        if (times == 0) {
            return;
        }
        HashTable before = *this;
        for (std::uint32_t done = 0; done < times; ++done) {
            HashTable next;
            for (const Slot& slot : slots_) {
                if (slot.entry != nullptr) {
                    next.insert(slot);
                }
            }
            std::swap(slots_, next.slots_);
            used_ = next.used_;
            filled_ = next.filled_;
            // Copies settle on two orders that alternate.
            if (done % 2 == 1) {
                if (same_order(before)) {
                    times = done + 1 + (times - done - 1) % 2;
                }
                before = *this;
            }
        }
    }

    /// Room for so many more, as a merge makes it.
    void reserve(std::size_t more) {
        if ((filled_ + more) * 3 >= slots_.size() * 2) {
            resize((used_ + more) * 2);
        }
    }

    [[nodiscard]] std::size_t size() const { return used_; }

    template <class Visit>
    void each(Visit&& visit) const {
        for (const Slot& slot : slots_) {
            if (slot.entry != nullptr) {
                visit(*slot.entry);
            }
        }
    }

private:
    struct Slot {
        const data::Entry* entry = nullptr;
        std::uint64_t hash = 0;
        bool abandoned = false;
    };

    void insert(const Slot& slot) {
        place(slot);
        ++used_;
        ++filled_;
        if (filled_ * 3 >= slots_.size() * 2) {
            constexpr std::size_t large = 50000;
            resize(used_ * (used_ > large ? 2 : 4));
        }
    }

    void place(const Slot& slot) {
        const std::uint64_t mask = slots_.size() - 1;
        std::uint64_t at = slot.hash;
        for (std::uint64_t perturb = slot.hash;
             slots_[at & mask].entry != nullptr || slots_[at & mask].abandoned;
             perturb >>= 5U) {
            at = at * 5 + perturb + 1;
        }
        slots_[at & mask] = slot;
    }

    void resize(std::size_t wanted) {
        std::size_t size = 8;
        while (size <= wanted) {
            size *= 2;
        }
        std::vector<Slot> old(size);
        old.swap(slots_);
        filled_ = used_;
        for (const Slot& slot : old) {
            if (slot.entry != nullptr) {
                place(slot);
            }
        }
    }

    [[nodiscard]] bool same_order(const HashTable& other) const {
        return std::equal(
            slots_.begin(),
            slots_.end(),
            other.slots_.begin(),
            other.slots_.end(),
            [](const Slot& a, const Slot& b) { return a.entry == b.entry; });
    }

    std::vector<Slot> slots_ = std::vector<Slot>(8);
    std::size_t used_ = 0;
    std::size_t filled_ = 0; ///< used or abandoned
};

/// Past this size an even number of copies is taken for none, and for two at the end: that is what
/// they come to once they have settled. Each of a thousand paths would else copy all before it.
constexpr std::size_t large_map = 128;

/// A map at the end of its history. Its members were added after as many copies as they are stamped
/// with, or `since`; `now` have been made.
HashTable table_of(const Map& map, std::uint32_t since, std::uint32_t now) {
    HashTable table;
    std::uint32_t at = since;
    std::vector<const data::Entry*> leaving;
    // What is added and removed between the same copies is added first.
    const auto remove_leaving = [&] {
        leaving.erase(
            std::remove_if(
                leaving.begin(),
                leaving.end(),
                [&](const data::Entry* entry) {
                    const bool leaves = entry->key_where.removed <= at;
                    if (leaves) {
                        table.remove(*entry);
                    }
                    return leaves;
                }),
            leaving.end());
    };
    const auto advance = [&](std::uint32_t to) {
        while (at < to) {
            remove_leaving();
            std::uint32_t next = to;
            for (const data::Entry* entry : leaving) {
                next = std::min(next, entry->key_where.removed);
            }
            std::uint32_t copies = next - at;
            if (table.size() > large_map) {
                copies = copies % 2 + (to == now ? std::min(copies, 2U) : 0);
            }
            table.copy(copies);
            at = next;
        }
    };
    if (!map.empty() && map.begin()->key_where.added != 0) {
        at = map.begin()->key_where.added; // a map that was moved is older than its place
    }
    for (const data::Entry& entry : map) {
        advance(entry.key_where.added);
        table.insert(entry);
        if (entry.key_where.removed != 0) {
            leaving.push_back(&entry);
        }
    }
    advance(now);
    for (const data::Entry* entry : leaving) {
        table.remove(*entry);
    }
    return table;
}

} // namespace

std::vector<const data::Entry*>
in_python_order(const Map& map, std::uint32_t now, std::uint32_t since) {
    std::vector<const data::Entry*> members;
    members.reserve(map.size());
    const bool ordered =
        !map.empty() && map.begin()->key_where.entrance == data::MemberOrigin::Entrance::ordered;
    if (!ordered) {
        table_of(map, since, now).each([&](const data::Entry& entry) {
            members.push_back(&entry);
        });
        return members;
    }
    for (const data::Entry& entry : map) {
        if (entry.key_where.removed == 0) {
            members.push_back(&entry);
        }
    }
    return members;
}

std::vector<const data::Entry*>
in_python_order_updated(const Map& map, const std::vector<std::size_t>& updates) {
    HashTable table = table_of(map, 0, 0);
    for (const std::size_t incoming : updates) {
        if (incoming != 0) {
            table.reserve(incoming);
        }
    }
    std::vector<const data::Entry*> members;
    table.each([&](const data::Entry& entry) { members.push_back(&entry); });
    return members;
}

std::vector<const data::Entry*> in_python_order_merged(const Map& global, const Map& merged) {
    HashTable table;
    table.reserve(global.size());
    table_of(global, 0, 0).each([&](const data::Entry& entry) { table.insert(entry); });
    for (const data::Entry& entry : merged) {
        if (!global.contains(entry.key)) {
            table.insert(entry);
        }
    }
    std::vector<const data::Entry*> members;
    table.each([&](const data::Entry& entry) { members.push_back(merged.find_entry(entry.key)); });
    return members;
}

} // namespace samara::transform
