#include "base/strings.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/function/function_parts.h"

#include <fmt/format.h>

/// AutoPublishAlias: a version for every change of the code, and an alias that points at it.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// The alias's name as part of a logical id, or empty when it cannot be one.
std::string id_part(std::string_view alias) {
    std::string out = base::replace_all(base::replace_all(alias, "-", "D"), "_", "U");
    const bool is_number = alias.find_first_not_of("0123456789") == std::string_view::npos;
    return !is_number && alphanumeric(out) == out ? out : std::string{};
}

/// Nothing after an error.
std::optional<std::string> alias_name(const Resource& function) {
    const Value& property = function["AutoPublishAlias"];
    const Value resolved = function.context().parameters().resolve_references(property);
    std::string name = resolved.is_string() ? *resolved.as_string() : std::string{};
    if (id_part(name).empty()) {
        function.error(
            "AutoPublishAlias",
            "AutoPublishAlias must be the name of an alias, or a Ref to a parameter that has one",
            "letters, digits, hyphens and underscores, not digits alone");
        return std::nullopt;
    }
    return name;
}

/// A layer with PublishLambdaVersion makes a new version of the function when it changes.
void add_published_layers(const Resource& function, Map& content) {
    const List* layers = function["Layers"].as_list();
    for (const Value& layer : layers == nullptr ? List{} : *layers) {
        const std::string_view id = referenced_id(layer);
        const Map* resource = id.empty() ? nullptr : function.context().find_resource(id);
        const Value* properties = resource == nullptr ? nullptr : resource->find("Properties");
        if (properties != nullptr && is_given(properties->find("PublishLambdaVersion"))) {
            content.set(id, *properties);
        }
    }
}

/// What the version's logical id is the hash of.
std::optional<Value> version_content(const Resource& function, const Map& lambda) {
    const Value& all = function["AutoPublishAliasAllProperties"];
    if (is_intrinsic(all)) {
        function.error(
            "AutoPublishAliasAllProperties",
            "AutoPublishAliasAllProperties cannot be an intrinsic function",
            "true or false");
        return std::nullopt;
    }
    if (const bool* whole = all.as_boolean(); whole != nullptr && *whole) {
        Map content = lambda;
        if (const Value* role = function.find("Role")) {
            content.set("Role", *role);
        }
        add_published_layers(function, content);
        return Value(std::move(content));
    }
    const Value& code = *lambda.find("Code"); // with known references resolved
    Map content = code.is_map() ? *code.as_map() : Map{{"Code", code}};
    // Beside the code, the environment, the memory and SnapStart make a new version.
    if (const Map* environment = function["Environment"].as_map()) {
        for (const data::Entry& entry : *environment) {
            content.set(entry.key, entry.value);
        }
    }
    if (const Value* memory = function.given("MemorySize")) {
        content.set("MemorySize", *memory);
    }
    // A snapshot is taken of a version.
    if (const Value* applies = function["SnapStart"].find("ApplyOn");
        applies != nullptr && applies->text() != "None") {
        content.set("SnapStart", function["SnapStart"]);
    }
    return Value(std::move(content));
}

/// AutoPublishCodeSha256, or empty; nothing after an error.
std::optional<std::string> code_sha256(const Resource& function) {
    if (const Value* sha = function.given("AutoPublishCodeSha256")) {
        const Value resolved = function.context().parameters().resolve_references(*sha);
        if (!resolved.is_string()) {
            function.error(
                "AutoPublishCodeSha256",
                "AutoPublishCodeSha256 must be a string, or a Ref to a parameter that has one",
                "Fn::Sub and other functions are not evaluated here");
            return std::nullopt;
        }
        return *resolved.as_string();
    }
    return std::string();
}

/// Nothing after an error.
std::optional<std::string>
version_hash(const Resource& function, const Map& lambda, const std::string& sha) {
    if (!sha.empty()) {
        return sha.substr(0, 10);
    }
    const auto content = version_content(function, lambda);
    return content ? std::optional(short_hash(*content)) : std::nullopt;
}

} // namespace

std::optional<PublishedAlias> published_alias(const Resource& function, const Map& lambda) {
    auto name = alias_name(function);
    auto sha = code_sha256(function);
    const auto hash = version_hash(function, lambda, sha.value_or(""));
    if (!name || !sha || !hash) {
        return std::nullopt;
    }
    PublishedAlias alias;
    alias.alias_id = fmt::format("{}Alias{}", function.logical_id(), id_part(*name));
    alias.version_id = fmt::format("{}Version{}", function.logical_id(), *hash);
    alias.name = std::move(*name);
    alias.code_sha256 = std::move(*sha);
    return alias;
}

void emit_alias(const Resource& function, const PublishedAlias& alias, Value update_policy) {
    Map version_attributes = function.passed_on();
    if (!version_attributes.contains("DeletionPolicy")) {
        // A function on instances of its own pays for every version that is kept.
        const bool on_instances = function.find("CapacityProviderConfig") != nullptr;
        const Value* policy = function.find("VersionDeletionPolicy");
        version_attributes.set(
            "DeletionPolicy",
            policy != nullptr ? *policy : Value(on_instances ? "Delete" : "Retain"));
    }
    function.emit(
        alias.version_id,
        "AWS::Lambda::Version",
        {{"FunctionName", make_ref(function.logical_id())},
         {"Description", function["VersionDescription"]},
         {"FunctionScalingConfig", function["FunctionScalingConfig"]}},
        std::move(version_attributes));

    Map alias_attributes = function.passed_on();
    alias_attributes.set("UpdatePolicy", std::move(update_policy));
    const Value* concurrency = function.given("ProvisionedConcurrencyConfig");
    function.emit(
        alias.alias_id,
        "AWS::Lambda::Alias",
        {{"Name", alias.name},
         {"FunctionName", make_ref(function.logical_id())},
         {"FunctionVersion", make_get_att(alias.version_id, "Version")},
         {"ProvisionedConcurrencyConfig", concurrency == nullptr ? Value() : *concurrency}},
        std::move(alias_attributes));
    function.context().refer(function.logical_id(), "Version", alias.version_id);
    function.context().refer(function.logical_id(), "Alias", alias.alias_id);
}

} // namespace samara::transform
