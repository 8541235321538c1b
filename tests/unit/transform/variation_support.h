#pragma once

#include "data/value.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

/// Variations of templates at random: the same seed gives the same variation on every machine.
namespace samara::transform::test {

/// Changes a template step by step, the way users do: a property is added from the property lists,
/// dropped, given another kind or an intrinsic function, moved to Globals; a resource gets an
/// attribute.
class Variation {
public:
    explicit Variation(std::uint32_t seed) : random_(seed) {}

    /// One change. What it was, for messages.
    std::string apply(data::Value& document);

private:
    std::size_t below(std::size_t limit);
    data::Value any_value();
    data::Value of_kind(std::string_view words);
    data::Entry* any_resource(data::Value& document, bool sam);
    /// A map somewhere below `value`, with at least one member.
    data::Map* any_map(data::Value& value);

    std::string drop(data::Value& document);
    std::string retype(data::Value& document);
    std::string wrap(data::Value& document);
    std::string graft(data::Value& document);
    std::string hoist(data::Value& document);
    std::string attribute(data::Value& document);

    std::mt19937 random_; // its sequence is the standard's; std::uniform_int_distribution's is not
};

} // namespace samara::transform::test
