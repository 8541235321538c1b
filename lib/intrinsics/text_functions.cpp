#include "base/base64.h"
#include "base/strings.h"
#include "data/write.h"
#include "intrinsics/evaluator.h"

#include <fmt/format.h>

namespace samara::intrinsics {

using data::List;
using data::Value;

std::optional<Value> Resolver::Evaluator::join(const Value& argument) {
    const auto items = arguments(argument, 2, 2, "!Join [delimiter, [values]]");
    const List* values = items ? (*items)[1].as_list() : nullptr;
    if (values == nullptr) {
        return items ? error(
                           "Fn::Join takes a list of values",
                           "write !Join [delimiter, [values]]",
                           argument.where())
                     : Value();
    }
    std::vector<std::string> texts;
    for (const Value& value : *values) {
        if (value.is_list() || value.is_map()) {
            return error(
                fmt::format("Fn::Join joins texts, this is {}", data::kind_name(value.kind())),
                {},
                argument.where());
        }
        texts.push_back(data::scalar_text(value));
    }
    return Value(base::join(texts, data::scalar_text((*items)[0])));
}

std::optional<Value> Resolver::Evaluator::split(const Value& argument) {
    const auto items = arguments(argument, 2, 2, "!Split [delimiter, text]");
    if (!items) {
        return Value();
    }
    const std::string delimiter = data::scalar_text((*items)[0]);
    const std::string text = data::scalar_text((*items)[1]);
    if (delimiter.empty()) {
        return error(
            "Fn::Split needs a delimiter",
            "write for example !Split [',', text]",
            argument.where());
    }
    List pieces;
    std::size_t begin = 0;
    for (std::size_t end = text.find(delimiter); end != std::string::npos;
         end = text.find(delimiter, begin)) {
        pieces.emplace_back(text.substr(begin, end - begin));
        begin = end + delimiter.size();
    }
    pieces.emplace_back(text.substr(begin));
    return Value(std::move(pieces));
}

std::optional<Value> Resolver::Evaluator::base64(const Value& argument) {
    return Value(base::base64_encode(data::scalar_text(evaluate(argument).value_or(Value()))));
}

std::optional<Value> Resolver::Evaluator::to_json_string(const Value& argument) {
    return Value(data::write_json(evaluate(argument).value_or(Value())));
}

} // namespace samara::intrinsics
