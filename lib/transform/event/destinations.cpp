#include "transform/event/destinations.h"

#include "transform/core/intrinsics.h"
#include "transform/core/policies.h"

#include <algorithm>
#include <array>
#include <span>

namespace samara::transform {
namespace {

constexpr std::array destination_types{
    DestinationType{"SQS", "SQS", "sqs:SendMessage", "AWS::SQS::Queue", "Queue"},
    DestinationType{"SNS", "SNS", "sns:publish", "AWS::SNS::Topic", "Topic"},
    DestinationType{"Lambda", "Lambda", "lambda:InvokeFunction", "", ""},
    DestinationType{"EventBridge", "EventBridge", "events:PutEvents", "", ""},
    DestinationType{"S3Bucket", "S3", "", "", ""},
};

/// Of records that a poller gave up.
constexpr std::array failure_types{
    DestinationType{"SQS", "SQS", "sqs:SendMessage", "", ""},
    DestinationType{"SNS", "SNS", "sns:publish", "", ""},
    DestinationType{"S3", "S3", "", "", ""},
    DestinationType{"Kafka", "", "", "", ""},
};

const DestinationType* find_in(std::span<const DestinationType> types, std::string_view type) {
    const auto row = std::find_if(
        types.begin(), types.end(), [&](const DestinationType& r) { return r.type == type; });
    return row == types.end() ? nullptr : &*row;
}

} // namespace

const DestinationType* find_destination_type(std::string_view type) {
    return find_in(destination_types, type);
}

const DestinationType* find_failure_type(std::string_view type) {
    return find_in(failure_types, type);
}

data::Value destination_policy(const DestinationType& type, const data::Value& arn) {
    if (!type.action.empty()) {
        return allow(type.action, arn);
    }
    data::Value objects = allow("s3:PutObject", make_join("/", data::List{arn, "*"}));
    const data::Value bucket = allow("s3:ListBucket", arn);
    objects.find("Statement")->as_list()->push_back(bucket.find("Statement")->as_list()->front());
    return objects;
}

} // namespace samara::transform
