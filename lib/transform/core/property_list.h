#pragma once

#include "data/value.h"

#include <map>
#include <string>
#include <string_view>

namespace samara::transform {

/// The property lists of schemas/transform/properties/, each parsed when it is first asked for. A
/// list is a map of property name to words: the kinds it may be (string, integer, number, boolean,
/// flag: also a boolean as text, scalar, list, strings: a list of strings, texts: one of strings
/// and maps, scalars: one of scalars and maps, map, sections: a map of maps, counts: a map of
/// integers and maps, words: a map of strings, any), `required`, `literal` where an intrinsic
/// function is not accepted, `function` where only an intrinsic function stands in for a value
/// (elsewhere AWS's transform takes every map of one member for one),
/// `=A|B` for the texts that may be given, and `passed` where AWS's transform hands on whatever is
/// written: another kind is a warning. The row "*" makes names that are not in the list a warning,
/// the row "+" names a list whose rows belong to this one too.
class PropertyLists {
public:
    /// The list must be there: names come from the program, not from users.
    const data::Map& list(std::string_view name);

    /// Whether there is a list of that name.
    [[nodiscard]] static bool has(std::string_view name);

private:
    std::map<std::string, data::Value, std::less<>> lists_;
};

} // namespace samara::transform
