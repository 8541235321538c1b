#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/tags.h"
#include "transform/event/changed_resource.h"
#include "transform/event/function_event.h"

#include <algorithm>

#include <fmt/format.h>

/// Events of buckets and topics, which notify a function.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// Reports a problem of a plain resource that an event configures.
void resource_error(
    Context& context, std::string_view resource, const Value& at, std::string message) {
    base::Diagnostic diagnostic;
    diagnostic.error.resource = resource;
    diagnostic.error.message = std::move(message);
    diagnostic.error.where = at.where();
    context.report(std::move(diagnostic));
}

/// The list `name` in `map`, added when it is not there; nullptr when there is something else.
List* list_in(Map& map, std::string_view name) {
    Value& value = map[name];
    if (value.is_null()) {
        value = List{};
    }
    return value.as_list();
}

Map* map_in(Map& map, std::string_view name) {
    Value& value = map[name];
    if (value.is_null()) {
        value = Map{};
    }
    return value.as_map();
}

/// Makes the bucket come after the permission, so that S3 may check it. False (an error) when its
/// DependsOn is neither a logical id nor a list of them.
bool depend_on(const FunctionEvent& event, Map& bucket, const std::string& permission) {
    const Value* existing = bucket.find("DependsOn");
    List list{permission};
    bool good = true;
    if (existing != nullptr && existing->is_list()) {
        for (const Value& id : *existing->as_list()) {
            good = good && id.is_string();
            list.push_back(id);
        }
    } else if (existing != nullptr) {
        good = existing->is_string();
        list.push_back(*existing);
    }
    if (!good) {
        event.generated_place().error_at(
            *existing, "Bucket", "the bucket's DependsOn must be a logical id or a list of them");
        return false;
    }
    bucket.set("DependsOn", std::move(list));
    return true;
}

/// As depend_on, for a permission that exists under a condition only: DependsOn takes none, a tag
/// that refers to the permission does.
/// False when the bucket's Tags are no list.
bool depend_on_if(Map& properties, const std::string& permission, const Value& condition) {
    List* tags = list_in(properties, "Tags");
    if (tags != nullptr) {
        tags->emplace_back(Map{
            {"Key", fmt::format("sam:ConditionalDependsOn:{}", permission)},
            {"Value", Map{{"Fn::If", List{condition, make_ref(permission), "no dependency"}}}}});
    }
    return tags != nullptr;
}

/// Adds the function to the bucket's notifications.
void notify(FunctionEvent& event, std::string_view bucket_id, Map& bucket) {
    Context& context = event.function.context();
    const std::string permission = event.permission_id();
    event.emit_permission("s3.amazonaws.com", {{"SourceAccount", make_ref("AWS::AccountId")}});
    const Value* condition = event.function.attribute("Condition");
    if (condition == nullptr && !depend_on(event, bucket, permission)) {
        return;
    }
    // From here on the bucket gets no more members, so that pointers into it hold.
    const bool may_be_null = condition != nullptr || !bucket.contains("Properties");
    Map* properties = may_be_null ? map_in(bucket, "Properties") : bucket["Properties"].as_map();
    if (properties == nullptr) {
        resource_error(context, bucket_id, bucket["Properties"], "Properties must be a map");
        return;
    }
    if (condition != nullptr && !depend_on_if(*properties, permission, *condition)) {
        resource_error(context, bucket_id, (*properties)["Tags"], "Tags must be a list");
        return;
    }
    if (const Map& tags = event.function.passed_on_tags(); !tags.empty()) {
        properties->set("Tags", tag_list(tags));
    }
    Map* notifications = map_in(*properties, "NotificationConfiguration");
    if (notifications == nullptr) {
        resource_error(
            context,
            bucket_id,
            (*properties)["NotificationConfiguration"],
            "NotificationConfiguration must be a map");
        return;
    }
    List* configurations = list_in(*notifications, "LambdaConfigurations");
    if (configurations == nullptr) {
        resource_error(
            context,
            bucket_id,
            (*notifications)["LambdaConfigurations"],
            "LambdaConfigurations must be a list");
        return;
    }
    const Value& names = event.properties["Events"];
    const List list = names.is_list() ? *names.as_list() : List{names};
    for (const Value& name : list) {
        Map configuration{{"Event", name}, {"Function", event.target_arn()}};
        if (const Value* filter = event.properties.find("Filter")) {
            configuration.set("Filter", *filter);
        }
        Value written = make_conditional(condition, std::move(configuration));
        if (std::find(configurations->begin(), configurations->end(), written) ==
            configurations->end()) {
            configurations->push_back(std::move(written));
        }
    }
}

/// The logical id that the event's Bucket refers to; empty when it is no Ref.
std::string_view bucket_id(const FunctionEvent& event) {
    const Value* name = event.properties["Bucket"].find("Ref");
    return name != nullptr ? name->text() : std::string_view{};
}

/// A subscription's properties that are copied from the event.
void subscribe(
    const FunctionEvent& event, std::string_view protocol, Value endpoint, Value dead_letters) {
    event.emit(
        event.prefix,
        "AWS::SNS::Subscription",
        {{"Protocol", protocol},
         {"Endpoint", std::move(endpoint)},
         {"TopicArn", event.properties["Topic"]},
         {"Region", event.properties["Region"]},
         {"FilterPolicy", event.properties["FilterPolicy"]},
         {"FilterPolicyScope", event.properties["FilterPolicyScope"]},
         {"RedrivePolicy", std::move(dead_letters)}});
}

/// What the topic, when it is of this template, says of being a FIFO topic: only FIFO queues may
/// receive one. Null when it says nothing, or no.
Value fifo_of_topic(const FunctionEvent& event) {
    const Context& context = event.function.context();
    const std::string_view id = referenced_id(event.properties["Topic"]);
    Map* topic = id.empty() ? nullptr : event.function.context().find_resource(id);
    const Value* properties = topic == nullptr ? nullptr : topic->find("Properties");
    const Value* fifo = properties == nullptr ? nullptr : properties->find("FifoTopic");
    Value known = fifo == nullptr ? Value() : context.parameters().resolve_references(*fifo);
    return is_given(&known) ? known : Value();
}

void allow_topic(
    const FunctionEvent& event, std::string policy_id, const Value& arn, const Value& url) {
    event.emit(
        std::move(policy_id),
        "AWS::SQS::QueuePolicy",
        {{"PolicyDocument",
          Map{{"Version", "2012-10-17"},
              {"Statement",
               List{
                   Map{{"Action", "sqs:SendMessage"},
                       {"Effect", "Allow"},
                       {"Principal", "*"},
                       {"Resource", arn},
                       {"Condition",
                        Map{{"ArnEquals", Map{{"aws:SourceArn", event.properties["Topic"]}}}}}}}}}},
         {"Queues", List{url}}});
}

void poll_queue(const FunctionEvent& event, const Value& arn, Value batch_size, Value enabled) {
    event.policies.add_managed(managed_policy_arn(
        event.function.context(), "service-role/AWSLambdaSQSQueueExecutionRole"));
    event.emit(
        event.prefix + "EventSourceMapping",
        "AWS::Lambda::EventSourceMapping",
        {{"FunctionName", event.target_name()},
         {"EventSourceArn", arn},
         {"BatchSize", std::move(batch_size)},
         {"Enabled", std::move(enabled)}});
}

/// The topic fills a queue, from which the function is invoked.
void subscribe_new_queue(FunctionEvent& event) {
    const std::string queue_id = event.prefix + "Queue";
    const Value arn = make_get_att(queue_id, "Arn");
    event.emit(queue_id, "AWS::SQS::Queue", {{"FifoQueue", fifo_of_topic(event)}});
    allow_topic(event, event.prefix + "QueuePolicy", arn, make_ref(queue_id));
    subscribe(event, "sqs", arn, event.properties["RedrivePolicy"]);
    poll_queue(event, arn, 10, true);
}

void subscribe_own_queue(FunctionEvent& event, const Properties& queue) {
    const Value* arn = queue.given("QueueArn");
    const Value* url = queue.given("QueueUrl");
    if (arn == nullptr || url == nullptr) {
        queue.error(
            "",
            "SqsSubscription needs QueueArn and QueueUrl",
            "or SqsSubscription: true to generate a queue");
        return;
    }
    const Value* policy_id = queue.given("QueuePolicyLogicalId");
    if (policy_id != nullptr && !policy_id->is_string()) {
        queue.wrong_kind("QueuePolicyLogicalId", "a string");
        return;
    }
    allow_topic(
        event,
        policy_id == nullptr ? event.prefix + "QueuePolicy" : *policy_id->as_string(),
        *arn,
        *url);
    subscribe(event, "sqs", *arn, event.properties["RedrivePolicy"]);
    poll_queue(
        event,
        *arn,
        queue.given("BatchSize") == nullptr ? Value(10) : queue["BatchSize"],
        true); // whatever Enabled says, as in AWS's transform
}

} // namespace

bool check_s3_event(const FunctionEvent& event) {
    if (event.function.context().find_resource(bucket_id(event)) != nullptr) {
        return true;
    }
    event.properties.error(
        "Bucket",
        "the bucket of an S3 event must be in the same template",
        "!Ref the logical id of an AWS::S3::Bucket");
    return false;
}

void expand_s3_event(FunctionEvent& event) {
    const std::string_view id = bucket_id(event);
    Context& context = event.function.context();
    if (context.find_resource(id, "AWS::S3::Bucket") == nullptr) {
        // AWS names the resource that is no bucket.
        event.properties.for_resource(std::string(id))
            .error("Bucket", fmt::format("{} is no AWS::S3::Bucket", id));
        return;
    }
    notify(event, id, *context.find_resource(id));
    finish_changed_resource(context, id, *context.find_resource(id), "Bucket");
}

void expand_sns_event(FunctionEvent& event) {
    const Value& queue = event.properties["SqsSubscription"];
    if (!queue.is_null() && !queue.is_boolean() && !queue.is_map()) {
        event.generated_place().wrong_kind("SqsSubscription", "a boolean or a map");
        return;
    }
    if (queue.is_map() && is_given(&queue)) {
        subscribe_own_queue(event, *event.properties.below("SqsSubscription"));
    } else if (const bool* wanted = queue.as_boolean(); wanted != nullptr && *wanted) {
        subscribe_new_queue(event);
    } else {
        subscribe(event, "lambda", event.target_arn(), event.properties["RedrivePolicy"]);
        event.emit_permission("sns.amazonaws.com", {{"SourceArn", event.properties["Topic"]}});
    }
}

} // namespace samara::transform
