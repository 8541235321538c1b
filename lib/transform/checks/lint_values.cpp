#include "transform/checks/lint_values.h"

#include "transform/checks/reference_walk.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

// Texts in a language of their own, where ${Name} means something else.
constexpr std::array<std::string_view, 9> other_languages{
    "BuildSpec",
    "Definition",
    "DefinitionString",
    "Description",
    "InlineCode",
    "Metadata",
    "Schema",
    "UserData",
    "ZipFile"};

constexpr std::array<std::string_view, 8> pseudo_parameters{
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix"};

template <class List>
bool contains(const List& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

class ValueLint {
public:
    explicit ValueLint(const Value& document) {
        for (const char* part : {"Parameters", "Resources"}) {
            const Value* section = document.find(part);
            for (const data::Entry& entry :
                 section != nullptr && section->is_map() ? *section->as_map() : Map()) {
                names_.insert(entry.key);
            }
        }
        for (const char* part : {"Globals", "Conditions", "Outputs"}) {
            if (const Value* section = document.find(part)) {
                look(*section);
            }
        }
        const Value* resources = document.find("Resources");
        if (resources != nullptr && resources->is_map()) {
            for (const data::Entry& resource : *resources->as_map()) {
                resource_ = resource.key;
                look(resource.value);
            }
        }
        resource_ = {};
        check_outputs(document);
    }

    Findings found;

private:
    void report(std::string_view rule, std::string message, std::string hint, const Value& at) {
        if (at.where().known()) {
            found.push_back(
                lint_warning(rule, resource_, std::move(message), std::move(hint), at.where()));
        }
    }

    void look(const Value& value) {
        if (const List* list = value.as_list()) {
            for (const Value& item : *list) {
                look(item);
            }
        } else if (const Value* argument = argument_of(value, "Fn::Sub")) {
            check_sub(*argument);
        } else if (const Map* map = value.as_map()) {
            look_at_members(*map);
        } else if (value.is_string()) {
            check_text(value);
        }
    }

    void look_at_members(const Map& map) {
        for (const data::Entry& entry : map) {
            if (entry.key == "Fn::Equals") {
                check_equals(entry.value);
            } else if (entry.key == "AvailabilityZone" || entry.key == "AvailabilityZones") {
                check_zones(entry.value);
            } else if (entry.key == "MasterUserPassword") {
                check_password(entry.value);
            } else if (
                entry.key == "Version" && data::scalar_text(entry.value) == "2008-10-17" &&
                map.find("Statement") != nullptr) {
                report(
                    "W2511",
                    "the policy is written in the language of 2008",
                    "write Version: '2012-10-17'",
                    entry.value);
            }
            if (!contains(other_languages, entry.key)) {
                look(entry.value);
            }
        }
    }

    void check_sub(const Value& argument) {
        const List* list = argument.as_list();
        const Value& text = list != nullptr && !list->empty() ? list->front() : argument;
        const Value* own = list != nullptr && list->size() > 1 ? &(*list)[1] : nullptr;
        if (!text.is_string()) {
            return;
        }
        if (text.text().find("${") == std::string_view::npos) {
            report(
                "W1020",
                "Fn::Sub isn't needed because there are no variables",
                "write the text alone",
                text);
        }
        if (own == nullptr || !own->is_map()) {
            return;
        }
        std::set<std::string, std::less<>> used;
        each_substitution(text, [&](std::string_view name, const Value&) { used.emplace(name); });
        for (const data::Entry& variable : *own->as_map()) {
            if (!used.contains(variable.key)) {
                report(
                    "W1019",
                    fmt::format("Fn::Sub does not use its variable {}", variable.key),
                    "remove it",
                    text);
            }
            look(variable.value);
        }
    }

    void check_text(const Value& text) {
        each_substitution(text, [&](std::string_view name, const Value&) {
            const std::string_view owner = name.substr(0, name.find('.'));
            if (names_.contains(owner) || contains(pseudo_parameters, name)) {
                report(
                    "E1029",
                    fmt::format("${{{}}} stays as it is without Fn::Sub", name),
                    "write !Sub before the text",
                    text);
            }
        });
    }

    void check_equals(const Value& arguments) {
        const List* list = arguments.as_list();
        const auto fixed = [](const Value& value) { return !value.is_map() && !value.is_list(); };
        if (list != nullptr && list->size() == 2 && fixed((*list)[0]) && fixed((*list)[1])) {
            const bool same = data::scalar_text((*list)[0]) == data::scalar_text((*list)[1]);
            report(
                "W8003",
                fmt::format("Fn::Equals is always {} here", same),
                "compare with a parameter",
                arguments);
        }
    }

    void check_zones(const Value& value) {
        for (const Value& zone : value.is_list() ? *value.as_list() : List{value}) {
            if (zone.is_string() && !zone.text().empty()) {
                report(
                    "W3010",
                    fmt::format("the availability zone {} is written out", zone.text()),
                    "take one of !GetAZs",
                    zone);
            }
        }
    }

    void check_password(const Value& value) {
        if (value.is_string() && value.text().find("{{resolve:") == std::string_view::npos) {
            report("W2501", "the password is in the template", "keep it in Secrets Manager", value);
        } else if (const Value* name = argument_of(value, "Ref")) {
            report(
                "W1011",
                fmt::format("the password comes from the parameter {}", name->text()),
                "write '{{resolve:secretsmanager:...}}'",
                *name);
        }
    }

    void check_outputs(const Value& document) {
        const Value* outputs = document.find("Outputs");
        for (const data::Entry& output :
             outputs != nullptr && outputs->is_map() ? *outputs->as_map() : Map()) {
            const Value* value = output.value.find("Value");
            if (value != nullptr && argument_of(*value, "Fn::ImportValue") != nullptr) {
                report(
                    "W6001",
                    fmt::format("output {} is what another stack exports", output.key),
                    "import it where it is needed",
                    *value);
            }
        }
    }

    std::set<std::string, std::less<>> names_;
    std::string resource_;
};

} // namespace

Findings lint_values(const Value& document) {
    return document.is_map() ? ValueLint(document).found : Findings();
}

} // namespace samara::transform
