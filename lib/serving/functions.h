#pragma once

#include "data/value.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace samara::serving {

/// The functions of a template, found by what integrations and authorizers call them.
class Functions {
public:
    struct Function {
        std::string id; ///< logical id
        std::chrono::seconds timeout{3};
        std::string name; ///< FunctionName, else the logical id
    };

    Functions() = default;

    /// `resources` is the template's Resources map with intrinsics evaluated.
    explicit Functions(const data::Value& resources);

    /// By logical id, function name, ARN, or partial ARN, each with or without a qualifier (version
    /// or alias), or by the logical id of an alias or version; nullptr when the template has no
    /// such function.
    [[nodiscard]] const Function* find(std::string_view name) const;

    /// As find(), or by the last part of a logical id ("Fn" of "Child/Fn") that only one function
    /// has: what a caller may say, though no template can.
    [[nodiscard]] const Function* find_called(std::string_view name) const;

    /// By an integration URI, "arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/
    /// invocations", or what find() takes.
    [[nodiscard]] const Function* find_uri(std::string_view uri) const;

    /// The version or alias in such a name ("live" in "Fn:live", in an ARN with it, or in the
    /// logical id of the alias); empty when it has none.
    [[nodiscard]] std::string qualifier_of(std::string_view name) const;

    /// The version that a qualifier of a function stands for, "$LATEST" or a number; nothing when
    /// the template publishes no such version or alias. Versions are counted in the order of the
    /// template, and aliases are at the last one.
    [[nodiscard]] std::optional<std::string>
    version_of(const Function& function, std::string_view qualifier) const;

private:
    std::map<std::string, Function, std::less<>> by_name_; // logical ids and function names

    /// An alias or version, by its logical id.
    struct Published {
        Function function;
        std::string qualifier;
    };

    std::map<std::string, Published, std::less<>> published_;
    std::map<std::string, std::size_t, std::less<>> versions_; // how many, by logical id
};

} // namespace samara::serving
