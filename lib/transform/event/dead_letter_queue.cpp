#include "transform/event/dead_letter_queue.h"

#include "transform/core/intrinsics.h"

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

std::optional<DeadLetterQueue>
read_dead_letter_queue(const Properties& event, std::string_view prefix) {
    if (event.find("DeadLetterConfig") == nullptr) {
        return DeadLetterQueue{};
    }
    const auto config = event.below("DeadLetterConfig");
    if (!config) {
        return std::nullopt;
    }
    const Value* arn = config->find("Arn");
    const Value* type = config->find("Type");
    const Value* id = config->find("QueueLogicalId");
    if ((arn == nullptr) == (type == nullptr)) {
        config->error(
            "",
            "DeadLetterConfig needs either Arn or Type",
            "Arn: <ARN of a queue>, or Type: SQS to generate one");
        return std::nullopt;
    }
    if (arn != nullptr) {
        return DeadLetterQueue{*arn, {}};
    }
    if (type->text() != "SQS") {
        config->error("Type", "the Type of a generated dead-letter queue must be SQS");
        return std::nullopt;
    }
    if (id != nullptr && !id->is_string()) {
        config->error(
            "QueueLogicalId",
            "QueueLogicalId must be a string",
            "a logical id cannot come from an intrinsic function");
        return std::nullopt;
    }
    std::string queue_id = id == nullptr ? fmt::format("{}Queue", prefix) : *id->as_string();
    Value generated = make_get_att(queue_id, "Arn");
    return DeadLetterQueue{std::move(generated), std::move(queue_id)};
}

void emit_dead_letter_queue(
    const Resource& owner,
    const DeadLetterQueue& queue,
    std::string_view prefix,
    std::string_view rule_id,
    const Map& attributes) {
    if (queue.queue_id.empty()) {
        return;
    }
    owner.emit(queue.queue_id, "AWS::SQS::Queue", {}, attributes);
    owner.emit(
        fmt::format("{}QueuePolicy", prefix),
        "AWS::SQS::QueuePolicy",
        {{"PolicyDocument",
          Map{{"Version", "2012-10-17"},
              {"Statement",
               List{Map{
                   {"Effect", "Allow"},
                   {"Principal", Map{{"Service", "events.amazonaws.com"}}},
                   {"Action", "sqs:SendMessage"},
                   {"Resource", queue.arn},
                   {"Condition",
                    Map{{"ArnEquals", Map{{"aws:SourceArn", make_get_att(rule_id, "Arn")}}}}}}}}}},
         {"Queues", List{make_ref(queue.queue_id)}}},
        attributes);
}

} // namespace samara::transform
