#include "transform/core/conditions.h"

#include "transform/core/intrinsics.h"

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;

std::string
negated_condition(Context& context, std::string_view condition, std::string_view suffix) {
    std::string name = fmt::format("NOT{}{}", condition, suffix);
    context.conditions().set(name, Map{{"Fn::Not", List{make_condition(condition)}}});
    return name;
}

std::string both_conditions(
    Context& context, std::string_view first, std::string_view second, std::string_view suffix) {
    std::string name = fmt::format("{}AND{}{}", first, second, suffix);
    // The reference is doubled in what AWS's transform generates.
    const auto doubled = [](std::string_view condition) {
        return Map{{"Condition", make_condition(condition)}};
    };
    context.conditions().set(name, Map{{"Fn::And", List{doubled(first), doubled(second)}}});
    return name;
}

} // namespace samara::transform
