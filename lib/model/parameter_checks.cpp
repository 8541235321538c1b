#include "model/parameter_checks.h"

#include "base/strings.h"
#include "model/pattern.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace samara::model {
namespace {

using data::Map;
using data::Value;

/// How the Types begin that CloudFormation documents. What is in angle brackets is its own affair.
constexpr std::array known_types{
    "String",
    "Number",
    "List<Number>",
    "CommaDelimitedList",
    "AWS::EC2::",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
    "AWS::SSM::Parameter::Value<",
    "List<AWS::EC2::",
    "List<AWS::Route53::HostedZone::Id>",
};

std::optional<double> number_of(std::string_view text) {
    double number = 0;
    const std::string_view trimmed = base::trim(text);
    const auto [end, failed] =
        std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
    const bool whole = failed == std::errc() && end == trimmed.data() + trimmed.size();
    return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// One parameter and the value it has.
class ParameterCheck {
public:
    ParameterCheck(const data::Entry& parameter, base::Diagnostics& diagnostics)
        : parameter_(parameter), declaration_(*parameter.value.as_map()),
          diagnostics_(diagnostics) {}

    /// Whether the declaration is usable.
    bool declared() {
        const Value* type = declaration_.find("Type");
        if (type == nullptr || !type->is_string()) {
            report(
                base::Severity::error,
                fmt::format("parameter {} needs a Type", parameter_.key),
                "e.g. Type: String",
                type == nullptr ? parameter_.key_where.place : type->where());
            return false;
        }
        type_ = type->text();
        const bool known =
            std::any_of(known_types.begin(), known_types.end(), [&](std::string_view name) {
                return name.ends_with(':') || name.ends_with('<') ? type_.starts_with(name)
                                                                  : type_ == name;
            });
        if (!known) {
            report(
                base::Severity::warning,
                fmt::format("parameter {} has the undocumented Type {}", parameter_.key, type_),
                "String, Number, List<Number>, CommaDelimitedList, or a type of AWS or of SSM",
                type->where());
        }
        return true;
    }

    void value(std::string_view text, const base::Location& where) {
        where_ = where;
        if (!is_list_type(type_)) {
            item(text);
            return;
        }
        for (const std::string_view part : base::split(text, ',')) {
            item(base::trim(part));
        }
    }

private:
    void
    report(base::Severity severity, std::string message, std::string hint, base::Location where) {
        base::Error error;
        error.message = std::move(message);
        error.hint = std::move(hint);
        error.where = std::move(where);
        diagnostics_.push_back({severity, std::move(error)});
    }

    /// The value breaks a rule of the declaration.
    void refuse(std::string_view text, std::string_view rule, std::string hint) {
        const Value* own = declaration_.find("ConstraintDescription");
        const Value* secret = declaration_.find("NoEcho");
        const bool hidden =
            secret != nullptr && base::to_lower(data::scalar_text(*secret)) == "true";
        report(
            base::Severity::error,
            hidden ? fmt::format("the value of parameter {}, {}", parameter_.key, rule)
                   : fmt::format("parameter {} is '{}', {}", parameter_.key, text, rule),
            own != nullptr && own->is_string() ? *own->as_string() : std::move(hint),
            where_);
    }

    void item(std::string_view text) {
        if ((type_ == "Number" || type_ == "List<Number>") && !number_of(text)) {
            refuse(text, "which is not a number", "e.g. 42");
            return;
        }
        allowed_values(text);
        allowed_pattern(text);
        bound("MinLength", text, [&](double least) {
            return static_cast<double>(characters(text)) >= least;
        });
        bound("MaxLength", text, [&](double most) {
            return static_cast<double>(characters(text)) <= most;
        });
        if (const auto number = number_of(text)) {
            bound("MinValue", text, [&](double least) { return *number >= least; });
            bound("MaxValue", text, [&](double most) { return *number <= most; });
        }
    }

    void allowed_values(std::string_view text) {
        const Value* allowed = declaration_.find("AllowedValues");
        if (allowed == nullptr || !allowed->is_list()) {
            return;
        }
        std::vector<std::string> choices;
        for (const Value& choice : *allowed->as_list()) {
            choices.push_back(data::scalar_text(choice));
        }
        if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
            refuse(
                text,
                "which is not one of its AllowedValues",
                fmt::format("use one of: {}", base::join(choices, ", ")));
        }
    }

    void allowed_pattern(std::string_view text) {
        const Value* expression = declaration_.find("AllowedPattern");
        if (expression == nullptr || !expression->is_string()) {
            return;
        }
        const auto pattern = Pattern::compile(expression->text());
        if (!pattern) {
            report(
                base::Severity::error,
                fmt::format(
                    "AllowedPattern of parameter {} is no regular expression: {}",
                    parameter_.key,
                    pattern.error().message),
                {},
                expression->where());
        } else if (!pattern->matches(text)) {
            refuse(
                text,
                "which does not match its AllowedPattern",
                fmt::format("it must match {}", expression->text()));
        }
    }

    template <class Holds>
    void bound(std::string_view name, std::string_view text, Holds&& holds) {
        const Value* given = declaration_.find(name);
        const auto limit = given == nullptr ? std::nullopt : number_of(data::scalar_text(*given));
        if (given != nullptr && !limit) {
            report(
                base::Severity::error,
                fmt::format("{} of parameter {} is not a number", name, parameter_.key),
                {},
                given->where());
        } else if (limit && !holds(*limit)) {
            refuse(
                text,
                fmt::format("which goes beyond its {}", name),
                fmt::format("{} is {}", name, data::scalar_text(*given)));
        }
    }

    const data::Entry& parameter_;
    const Map& declaration_;
    base::Diagnostics& diagnostics_;
    std::string_view type_;
    base::Location where_;
};

} // namespace

bool is_list_type(std::string_view type) {
    return type == "CommaDelimitedList" || type.starts_with("List<") ||
           type == "AWS::SSM::Parameter::Value<CommaDelimitedList>" ||
           type.starts_with("AWS::SSM::Parameter::Value<List<");
}

void check_parameter(
    const data::Entry& parameter,
    const std::map<std::string, std::string>& overrides,
    base::Diagnostics& diagnostics) {
    if (!parameter.value.is_map()) {
        base::Error error;
        error.message = fmt::format("parameter {} must be a map with a Type", parameter.key);
        error.where = parameter.key_where;
        diagnostics.push_back({base::Severity::error, std::move(error)});
        return;
    }
    ParameterCheck check(parameter, diagnostics);
    if (!check.declared()) {
        return;
    }
    const Value* fallback = parameter.value.find("Default");
    if (const auto given = overrides.find(parameter.key); given != overrides.end()) {
        const Value* rule = parameter.value.find("AllowedValues");
        check.value(given->second, rule == nullptr ? parameter.key_where.place : rule->where());
    } else if (fallback != nullptr && !fallback->is_map() && !fallback->is_list()) {
        check.value(data::scalar_text(*fallback), fallback->where());
    }
}

base::Diagnostics
check_parameters(const Map& parameters, const std::map<std::string, std::string>& overrides) {
    base::Diagnostics diagnostics;
    for (const data::Entry& parameter : parameters) {
        check_parameter(parameter, overrides, diagnostics);
    }
    return diagnostics;
}

} // namespace samara::model
