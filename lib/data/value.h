#pragma once

#include "base/error.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// YAML and JSON as one tree that remembers where each node was written.
namespace samara::data {

class Value;
struct Entry;

using List = std::vector<Value>;

/// String keys to values in the order they were added. Look-up is constant time; keys are unique.
class Map {
public:
    using iterator = std::vector<Entry>::iterator;
    using const_iterator = std::vector<Entry>::const_iterator;

    Map();
    Map(std::initializer_list<Entry> entries);
    Map(const Map&);
    Map(Map&&) noexcept;
    Map& operator=(const Map&);
    Map& operator=(Map&&) noexcept;
    ~Map();

    [[nodiscard]] bool empty() const;
    [[nodiscard]] std::size_t size() const;

    [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }

    /// The value of `key`, or nullptr. Pointers live until the map is changed.
    [[nodiscard]] const Value* find(std::string_view key) const;
    [[nodiscard]] Value* find(std::string_view key);
    [[nodiscard]] const Entry* find_entry(std::string_view key) const;
    [[nodiscard]] Entry* find_entry(std::string_view key);

    /// The value of `key`, added as null at the end when it is not there.
    Value& operator[](std::string_view key);

    /// Sets `key`; a key that is there keeps its place in the order and its steps.
    Value& set(std::string_view key, Value value);
    Value& set(Entry entry);

    /// Whether something was removed. Linear.
    bool erase(std::string_view key);

    iterator begin();
    iterator end();
    [[nodiscard]] const_iterator begin() const;
    [[nodiscard]] const_iterator end() const;

    /// Same keys with the same values; the order does not count.
    friend bool operator==(const Map& a, const Map& b);

private:
    [[nodiscard]] std::size_t index_of(std::string_view key) const;
    void index_last();
    void rebuild_index();

    std::vector<Entry> entries_;
    std::vector<std::uint32_t> index_; // open addressing, position + 1; empty for small maps
};

/// One node. Copying copies the whole tree below.
class Value {
public:
    enum class Kind : std::uint8_t { null, boolean, integer, number, string, list, map };

    Value() = default;

    Value(std::nullptr_t) {} // NOLINT(google-explicit-constructor)

    Value(bool value) : node_(value) {} // NOLINT(google-explicit-constructor)

    Value(int value)
        : node_(static_cast<std::int64_t>(value)) {} // NOLINT(google-explicit-constructor)

    Value(std::int64_t value) : node_(value) {} // NOLINT(google-explicit-constructor)

    Value(double value) : node_(value) {} // NOLINT(google-explicit-constructor)

    Value(const char* value) : node_(std::string(value)) {} // NOLINT(google-explicit-constructor)

    Value(std::string_view value)
        : node_(std::string(value)) {} // NOLINT(google-explicit-constructor)

    Value(std::string value) : node_(std::move(value)) {} // NOLINT(google-explicit-constructor)

    Value(List value) : node_(std::move(value)) {} // NOLINT(google-explicit-constructor)

    Value(Map value) : node_(std::move(value)) {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] Kind kind() const { return static_cast<Kind>(node_.index()); }

    [[nodiscard]] bool is_null() const { return kind() == Kind::null; }

    [[nodiscard]] bool is_boolean() const { return kind() == Kind::boolean; }

    [[nodiscard]] bool is_integer() const { return kind() == Kind::integer; }

    /// Integer or floating point.
    [[nodiscard]] bool is_numeric() const { return is_integer() || kind() == Kind::number; }

    [[nodiscard]] bool is_string() const { return kind() == Kind::string; }

    [[nodiscard]] bool is_list() const { return kind() == Kind::list; }

    [[nodiscard]] bool is_map() const { return kind() == Kind::map; }

    /// The content when the node is of that kind, else nullptr.
    [[nodiscard]] const bool* as_boolean() const { return std::get_if<bool>(&node_); }

    [[nodiscard]] const std::int64_t* as_integer() const {
        return std::get_if<std::int64_t>(&node_);
    }

    [[nodiscard]] const double* as_number() const { return std::get_if<double>(&node_); }

    [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&node_); }

    [[nodiscard]] const List* as_list() const { return std::get_if<List>(&node_); }

    [[nodiscard]] const Map* as_map() const { return std::get_if<Map>(&node_); }

    [[nodiscard]] std::string* as_string() { return std::get_if<std::string>(&node_); }

    [[nodiscard]] List* as_list() { return std::get_if<List>(&node_); }

    [[nodiscard]] Map* as_map() { return std::get_if<Map>(&node_); }

    /// The member `key` of a map; nullptr when it is not there or this is no map.
    [[nodiscard]] const Value* find(std::string_view key) const;
    [[nodiscard]] Value* find(std::string_view key);

    /// The text of a string node, else empty.
    [[nodiscard]] std::string_view text() const;

    /// Where the node was written; unknown for nodes that the program made.
    [[nodiscard]] const base::Location& where() const { return where_; }

    void set_where(base::Location where) { where_ = std::move(where); }

    /// Equal content; places do not count, 1 equals 1.0.
    friend bool operator==(const Value& a, const Value& b);

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> node_;
    base::Location where_;
};

/// Where a member was written. For those who edit a document in steps and must know them also when:
/// the step that added it, and the one that removed it and left it as null, 0: none.
struct MemberOrigin {
    MemberOrigin(base::Location where = {}) // NOLINT(google-explicit-constructor)
        : place(std::move(where)) {}

    operator const base::Location&() const { // NOLINT(google-explicit-constructor)
        return place;
    }

    [[nodiscard]] bool known() const { return place.known(); }

    base::Location place;
    std::uint32_t added = 0;
    std::uint32_t removed = 0;
    /// How it came into its map: alone, with a map that was merged into it, or into one that keeps
    /// the order of its members for ever.
    enum class Entrance : std::uint8_t { alone, merged, ordered } entrance = Entrance::alone;
};

/// A member of a Map, with the place of its key.
struct Entry {
    Entry(std::string name, Value content, base::Location place = {});

    std::string key;
    Value value;
    MemberOrigin key_where;
};

/// "null", "a boolean", "a number", "a string", "a list", "a map": for messages.
std::string_view kind_name(Value::Kind kind);

/// A scalar as CloudFormation writes it when it becomes part of a text: 1, 1.5, true. Nothing for
/// null, lists and maps.
std::string scalar_text(const Value& scalar);

} // namespace samara::data
