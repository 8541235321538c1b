#include "intrinsics/cidr.h"
#include "intrinsics/evaluator.h"

#include <charconv>

#include <fmt/format.h>

namespace samara::intrinsics {

using data::List;
using data::Value;

namespace {

std::optional<std::size_t> whole_number(const Value& value) {
    const std::string text = data::scalar_text(value);
    std::size_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = failure == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<Value> Resolver::Evaluator::select(const Value& argument) {
    const auto items = arguments(argument, 2, 2, "!Select [index, [values]]");
    if (!items) {
        return Value();
    }
    const auto index = whole_number((*items)[0]);
    const List* values = (*items)[1].as_list();
    if (!index || values == nullptr) {
        return error(
            "Fn::Select takes an index and a list",
            "write !Select [0, [values]]",
            argument.where());
    }
    if (*index >= values->size()) {
        return error(
            fmt::format("Fn::Select: there is no item {} in a list of {}", *index, values->size()),
            "the first item has the index 0",
            argument.where());
    }
    return (*values)[*index];
}

std::optional<Value> Resolver::Evaluator::get_azs(const Value& argument) {
    std::string region = data::scalar_text(evaluate(argument).value_or(Value()));
    if (region.empty()) {
        region = pseudo_.region;
    }
    // Every region has at least three zones; which ones an account sees is not known here.
    return Value(List{Value(region + "a"), Value(region + "b"), Value(region + "c")});
}

std::optional<Value> Resolver::Evaluator::cidr(const Value& argument) {
    const auto items = arguments(argument, 2, 3, "!Cidr [block, count, bits]");
    if (!items) {
        return Value();
    }
    const std::string block = data::scalar_text((*items)[0]);
    const auto count = whole_number((*items)[1]);
    const auto bits = items->size() == 3 ? whole_number((*items)[2])
                                         : std::optional<std::size_t>(default_host_bits);
    if (!count || !bits) {
        return error("Fn::Cidr takes whole numbers for count and bits", {}, argument.where());
    }
    auto blocks = cidr_blocks(block, *count, *bits);
    if (!blocks) {
        return error(
            fmt::format("Fn::Cidr: {}", blocks.error().message),
            blocks.error().hint,
            argument.where());
    }
    List result;
    for (std::string& part : *blocks) {
        result.emplace_back(std::move(part));
    }
    return Value(std::move(result));
}

std::optional<Value> Resolver::Evaluator::length(const Value& argument) {
    const Value value = evaluate(argument).value_or(Value());
    const List* list = value.as_list();
    if (list == nullptr) {
        return error("Fn::Length takes a list", {}, argument.where());
    }
    return Value(static_cast<std::int64_t>(list->size()));
}

} // namespace samara::intrinsics
