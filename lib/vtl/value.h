#pragma once

#include "data/value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

/// What a mapping template computes with. Lists, maps and texts belong to the Work of one rendering
/// and are shared as Java's references are: two variables may name one list.
namespace samara::vtl {

class Work;
class Host;
struct List;
struct Map;
struct DefinedBlock;

/// One value: null, a boolean, a number, a text, a list, a map, an object of the host, or a block
/// of #define. Small; copying shares what it refers to.
using Value = std::variant<
    std::monostate,
    bool,
    std::int64_t,
    double,
    const std::string*,
    List*,
    Map*,
    Host*,
    const DefinedBlock*>;

using Values = std::vector<Value>;

struct List {
    Values items;
};

/// Keys in the order they were put in.
struct Map {
    [[nodiscard]] const Value* find(std::string_view key) const;
    void put(std::string key, Value value);
    bool remove(std::string_view key);

    std::vector<std::pair<std::string, Value>> entries;
    bool is_entry = false; ///< of entrySet(): its members are key and value
    bool is_loop = false;  ///< $foreach

private:
    std::unordered_map<std::string, std::size_t> index_;
};

/// An object that a program gives to a template: $input, $util. What it has not is null.
class Host {
public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    Host(Host&&) = delete;
    Host& operator=(Host&&) = delete;
    virtual ~Host() = default;

    virtual Value property(std::string_view name, Work& work) = 0;
    virtual Value call(std::string_view method, const Values& arguments, Work& work) = 0;
};

inline bool is_null(const Value& value) {
    return std::holds_alternative<std::monostate>(value);
}

/// The text of a text value, else nullptr.
const std::string* as_text(const Value& value);

/// Null and false are not; everything else is, an empty text and 0 too
/// (velocity.apache.org/engine/1.7/user-guide.html#conditionals).
bool is_true(const Value& value);

bool is_number(const Value& value);
double number_of(const Value& value);

/// As Java's toString() writes it: {a=1, b=[x, y]}.
std::string text_of(const Value& value, Work& work);

/// Java's Double.toString.
std::string double_text(double number);

/// A tree of JSON as values.
Value from_data(const data::Value& tree, Work& work);

/// The value as a tree of JSON; what is none (objects of the host) is null.
data::Value to_data(const Value& value, Work& work);

} // namespace samara::vtl
