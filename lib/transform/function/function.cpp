#include "data/accessors.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/tags.h"
#include "transform/function/function_parts.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

/// AWS::Serverless::Function
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// The properties that go into the Lambda function as they are.
constexpr std::array copied{
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "FileSystemConfigs",
    "CodeSigningConfigArn",
    "PackageType",
    "ImageConfig",
    "Architectures",
    "EphemeralStorage",
    "SnapStart",
    "RuntimeManagementConfig",
    "Layers",
    "LoggingConfig",
    "RecursiveLoop",
    "TenancyConfig",
    "DurableConfig",
    "PublishToLatestPublished",
};

/// Those that are left out when they are empty.
constexpr std::array copied_when_given{"FunctionScalingConfig"};

/// Two properties that cannot both be there, or of which one needs the other.
struct PropertyPair {
    std::string_view property;
    std::string_view other;
    bool even_empty = false; ///< what is empty counts too

    [[nodiscard]] bool has(const Resource& function, std::string_view name) const {
        return (even_empty ? function.find(name) : function.given(name)) != nullptr;
    }
};

constexpr std::array exclusions{
    PropertyPair{"CapacityProviderConfig", "ProvisionedConcurrencyConfig", true},
    PropertyPair{"CapacityProviderConfig", "VpcConfig", true},
    PropertyPair{"TenancyConfig", "ProvisionedConcurrencyConfig"},
    PropertyPair{"TenancyConfig", "SnapStart"},
    PropertyPair{"TenancyConfig", "FunctionUrlConfig"},
};

constexpr std::array requirements{
    PropertyPair{"FunctionScalingConfig", "CapacityProviderConfig", true},
    PropertyPair{"ProvisionedConcurrencyConfig", "AutoPublishAlias"},
    PropertyPair{"VersionDeletionPolicy", "AutoPublishAlias", true},
};

bool check_pairs(const Resource& function) {
    bool good = true;
    for (const PropertyPair& pair : exclusions) {
        const std::string_view property = pair.property;
        const std::string_view excludes = pair.other;
        if (pair.has(function, property) && pair.has(function, excludes)) {
            good = false;
            function.error(
                excludes,
                fmt::format("{} cannot be used with {}", excludes, property),
                fmt::format("remove {} or {}", excludes, property));
        }
    }
    for (const PropertyPair& pair : requirements) {
        const std::string_view property = pair.property;
        const std::string_view needed = pair.other;
        if (pair.has(function, property) && !pair.has(function, needed)) {
            good = false;
            function.error(
                property,
                fmt::format("{} needs {}", property, needed),
                fmt::format("add {}, or remove {}", needed, property));
        }
    }
    return good;
}

/// Its members; an intrinsic function has none of them.
bool check_capacity_provider(const Resource& function) {
    return function.given("CapacityProviderConfig") == nullptr ||
           function.below("CapacityProviderConfig")->check("Function/CapacityProviderConfig");
}

/// The events that a function with tenants can have: those whose request names the tenant.
constexpr std::array tenant_events{"Api", "HttpApi"};

bool check_tenancy(const Resource& function) {
    const Map* events = function["Events"].as_map();
    if (function.given("TenancyConfig") == nullptr || events == nullptr) {
        return true;
    }
    bool good = true;
    for (const data::Entry& event : *events) {
        const Value* type = event.value.find("Type");
        if (type != nullptr &&
            std::find(tenant_events.begin(), tenant_events.end(), type->text()) ==
                tenant_events.end()) {
            good = false;
            function.error_at(
                *type,
                fmt::format("Events.{}.Type", event.key),
                fmt::format("TenancyConfig cannot be used with {} events", type->text()),
                "a tenant's function takes Api and HttpApi events only");
        }
    }
    return good;
}

bool copy_dead_letter_queue(const Resource& function, Map& lambda) {
    const Value* queue = function.given("DeadLetterQueue");
    if (queue == nullptr) {
        return true;
    }
    const Value* type = queue->find("Type");
    const Value* arn = queue->find("TargetArn");
    if (type == nullptr || arn == nullptr || !is_given(type) || !is_given(arn)) {
        function.error(
            "DeadLetterQueue", "DeadLetterQueue needs Type and TargetArn", "Type is SNS or SQS");
        return false;
    }
    if (type->text() != "SNS" && type->text() != "SQS") {
        function.error_at(
            *type,
            "DeadLetterQueue.Type",
            fmt::format("a dead-letter queue is not of Type {}", data::scalar_text(*type)),
            "SNS or SQS");
        return false;
    }
    lambda.set("DeadLetterConfig", Map{{"TargetArn", *arn}});
    return true;
}

void check_architectures(const Resource& function) {
    const List* list = function["Architectures"].as_list();
    if (list == nullptr) {
        return;
    }
    const bool known =
        list->size() == 1 && (is_intrinsic(list->front()) || list->front().text() == "x86_64" ||
                              list->front().text() == "arm64");
    if (!known) {
        function.warning(
            "Architectures",
            "Lambda takes one architecture only",
            "Architectures: [x86_64] or [arm64]");
    }
}

/// A number, also where it is written as a text.
Value as_number(const Value& value) {
    const std::string_view text = value.text();
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || failed != std::errc() || end != text.data() + text.size()) {
        return value;
    }
    const auto whole = data::whole_number(number);
    return whole ? Value(*whole) : Value(number);
}

Value capacity_provider(const Map& config) {
    Map out;
    for (const data::Entry& entry : config) {
        if (!entry.value.is_null()) {
            const bool arn = entry.key == "Arn";
            out.set(
                arn ? "CapacityProviderArn" : entry.key,
                arn ? entry.value : as_number(entry.value));
        }
    }
    return Map{{"LambdaManagedInstancesCapacityProviderConfig", std::move(out)}};
}

const Map& tags_of(const Resource& function) {
    static const Map none;
    const Value& tags = function["Tags"];
    return tags.is_map() ? *tags.as_map() : none;
}

/// A new hash of the code changes the function too, so that there is something to publish.
void mark_description(const Resource& function, const std::string& sha, Map& lambda) {
    const Value own = function.context().parameters().resolve_references(function["Description"]);
    if (!is_given(&own)) {
        lambda.set("Description", sha);
    } else if (own.is_string()) {
        lambda.set("Description", fmt::format("{} {}", own.text(), sha));
    } else {
        lambda.set("Description", make_join(" ", List{own, sha}));
    }
}

} // namespace

bool is_traced(const Resource& function) {
    const Value* tracing = function.given("Tracing");
    return tracing != nullptr &&
           function.context().parameters().resolve_references(*tracing).text() != "Disabled";
}

std::optional<Map> lambda_properties(const Resource& function) {
    auto code = function_code(function);
    bool good = code.has_value();
    Map lambda;
    if (good) {
        lambda.set("Code", std::move(*code));
    }
    if (const Value* name = function.given("FunctionName")) {
        lambda.set("FunctionName", *name);
    }
    for (const char* name : copied) {
        if (const Value* value = function.find(name)) {
            lambda.set(name, *value);
        }
    }
    for (const char* name : copied_when_given) {
        if (const Value* value = function.given(name)) {
            lambda.set(name, *value);
        }
    }
    if (is_traced(function)) {
        lambda.set(
            "TracingConfig",
            Map{
                {"Mode",
                 function.context().parameters().resolve_below(*function.given("Tracing"))}});
    }
    if (const Value* key = function.given("SourceKMSKeyArn");
        key != nullptr && good && !is_image(function)) {
        if (Map* location = lambda.find("Code")->as_map()) {
            location->set("SourceKMSKeyArn", *key);
        }
    }
    if (const Value* config = function.given("CapacityProviderConfig")) {
        lambda.set("CapacityProviderConfig", capacity_provider(*config->as_map()));
    }
    good = copy_dead_letter_queue(function, lambda) && good;
    check_architectures(function);
    lambda.set("Tags", tag_list_created_by("lambda", tags_of(function)));
    return good ? std::optional(std::move(lambda)) : std::nullopt;
}

namespace {

/// The queue and the topic that come last of what was generated are what
/// ${Function.DestinationQueue} and ${Function.DestinationTopic} mean, whatever they are for.
void refer_to_destinations(const Resource& function, std::size_t before) {
    Context& context = function.context();
    const Map& generated = context.generated();
    for (const auto& [type, name] :
         {std::pair{"AWS::SQS::Queue", "DestinationQueue"},
          std::pair{"AWS::SNS::Topic", "DestinationTopic"}}) {
        const auto last = std::find_if(
            std::make_reverse_iterator(generated.end()),
            std::make_reverse_iterator(generated.begin() + static_cast<std::ptrdiff_t>(before)),
            [wanted = type](const data::Entry& made) {
                return made.value.find("Type")->text() == wanted;
            });
        if (last.base() != generated.begin() + static_cast<std::ptrdiff_t>(before)) {
            context.refer(function.logical_id(), name, last->key);
        }
    }
}

} // namespace

void expand_function(Resource& function) {
    const std::size_t before = function.context().generated().size();
    if (!check_policy_templates(function) || !function.check("Function")) {
        return;
    }
    const ReadEvents events = read_events(function);
    if (!events.good && !function.context().options().local_artifacts) {
        return;
    }
    bool good = check_pairs(function);
    good = check_capacity_provider(function) && good;
    good = check_lambda_tags(function) && good;
    good = check_tenancy(function) && good;
    if (!good) {
        return;
    }
    if (function.given("PropagateTags") != nullptr) {
        function.pass_on_tags(tags_of(function));
    }
    auto lambda = lambda_properties(function);
    if (!lambda) {
        return;
    }
    std::optional<PublishedAlias> alias;
    if (function.given("AutoPublishAlias") != nullptr) {
        Value& code = *lambda->find("Code");
        code = function.context().parameters().resolve_references(code);
        alias = published_alias(function, *lambda);
        good = alias.has_value();
    }
    if (alias && !alias->code_sha256.empty()) {
        mark_description(function, alias->code_sha256, *lambda);
    }
    const PublishedAlias* published = alias ? &*alias : nullptr;
    auto update_policy = deployment_update_policy(function, published);
    if (!good || !update_policy) {
        return;
    }
    if (published != nullptr) {
        emit_alias(function, *published, std::move(*update_policy));
    }
    emit_function_url(function, published);
    RoleNeeds needs;
    emit_event_invoke_config(function, published, needs.invocations);
    emit_events(function, events, published, needs.events);
    refer_to_destinations(function, before);
    lambda->set("Role", function_role(function, std::move(needs)));
    function.emit_main(function.logical_id(), "AWS::Lambda::Function", std::move(*lambda));
}

} // namespace samara::transform
