#pragma once

#include "vtl/work.h"

#include <string_view>

/// The methods of Java's classes that mapping templates call. What a class has not is null, so that
/// the reference is printed as it was written; what Java would throw fails the work.
namespace samara::vtl {

/// "$value.name": a member of a map, or what its getter returns.
Value property_of(const Value& value, std::string_view name, Work& work);

Value call_method(const Value& value, std::string_view name, const Values& arguments, Work& work);

// One a class.
Value call_text(
    const std::string& text, std::string_view name, const Values& arguments, Work& work);
Value call_list(List& list, std::string_view name, const Values& arguments, Work& work);
Value call_map(Map& map, std::string_view name, const Values& arguments, Work& work);
Value call_number(const Value& number, std::string_view name, const Values& arguments, Work& work);

/// Methods of every object: equals, toString, hashCode.
Value call_object(const Value& value, std::string_view name, const Values& arguments, Work& work);

/// A method of one class: by name and number of arguments.
template <class Receiver>
struct Method {
    std::string_view name;
    std::size_t arguments;
    Value (*call)(Receiver& receiver, const Values& arguments, Work& work);
};

/// The method of a table, else that of every object.
template <class Receiver, class Table>
Value call_row(
    const Table& table,
    Receiver& receiver,
    std::string_view name,
    const Values& arguments,
    Work& work) {
    for (const auto& method : table) {
        if (method.name == name && method.arguments == arguments.size()) {
            return method.call(receiver, arguments, work);
        }
    }
    return call_object(&receiver, name, arguments, work);
}

} // namespace samara::vtl
