#include "transform/checks/intrinsic_rules.h"

#include "base/hint.h"
#include "base/strings.h"
#include "data/walk.h"
#include "transform/checks/intrinsic_arguments.h"
#include "transform/core/intrinsics.h"
#include "transform/core/loops.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

// Those of the language extensions are gone after the transform, where the template asks for it.
constexpr std::array functions{
    std::string_view("Fn::And"),
    std::string_view("Fn::Base64"),
    std::string_view("Fn::Cidr"),
    std::string_view("Fn::Equals"),
    std::string_view("Fn::FindInMap"),
    std::string_view("Fn::GetAtt"),
    std::string_view("Fn::GetAZs"),
    std::string_view("Fn::GetStackOutput"),
    std::string_view("Fn::If"),
    std::string_view("Fn::ImportValue"),
    std::string_view("Fn::Join"),
    std::string_view("Fn::Length"),
    std::string_view("Fn::Not"),
    std::string_view("Fn::Or"),
    std::string_view("Fn::Select"),
    std::string_view("Fn::Split"),
    std::string_view("Fn::Sub"),
    std::string_view("Fn::ToJsonString"),
    std::string_view("Fn::Transform")};

std::optional<std::size_t> index_of(const Value& value) {
    const std::string text = data::scalar_text(value);
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), index);
    return failed == std::errc{} && end == text.data() + text.size() && !text.empty()
               ? std::optional(index)
               : std::nullopt;
}

// How many items a list has, as far as it is written out.
std::optional<std::size_t> size_of(const Value& value) {
    if (const List* list = value.as_list()) {
        return list->size();
    }
    const Value* split = argument_of(value, "Fn::Split");
    const List* arguments = split == nullptr ? nullptr : split->as_list();
    if (arguments == nullptr || arguments->size() != 2 || !(*arguments)[0].is_string() ||
        !(*arguments)[1].is_string() || (*arguments)[0].text().empty()) {
        return std::nullopt;
    }
    const std::string_view separator = (*arguments)[0].text();
    const std::string_view text = (*arguments)[1].text();
    std::size_t size = 1;
    for (std::size_t at = text.find(separator); at != std::string_view::npos;
         at = text.find(separator, at + separator.size())) {
        ++size;
    }
    return size;
}

class IntrinsicCheck {
public:
    explicit IntrinsicCheck(bool extended) : extended_(extended) {}

    void look(const Value& value) {
        if (const Map* map = value.as_map(); map != nullptr && map->size() == 1) {
            check_function(*map->begin());
        }
        data::each_child(value, [this](const Value& child) { look(child); });
    }

    base::Diagnostics found;

private:
    void report(const base::Location& where, std::string message, std::string hint) {
        if (!where.known()) {
            return;
        }
        base::Error error;
        error.where = where;
        error.message = std::move(message);
        error.hint = std::move(hint);
        found.push_back({base::Severity::error, std::move(error)});
    }

    void check_function(const data::Entry& entry) {
        if (entry.key.starts_with("Fn::") || entry.key == "Ref") {
            check_name(entry);
            check_arguments(entry, extended_, found);
            if (entry.key == "Fn::Select") {
                check_select(entry);
            }
        }
    }

    void check_name(const data::Entry& entry) {
        const std::string_view name = entry.key;
        if (std::find(functions.begin(), functions.end(), name) != functions.end() ||
            name == "Ref" || name.starts_with("Fn::ForEach::")) {
            return;
        }
        constexpr std::string_view prefix = "Fn::";
        std::vector<std::string_view> known(functions.begin(), functions.end());
        known.emplace_back("Fn::Ref"); // what !Reff was meant to be
        std::string_view near = base::nearest(name, known);
        if (near == known.back()) {
            near.remove_prefix(prefix.size());
        }
        report(
            entry.key_where.place,
            fmt::format("CloudFormation has no function {}", name),
            base::did_you_mean(near, "check its spelling against the CloudFormation reference"));
    }

    void check_select(const data::Entry& entry) {
        const List* arguments = entry.value.as_list();
        if (arguments == nullptr || arguments->size() != 2) {
            return;
        }
        const auto index = index_of((*arguments)[0]);
        const auto size = size_of((*arguments)[1]);
        if (index && size && *index >= *size) {
            report(
                entry.value.where().known() ? entry.value.where() : entry.key_where.place,
                fmt::format("Fn::Select: there is no item {} in a list of {}", *index, *size),
                "the first item has the index 0");
        }
    }

    bool extended_;
};

} // namespace

base::Diagnostics check_intrinsics(const Value& document, const Value& transformed) {
    IntrinsicCheck check(document.is_map() && has_language_extensions(*document.as_map()));
    for (const char* name : {"Conditions", "Resources", "Outputs"}) {
        if (const Value* part = transformed.find(name)) {
            check.look(*part);
        }
    }
    return std::move(check.found);
}

} // namespace samara::transform
