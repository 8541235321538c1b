#include "transform/core/conditions.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/event/destinations.h"
#include "transform/function/function_parts.h"
#include "transform/function/shared_by_functions.h"

#include <fmt/format.h>

/// EventInvokeConfig: asynchronous invocation and its destinations.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventinvokeconfiguration.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// The configuration of one outcome ("OnSuccess" or "OnFailure").
class DestinationWriter {
public:
    DestinationWriter(
        const Resource& function,
        const Properties& place,
        std::string config_id,
        RolePolicies& policies)
        : function_(function), place_(place), config_id_(std::move(config_id)),
          policies_(policies) {}

    /// The outcome's {Destination}, or nothing after an error.
    std::optional<Value> write(std::string_view outcome, const Value& config) {
        const Map* map = config.as_map();
        if (map == nullptr) {
            fail(config, outcome, "must be a map");
            return std::nullopt;
        }
        const Value* type = map->find("Type");
        const Value* destination = map->find("Destination");
        const DestinationType* row =
            type == nullptr ? nullptr : find_destination_type(type->text());
        if (row == nullptr) {
            fail(
                type == nullptr ? config : *type,
                fmt::format("{}.Type", outcome),
                "must be SQS, SNS, Lambda, EventBridge or S3Bucket");
            return std::nullopt;
        }
        auto& shared = function_.context().shared_destinations().made;
        const std::string place = base::to_string(config.where());
        const std::string owner = base::to_string(
            function_.context().resources().find_entry(function_.logical_id())->key_where.place);
        const auto made = place.empty() ? shared.end() : shared.find(place);
        const bool inherited = made != shared.end() && made->second.owner != owner;
        const Value resolved = inherited                ? made->second.destination
                               : destination == nullptr ? Value()
                                                        : *destination;
        auto target = given_or_generated(outcome, *row, config, resolved);
        if (!target) {
            return std::nullopt;
        }
        policies_.add(
            fmt::format("{}{}{}Policy", config_id_, outcome, row->policy),
            destination_policy(*row, *target));
        if (!place.empty()) {
            shared.insert_or_assign(place, SharedDestinations::Made{*target, owner});
        }
        return Value(Map{{"Destination", std::move(*target)}});
    }

private:
    void fail(const Value& at, std::string_view property, std::string_view what) {
        place_.error_at(
            at,
            fmt::format("DestinationConfig.{}", property),
            fmt::format("{} {}", property, what));
    }

    /// Whether a Fn::If has no value on one side: what SAM then makes exists under `condition`.
    struct Missing {
        bool then_value = false;
        bool else_value = false;
    };

    /// Nothing after an error.
    std::optional<Missing> missing(std::string_view outcome, const Value& destination) {
        const Value* branches = argument_of(destination, "Fn::If");
        if (branches == nullptr) {
            return Missing{};
        }
        const auto choice = as_if(destination);
        if (!choice || !choice->condition.is_string()) {
            base::Diagnostic diagnostic;
            diagnostic.error.message =
                fmt::format("Destination of {} has a malformed Fn::If", outcome);
            diagnostic.error.hint = "[condition name, value if true, value if false]";
            diagnostic.error.where = branches->where();
            // AWS names the resource that would be generated.
            diagnostic.error.resource = config_id_;
            function_.context().report(std::move(diagnostic));
            return std::nullopt;
        }
        const bool then_missing = is_no_value(choice->then_value);
        const bool else_missing = is_no_value(choice->else_value);
        return then_missing && else_missing ? Missing{} : Missing{then_missing, else_missing};
    }

    std::optional<Value> given_or_generated(
        std::string_view outcome,
        const DestinationType& row,
        const Value& config,
        const Value& destination) {
        const auto absent = missing(outcome, destination);
        if (!absent) {
            return std::nullopt;
        }
        const bool conditional = absent->then_value || absent->else_value;
        if (!destination.is_null() && !conditional) {
            return destination;
        }
        if (row.generated.empty()) {
            fail(config, outcome, "of this Type needs Destination");
            return std::nullopt;
        }
        const std::string id = fmt::format("{}{}{}", config_id_, outcome, row.suffix);
        Value generated = row.type == "SQS" ? make_get_att(id, "Arn") : make_ref(id);
        if (!conditional) {
            generate(id, row, nullptr);
            return generated;
        }
        Context& context = function_.context();
        const auto choice = as_if(destination);
        const std::string own(choice->condition.text());
        const std::string needed =
            absent->then_value ? own
                               : negated_condition(context, own, short_hash(Value(config_id_)));
        generate(id, row, &needed);
        return make_if(
            needed,
            std::move(generated),
            absent->then_value ? choice->else_value : choice->then_value);
    }

    /// Adds the queue or topic, when `condition` (null: always) and the function's own hold.
    void generate(const std::string& id, const DestinationType& row, const std::string* condition) {
        Map attributes = function_.passed_on();
        if (condition != nullptr) {
            const Value* own = function_.attribute("Condition");
            attributes.set(
                "Condition",
                own == nullptr ? Value(*condition)
                               : Value(both_conditions(
                                     function_.context(),
                                     own->text(),
                                     *condition,
                                     short_hash(Value(function_.logical_id())))));
        }
        function_.emit(id, row.generated, {}, std::move(attributes));
    }

    const Resource& function_;
    const Properties& place_;
    std::string config_id_;
    RolePolicies& policies_;
};

} // namespace

void emit_event_invoke_config(
    const Resource& function, const PublishedAlias* alias, RolePolicies& policies) {
    if (function.given("EventInvokeConfig") == nullptr) {
        return;
    }
    const auto written = function.below("EventInvokeConfig");
    const std::string config_id = function.logical_id() + "EventInvokeConfig";
    if (!written || !written->check("EventInvokeConfig")) {
        return;
    }
    Value resolved = function.context().parameters().resolve_references(Value(written->map()));
    if (!resolved.is_map()) { // a parameter's text
        function.wrong_kind("EventInvokeConfig", "a map");
        return;
    }
    const Properties own = function.beside("EventInvokeConfig", *resolved.as_map());
    const auto* const config = &own;
    Value destination_config = Map{};
    if (config->given("DestinationConfig") != nullptr) {
        const auto outcomes = config->below("DestinationConfig");
        if (!outcomes || !outcomes->check("EventInvokeDestinations")) {
            return;
        }
        Map both;
        bool good = true;
        for (const char* outcome : {"OnSuccess", "OnFailure"}) {
            const Value* given = outcomes->find(outcome);
            if (given == nullptr) {
                continue;
            }
            DestinationWriter writer(function, *config, config_id, policies);
            auto destination = writer.write(outcome, *given);
            good = good && destination.has_value();
            if (destination) {
                both.set(outcome, std::move(*destination));
            }
        }
        if (!good) {
            return;
        }
        destination_config = std::move(both);
    }
    Map attributes = function.all_attributes();
    if (alias != nullptr) {
        attributes.set("DependsOn", List{alias->alias_id});
    }
    function.emit(
        config_id,
        "AWS::Lambda::EventInvokeConfig",
        {{"FunctionName", make_ref(function.logical_id())},
         {"Qualifier", alias == nullptr ? "$LATEST" : alias->name},
         {"DestinationConfig", std::move(destination_config)},
         {"MaximumEventAgeInSeconds", (*config)["MaximumEventAgeInSeconds"]},
         {"MaximumRetryAttempts", (*config)["MaximumRetryAttempts"]}},
        std::move(attributes));
}

} // namespace samara::transform
