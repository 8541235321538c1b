#pragma once

#include "vtl/tree.h"
#include "vtl/work.h"

namespace samara::vtl {

/// Arithmetic and comparison; null where Velocity has no result (a text times a number, a division
/// of whole numbers by zero).
Value apply(Operator operation, const Value& left, const Value& right, Work& work);

/// Numbers by value, all else by kind and content; of two kinds their texts are compared.
bool is_equal(const Value& left, const Value& right, Work& work);

/// [first..last], downwards too; null unless both are whole numbers.
Value make_range(const Value& first, const Value& last, Work& work);

} // namespace samara::vtl
