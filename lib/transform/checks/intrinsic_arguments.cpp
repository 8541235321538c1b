#include "transform/checks/intrinsic_arguments.h"

#include "transform/checks/reference_walk.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Value;

// What may stand somewhere. All but `name` and `text` may be another function.
enum class Kind : std::uint8_t { anything, name, text, scalar, list, map };

struct Function {
    std::string_view name;
    std::size_t least;
    std::size_t most;
    std::array<Kind, 3> arguments; ///< the last one also of those after it
    std::string_view usage;
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
constexpr std::array functions{
    Function{"Fn::And", 2, 10, {}, "[condition, condition], ten at most"},
    Function{"Fn::Or", 2, 10, {}, "[condition, condition], ten at most"},
    Function{"Fn::Not", 1, 1, {}, "[condition]"},
    Function{"Fn::Equals", 2, 2, {}, "[value, value]"},
    Function{"Fn::If", 3, 3, {Kind::name}, "[name of a condition, value, other value]"},
    Function{"Fn::Join", 2, 2, {Kind::text, Kind::list}, "[delimiter, [value, value]]"},
    Function{"Fn::Split", 2, 2, {Kind::text, Kind::scalar}, "[delimiter, text]"},
    Function{"Fn::Select", 2, 2, {Kind::scalar, Kind::list}, "[index, [value, value]]"},
    Function{"Fn::Cidr", 2, 3, {Kind::scalar, Kind::scalar, Kind::scalar}, "[block, count, bits]"}};

constexpr std::array of_one_value{
    std::string_view("Fn::Base64"),
    std::string_view("Fn::GetAZs"),
    std::string_view("Fn::ImportValue")};

bool fits(const Value& value, Kind kind) {
    const bool computed = is_intrinsic(value);
    const bool scalar = !value.is_null() && !value.is_list() && !value.is_map();
    switch (kind) {
    case Kind::anything:
        return true;
    case Kind::name:
        return value.is_string();
    case Kind::text:
        return scalar;
    case Kind::scalar:
        return scalar || computed;
    case Kind::list:
        return value.is_list() || computed;
    case Kind::map:
        break;
    }
    return value.is_map();
}

class ArgumentCheck {
public:
    ArgumentCheck(const data::Entry& call, base::Diagnostics& found) : call_(call), found_(found) {}

    void run(bool extended) {
        const auto* const row =
            std::find_if(functions.begin(), functions.end(), [&](const Function& function) {
                return function.name == call_.key;
            });
        if (row != functions.end()) {
            check_list(*row);
        } else if (call_.key == "Fn::Sub") {
            check_sub();
        } else if (call_.key == "Ref" && !extended && !call_.value.is_string()) {
            report("Ref takes a name", "write the logical id of a resource, or a parameter");
        } else if (call_.key == "Ref" && call_.value.text().find('.') != std::string_view::npos) {
            // Those to what SAM makes (Function.Alias) are gone after the transform.
            report(
                fmt::format("Ref takes a name, and {} is an attribute", call_.value.text()),
                fmt::format("write !GetAtt {}", call_.value.text()));
        } else if (call_.key == "Fn::GetAtt" && !extended) {
            check_get_att();
        } else if (
            std::find(of_one_value.begin(), of_one_value.end(), call_.key) != of_one_value.end() &&
            !fits(call_.value, Kind::scalar)) {
            report(
                fmt::format("{} takes one value", call_.key),
                "write a text, or a function that gives one");
        }
    }

private:
    void report(std::string message, std::string hint) {
        base::Error error;
        error.where = call_.value.where().known() ? call_.value.where() : call_.key_where.place;
        error.message = std::move(message);
        error.hint = std::move(hint);
        if (error.where.known()) { // else nobody wrote it
            found_.push_back({base::Severity::error, std::move(error)});
        }
    }

    void check_list(const Function& function) {
        const List* list = call_.value.as_list();
        bool good =
            list != nullptr && list->size() >= function.least && list->size() <= function.most;
        for (std::size_t i = 0; good && i < list->size(); ++i) {
            good = fits((*list)[i], function.arguments[std::min<std::size_t>(i, 2)]);
        }
        if (!good) {
            report(
                fmt::format("the arguments of {} do not fit", function.name),
                fmt::format("write {}", function.usage));
        }
    }

    void check_get_att() {
        const List* list = call_.value.as_list();
        const bool path =
            call_.value.is_string() && call_.value.text().find('.') != std::string_view::npos;
        const bool pair = list != nullptr && list->size() == 2 && (*list)[0].is_string() &&
                          fits((*list)[1], Kind::scalar);
        if (!path && !pair) {
            report("Fn::GetAtt takes a resource and its attribute", "write Resource.Attribute");
        }
    }

    void check_sub() {
        const List* list = call_.value.as_list();
        const bool good = list == nullptr
                              ? fits(call_.value, Kind::text)
                              : !list->empty() && list->size() <= 2 &&
                                    fits(list->front(), Kind::text) &&
                                    (list->size() == 1 || fits(list->back(), Kind::map));
        if (!good) {
            report(
                "the arguments of Fn::Sub do not fit",
                "write a text with ${Name} in it, or [text, {Name: value}]");
            return;
        }
        each_substitution(call_.value, [&](std::string_view name, const Value&) {
            const bool known = std::all_of(name.begin(), name.end(), [](unsigned char c) {
                return std::isalnum(c) != 0 || c == '_' || c == '.' || c == ':';
            });
            if (!known) {
                report(
                    fmt::format("Fn::Sub: ${{{}}} is no name", name),
                    fmt::format(
                        "names have letters, digits, '.', ':' and '_'; write ${{!{}}} for what is "
                        "to "
                        "stay as it is",
                        name));
            }
        });
    }

    const data::Entry& call_;
    base::Diagnostics& found_;
};

} // namespace

void check_arguments(const data::Entry& call, bool extended, base::Diagnostics& found) {
    ArgumentCheck(call, found).run(extended);
}

} // namespace samara::transform
