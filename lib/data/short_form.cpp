#include "data/short_form.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace samara::data {

namespace {

// !Foo is Fn::Foo but for these two. Whether there is such a function is not for a reader of YAML
// to say: one that there is not is the fault of the resource that calls it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
std::string function_of(std::string_view name) {
    const bool itself = name == "Ref" || name == "Condition";
    return itself ? std::string(name) : fmt::format("Fn::{}", name);
}

bool is_function_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_';
    });
}

// !GetAtt a.b.c is the resource a and its attribute b.c.
Value split_attribute(Value value) {
    const std::string* text = value.as_string();
    const std::size_t dot = text == nullptr ? std::string::npos : text->find('.');
    if (dot == std::string::npos) {
        return value;
    }
    List parts{Value(text->substr(0, dot)), Value(text->substr(dot + 1))};
    for (Value& part : parts) {
        part.set_where(value.where());
    }
    Value list(std::move(parts));
    list.set_where(value.where());
    return list;
}

base::Error unknown_tag(const std::string& tag, const base::Location& where) {
    base::Error error;
    error.message = fmt::format("unknown tag '{}'", tag);
    error.hint = "CloudFormation has !Ref, !Sub, !GetAtt and the other intrinsic functions";
    error.where = where;
    return error;
}

} // namespace

base::Result<Value> expand_short_form(const std::string& tag, Value value) {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) {
        return value;
    }
    const base::Location where = value.where();
    const std::string_view name = std::string_view(tag).substr(1);
    if (!tag.starts_with('!') || !is_function_name(name)) {
        return base::fail(unknown_tag(tag, where));
    }
    if (tag == "!GetAtt") {
        value = split_attribute(std::move(value));
    } else if ((tag == "!Ref" || tag == "!Condition") && !value.is_list() && !value.is_map()) {
        value = Value(scalar_text(value)); // a name that looks like a number is still a name
        value.set_where(where);
    }
    Map map;
    map.set(Entry(function_of(name), std::move(value), where));
    Value result(std::move(map));
    result.set_where(where);
    return result;
}

} // namespace samara::data
