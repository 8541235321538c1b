#include "base/strings.h"
#include "data/write.h"
#include "transform/core/context.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/known_values.h"
#include "transform/core/loops.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

/// AWS::LanguageExtensions: Fn::ForEach, Fn::Length, Fn::ToJsonString, Fn::FindInMap with a
/// default, intrinsic functions in Ref, Fn::GetAtt, DeletionPolicy and UpdateReplacePolicy, and
/// texts that others make of nothing but texts.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-languageextensions.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view transform_name = "AWS::LanguageExtensions";
constexpr std::array sections{"Conditions", "Resources", "Outputs"};
constexpr std::array policies{"DeletionPolicy", "UpdateReplacePolicy"};

Value json_text(const Value& value);

/// JSON of `value` as text and intrinsic functions in turn.
void write_json_pieces(const Value& value, List& pieces) {
    const auto text = [&](std::string_view more) {
        if (pieces.empty() || !pieces.back().is_string()) {
            pieces.emplace_back("");
        }
        *pieces.back().as_string() += more;
    };
    if (const auto choice = as_if(value)) {
        pieces.emplace_back(Map{
            {"Fn::If",
             List{
                 choice->condition,
                 json_text(choice->then_value),
                 json_text(choice->else_value)}}});
    } else if (is_intrinsic(value)) {
        text("\"");
        pieces.push_back(value);
        text("\"");
    } else if (const List* list = value.as_list()) {
        text("[");
        bool first = true;
        for (const Value& item : *list) {
            if (!is_no_value(item)) {
                text(first ? "" : ",");
                write_json_pieces(item, pieces);
                first = false;
            }
        }
        text("]");
    } else if (const Map* map = value.as_map()) {
        text("{");
        bool first = true;
        for (const data::Entry& entry : *map) {
            if (!is_no_value(entry.value)) {
                text(fmt::format("{}{}:", first ? "" : ",", data::write_json(Value(entry.key))));
                write_json_pieces(entry.value, pieces);
                first = false;
            }
        }
        text("}");
    } else {
        text(data::write_json(value));
    }
}

/// JSON of `value` as a text, or as the intrinsic function that makes it.
Value json_text(const Value& value) {
    List pieces;
    write_json_pieces(value, pieces);
    return pieces.size() == 1 ? std::move(pieces.front()) : make_join("", std::move(pieces));
}

class Functions {
public:
    explicit Functions(Context& context) : context_(context) {}

    /// Evaluates the functions in `value`, the inner ones first.
    void evaluate(Value& value) {
        if (List* list = value.as_list()) {
            for (Value& item : *list) {
                evaluate(item);
            }
        }
        Map* map = value.as_map();
        if (map == nullptr) {
            return;
        }
        for (data::Entry& entry : *map) {
            evaluate(entry.value);
        }
        if (map->size() != 1) {
            return;
        }
        const data::Entry& call = *map->begin();
        std::optional<Value> result;
        if (call.key == "Fn::Length") {
            result = length(call);
        } else if (call.key == "Fn::ToJsonString") {
            result = json_string(call);
        } else if (call.key == "Fn::FindInMap") {
            result = find_in_map(call.value);
        } else if (call.key == "Ref" || call.key == "Fn::GetAtt") {
            result = reference(call);
        } else if (call.key == "Fn::Sub" || call.key == "Fn::Join" || call.key == "Fn::Select") {
            result = written_out(value);
        }
        if (result) {
            result->set_where(value.where());
            value = std::move(*result);
        }
    }

private:
    /// What nothing but texts goes into, mostly those of a loop, is a text: what is taken from
    /// parameters and resources stays for the deployment.
    static std::optional<Value> written_out(const Value& call) {
        if (mentions_something(call.as_map()->begin()->value)) {
            return std::nullopt;
        }
        static const Parameters none(nullptr, nullptr, {}, {});
        Value text = known_value(call, none, nullptr);
        return text.is_string() ? std::optional(std::move(text)) : std::nullopt;
    }

    static bool mentions_something(const Value& value) {
        if (const List* list = value.as_list()) {
            return std::any_of(list->begin(), list->end(), mentions_something);
        }
        return value.is_map() || value.text().find("${") != std::string_view::npos;
    }

    std::optional<Value> length(const data::Entry& call) {
        const Value resolved = known_value(call.value, context_.parameters(), conditions());
        if (const List* list = resolved.as_list()) {
            return Value(static_cast<std::int64_t>(list->size()));
        }
        if (resolved.is_string() && argument_of(call.value, "Ref") != nullptr) {
            const auto pieces = base::split(resolved.text(), ',');
            return Value(static_cast<std::int64_t>(pieces.size()));
        }
        if (const Value* split = argument_of(resolved, "Fn::Split")) {
            const List* arguments = split->as_list();
            if (arguments != nullptr && arguments->size() == 2 && (*arguments)[0].is_string() &&
                !(*arguments)[0].text().empty() && (*arguments)[1].is_string()) {
                return Value(count((*arguments)[1].text(), (*arguments)[0].text()));
            }
        }
        context_.error(
            "Fn::Length takes a list that is known before the deployment",
            "a list, an Fn::Split of texts, or a Ref to a list parameter with a value",
            call.key_where);
        return std::nullopt;
    }

    /// Pieces of `text` between separators.
    static std::int64_t count(std::string_view text, std::string_view separator) {
        std::int64_t out = 1;
        for (std::size_t at = text.find(separator); at != std::string_view::npos;
             at = text.find(separator, at + separator.size())) {
            ++out;
        }
        return out;
    }

    /// A Ref or Fn::GetAtt whose names are functions, which only the extensions allow, with the
    /// names.
    std::optional<Value> reference(const data::Entry& call) {
        const List* parts = call.value.as_list();
        const auto is_function = [](const Value& name) { return name.is_map(); };
        if (!call.value.is_map() &&
            (parts == nullptr || std::none_of(parts->begin(), parts->end(), is_function))) {
            return std::nullopt;
        }
        Value names = known_value(call.value, context_.parameters(), conditions());
        const List* known = names.as_list();
        const auto is_name = [](const Value& name) { return name.is_string(); };
        if (known == nullptr ? !names.is_string()
                             : !std::all_of(known->begin(), known->end(), is_name)) {
            context_.error(
                fmt::format(
                    "the name that {} refers to must be known before the deployment", call.key),
                "a text, or a function of texts and parameters with a value",
                call.key_where);
            return std::nullopt;
        }
        return Value(Map{{call.key, std::move(names)}});
    }

    std::optional<Value> json_string(const data::Entry& call) {
        if (!call.value.is_list() && !call.value.is_map()) {
            context_.error("Fn::ToJsonString takes a map or a list", {}, call.key_where);
            return std::nullopt;
        }
        return json_text(known_value(call.value, context_.parameters(), conditions()));
    }

    /// The value that is found, or the default; nothing when only a deployment can tell, or when
    /// CloudFormation can look it up itself.
    std::optional<Value> find_in_map(const Value& argument) {
        const List* path = argument.as_list();
        const Value* fallback =
            path != nullptr && path->size() == 4 ? (*path)[3].find("DefaultValue") : nullptr;
        if (path == nullptr || path->size() < 3 || (path->size() == 4) != (fallback != nullptr)) {
            return std::nullopt;
        }
        List keys;
        for (std::size_t i = 0; i < 3; ++i) {
            keys.push_back(known_value((*path)[i], context_.parameters(), conditions()));
        }
        const bool known = std::all_of(keys.begin(), keys.end(), [](const Value& key) {
            return key.is_string() || key.is_numeric();
        });
        const Value call{Map{{"Fn::FindInMap", std::move(keys)}}};
        Value found = known ? context_.parameters().resolve(call) : call;
        if (argument_of(found, "Fn::FindInMap") == nullptr) {
            return found;
        }
        if (fallback == nullptr) {
            return std::nullopt;
        }
        if (!known) {
            context_.error(
                "the keys of Fn::FindInMap with a DefaultValue must be known before the deployment",
                "texts, or Refs to parameters with a value",
                argument.where());
            return std::nullopt;
        }
        return *fallback;
    }

    /// The template's conditions, or nullptr.
    const Map* conditions() {
        const Value* section = context_.document().find("Conditions");
        return section == nullptr ? nullptr : section->as_map();
    }

    Context& context_;
};

/// DeletionPolicy and UpdateReplacePolicy as texts, which is all that CloudFormation takes.
void resolve_policies(Context& context) {
    const Value* section = context.document().find("Conditions");
    const Map* conditions = section == nullptr ? nullptr : section->as_map();
    for (data::Entry& resource : context.resources()) {
        for (const char* name : policies) {
            Value* policy = resource.value.find(name);
            if (policy == nullptr || policy->is_string()) {
                continue;
            }
            Value resolved = known_value(*policy, context.parameters(), conditions);
            if (is_no_value(resolved)) {
                resource.value.as_map()->erase(name);
                continue;
            }
            if (resolved.is_string()) {
                resolved.set_where(policy->where());
                *policy = std::move(resolved);
                continue;
            }
            base::Error error;
            error.resource = resource.key;
            error.property = name;
            error.where = policy->where();
            error.message = fmt::format("{} must be known before the deployment", name);
            error.hint = "Retain, Delete or Snapshot, or a Ref to a parameter that is one of them";
            context.report({base::Severity::error, std::move(error)});
        }
    }
}

/// Attributes beside Properties that a function gives, mostly Fn::FindInMap with a DefaultValue: a
/// text, or nothing at all.
void resolve_attributes(Context& context) {
    const Value* section = context.document().find("Conditions");
    const Map* conditions = section == nullptr ? nullptr : section->as_map();
    for (const char* of : {"Resources", "Outputs"}) {
        Value* members = context.document().find(of);
        if (members == nullptr || !members->is_map()) {
            continue;
        }
        for (data::Entry& member : *members->as_map()) {
            for (const char* name : {"Condition", "DependsOn"}) {
                Value* attribute = member.value.find(name);
                if (attribute == nullptr || !attribute->is_map()) {
                    continue;
                }
                Value resolved = known_value(*attribute, context.parameters(), conditions);
                if (is_no_value(resolved)) {
                    member.value.as_map()->erase(name);
                } else {
                    *attribute = std::move(resolved);
                }
            }
        }
    }
}

/// Loops that stay as they are because nobody asked for the extensions.
void report_unrequested(Context& context) {
    for (const char* section : sections) {
        const Value* members = context.document().find(section);
        if (members == nullptr || !members->is_map()) {
            continue;
        }
        for (const data::Entry& entry : *members->as_map()) {
            if (entry.key.starts_with(loop_prefix)) {
                context.error(
                    "Fn::ForEach needs the transform AWS::LanguageExtensions",
                    "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]",
                    entry.key_where);
            }
        }
    }
}

} // namespace

bool has_language_extensions(const Map& document) {
    const Value* transforms = document.find("Transform");
    if (transforms == nullptr) {
        return false;
    }
    const auto is_it = [](const Value& name) { return name.text() == transform_name; };
    const List* list = transforms->as_list();
    return list == nullptr ? is_it(*transforms) : std::any_of(list->begin(), list->end(), is_it);
}

void expand_template_loops(
    Value& document, const Options& options, base::Diagnostics& diagnostics) {
    if (!document.is_map() || !has_language_extensions(*document.as_map())) {
        return;
    }
    Context context(document, options);
    const LoopNames names(*document.as_map());
    for (const char* section : sections) {
        if (Value* members = document.find(section)) {
            expand_loops(*members, context.parameters(), diagnostics, names);
        }
    }
}

void expand_language_extensions(Context& context) {
    if (!has_language_extensions(context.document())) {
        report_unrequested(context);
        return;
    }
    const LoopNames names(context.document());
    for (const char* section : sections) {
        if (Value* members = context.document().find(section)) {
            expand_loops(*members, context.parameters(), context.diagnostics(), names);
            Functions(context).evaluate(*members);
        }
    }
    resolve_attributes(context);
    resolve_policies(context);
}

} // namespace samara::transform
