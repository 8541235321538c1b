#include "data/short_form.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace samara::data {

namespace {

// The short forms CloudFormation knows and the long form each stands for.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> short_forms{{
    {"!Ref", "Ref"},
    {"!Condition", "Condition"},
    {"!GetAtt", "Fn::GetAtt"},
    {"!Sub", "Fn::Sub"},
    {"!Join", "Fn::Join"},
    {"!Select", "Fn::Select"},
    {"!Split", "Fn::Split"},
    {"!If", "Fn::If"},
    {"!And", "Fn::And"},
    {"!Or", "Fn::Or"},
    {"!Not", "Fn::Not"},
    {"!Equals", "Fn::Equals"},
    {"!FindInMap", "Fn::FindInMap"},
    {"!Base64", "Fn::Base64"},
    {"!Cidr", "Fn::Cidr"},
    {"!GetAZs", "Fn::GetAZs"},
    {"!ImportValue", "Fn::ImportValue"},
    {"!Transform", "Fn::Transform"},
    {"!Length", "Fn::Length"},
    {"!ToJsonString", "Fn::ToJsonString"},
    {"!ForEach", "Fn::ForEach"},
    {"!Contains", "Fn::Contains"},
}};

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
    std::vector<std::string_view> names;
    names.reserve(short_forms.size());
    for (const auto& [name, function] : short_forms) {
        names.push_back(name);
    }
    const std::string_view near = base::nearest(tag, names);
    base::Error error;
    error.message = fmt::format("unknown tag '{}'", tag);
    error.hint = near.empty()
                     ? "CloudFormation has !Ref, !Sub, !GetAtt and the other intrinsic functions"
                     : fmt::format("did you mean {}?", near);
    error.where = where;
    return error;
}

} // namespace

base::Result<Value> expand_short_form(const std::string& tag, Value value) {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) {
        return value;
    }
    const auto form = std::find_if(
        short_forms.begin(), short_forms.end(), [&](const auto& row) { return row.first == tag; });
    const base::Location where = value.where();
    if (form == short_forms.end()) {
        return base::fail(unknown_tag(tag, where));
    }
    if (tag == "!GetAtt") {
        value = split_attribute(std::move(value));
    } else if ((tag == "!Ref" || tag == "!Condition") && !value.is_list() && !value.is_map()) {
        value = Value(scalar_text(value)); // a name that looks like a number is still a name
        value.set_where(where);
    }
    Map map;
    map.set(Entry(std::string(form->second), std::move(value), where));
    Value result(std::move(map));
    result.set_where(where);
    return result;
}

} // namespace samara::data
