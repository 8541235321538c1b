#include "transform/checks/cloudformation_types.h"

#include "archive/decompress.h"
#include "base/strings.h"
#include "base/try.h"
#include "samara_transform_files.h"

#include <algorithm>
#include <memory>

namespace samara::transform {

namespace {

std::vector<std::string_view> pieces(std::string_view text, char separator) {
    return text.empty() ? std::vector<std::string_view>() : base::split(text, separator);
}

} // namespace

const CloudFormationProperty* CloudFormationObject::find(std::string_view name) const {
    const auto found =
        std::find_if(properties.begin(), properties.end(), [&](const CloudFormationProperty& each) {
            return each.name == name;
        });
    return found == properties.end() ? nullptr : &*found;
}

base::Result<CloudFormationTypes> CloudFormationTypes::load() {
    TRY_ASSIGN(auto text, archive::decompress(embedded("cloudformation.xz").value_or("")));
    CloudFormationTypes types;
    types.text_ = std::make_unique<const std::string>(std::move(text));
    std::string_view rest = *types.text_;
    while (!rest.empty()) { // a head line and the lines that begin with a tab
        const std::size_t head_end = std::min(rest.find('\n'), rest.size() - 1);
        const std::string_view head = rest.substr(0, head_end);
        std::size_t end = head_end + 1;
        while (end < rest.size() && rest[end] == '\t') {
            end = std::min(rest.find('\n', end), rest.size() - 1) + 1;
        }
        if (!head.starts_with('#')) {
            const std::size_t tab = std::min(head.find('\t'), head.size());
            types.objects_[head.substr(0, tab)] = {
                tab == head.size() ? std::string_view() : head.substr(tab + 1),
                rest.substr(head_end + 1, end - head_end - 1)};
        }
        rest.remove_prefix(end);
    }
    return types;
}

CloudFormationObject CloudFormationTypes::parse(const Slice& slice) {
    CloudFormationObject object;
    object.attributes = pieces(slice.attributes, ' ');
    for (const std::string_view line : pieces(slice.lines, '\n')) {
        const std::vector<std::string_view> fields = base::split(line, '\t');
        if (fields.size() < 3) {
            continue;
        }
        CloudFormationProperty property;
        property.name = fields[1];
        property.required = property.name.ends_with('!');
        property.name.remove_suffix(property.required ? 1 : 0);
        property.kind = fields[2];
        if (fields.size() > 3) {
            property.values = pieces(fields[3], '|');
        }
        object.properties.push_back(std::move(property));
    }
    return object;
}

std::optional<CloudFormationObject> CloudFormationTypes::resource(std::string_view type) const {
    const auto found = objects_.find(type);
    return found == objects_.end() ? std::nullopt : std::optional(parse(found->second));
}

CloudFormationObject CloudFormationTypes::object(std::string_view number) const {
    const auto found = objects_.find(number);
    return found == objects_.end() ? CloudFormationObject{} : parse(found->second);
}

std::string_view CloudFormationTypes::nearest(std::string_view type) const {
    std::vector<std::string_view> names;
    for (const auto& [name, slice] : objects_) {
        if (name.find(':') != std::string_view::npos) {
            names.push_back(name);
        }
    }
    return base::nearest(type, names);
}

bool takes_anything(std::string_view type) {
    return !type.starts_with("AWS::") || type.ends_with("::MODULE") ||
           type == "AWS::CloudFormation::CustomResource" || type == "AWS::CDK::Metadata";
}

} // namespace samara::transform
