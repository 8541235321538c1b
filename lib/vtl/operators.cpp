#include "vtl/operators.h"

#include <cmath>
#include <limits>

namespace samara::vtl {

namespace {

/// What the processor does with an overflow is not what anybody wants: it becomes a double.
Value whole(Operator operation, std::int64_t left, std::int64_t right) {
    std::int64_t result = 0;
    switch (operation) {
    case Operator::add:
        return __builtin_add_overflow(left, right, &result)
                   ? Value(static_cast<double>(left) + static_cast<double>(right))
                   : Value(result);
    case Operator::subtract:
        return __builtin_sub_overflow(left, right, &result)
                   ? Value(static_cast<double>(left) - static_cast<double>(right))
                   : Value(result);
    case Operator::multiply:
        return __builtin_mul_overflow(left, right, &result)
                   ? Value(static_cast<double>(left) * static_cast<double>(right))
                   : Value(result);
    case Operator::divide:
    case Operator::remainder:
        if (right == 0) {
            return {};
        }
        if (right == -1) { // the smallest number has no opposite
            return operation == Operator::remainder ? Value(std::int64_t{0})
                                                    : whole(Operator::subtract, 0, left);
        }
        return operation == Operator::divide ? left / right : left % right;
    default:
        return {};
    }
}

Value fractional(Operator operation, double left, double right) {
    switch (operation) {
    case Operator::add:
        return left + right;
    case Operator::subtract:
        return left - right;
    case Operator::multiply:
        return left * right;
    case Operator::divide:
        return right == 0 ? Value() : Value(left / right);
    case Operator::remainder:
        return right == 0 ? Value() : Value(std::fmod(left, right));
    default:
        return {};
    }
}

/// Two texts in one; the longest are copied once.
Value joined(const Value& left, const Value& right, Work& work) {
    const std::string* a = as_text(left);
    const std::string* b = as_text(right);
    const std::string first = a == nullptr ? text_of(left, work) : std::string();
    const std::string second = b == nullptr ? text_of(right, work) : std::string();
    const std::string& begin = a == nullptr ? first : *a;
    const std::string& end = b == nullptr ? second : *b;
    std::string text;
    text.reserve(begin.size() + end.size());
    text += begin;
    text += end;
    return work.text(std::move(text));
}

Value compare(Operator operation, const Value& left, const Value& right) {
    if (!is_number(left) || !is_number(right)) {
        return false;
    }
    const double a = number_of(left);
    const double b = number_of(right);
    switch (operation) {
    case Operator::less:
        return a < b;
    case Operator::less_or_equal:
        return a <= b;
    case Operator::greater:
        return a > b;
    default:
        return a >= b;
    }
}

} // namespace

bool is_equal(const Value& left, const Value& right, Work& work) {
    if (is_null(left) || is_null(right)) {
        return is_null(left) && is_null(right);
    }
    if (is_number(left) && is_number(right)) {
        const auto* a = std::get_if<std::int64_t>(&left);
        const auto* b = std::get_if<std::int64_t>(&right);
        return a != nullptr && b != nullptr ? *a == *b : number_of(left) == number_of(right);
    }
    const std::string* a = as_text(left);
    const std::string* b = as_text(right);
    if (a != nullptr && b != nullptr) {
        work.step(a->size() / 4096);
        return *a == *b;
    }
    return left == right || text_of(left, work) == text_of(right, work);
}

Value apply(Operator operation, const Value& left, const Value& right, Work& work) {
    switch (operation) {
    case Operator::equal:
        return is_equal(left, right, work);
    case Operator::not_equal:
        return !is_equal(left, right, work);
    case Operator::less:
    case Operator::less_or_equal:
    case Operator::greater:
    case Operator::greater_or_equal:
        return compare(operation, left, right);
    default:
        break;
    }
    if (operation == Operator::add && (as_text(left) != nullptr || as_text(right) != nullptr)) {
        return joined(left, right, work);
    }
    if (!is_number(left) || !is_number(right)) {
        return {};
    }
    const auto* a = std::get_if<std::int64_t>(&left);
    const auto* b = std::get_if<std::int64_t>(&right);
    return a != nullptr && b != nullptr ? whole(operation, *a, *b)
                                        : fractional(operation, number_of(left), number_of(right));
}

Value make_range(const Value& first, const Value& last, Work& work) {
    const auto* from = std::get_if<std::int64_t>(&first);
    const auto* to = std::get_if<std::int64_t>(&last);
    if (from == nullptr || to == nullptr) {
        return {};
    }
    List* list = work.list();
    const std::int64_t step = *from <= *to ? 1 : -1;
    for (std::int64_t item = *from; work.step(); item += step) {
        work.add(*list, item);
        if (item == *to) {
            break;
        }
    }
    return list;
}

} // namespace samara::vtl
