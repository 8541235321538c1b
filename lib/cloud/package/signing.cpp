#include "cloud/package/signing.h"

#include "aws_client/waiter.h"
#include "base/uuid.h"
#include "cloud/package/package.h"
#include "data/accessors.h"

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Look;
using aws_client::S3Place;

AwsResult<S3Place>
sign_artifact(aws_client::Session& session, const S3Place& place, const SigningProfile& profile) {
    constexpr aws_client::WaitTimes times{std::chrono::seconds(5), std::chrono::seconds(5) * 25};
    aws_client::Call tags{.service = "s3", .operation = "GetObjectTagging"};
    tags.input.set("Bucket", place.bucket);
    tags.input.set("Key", place.key);
    AWS_TRY_ASSIGN(const auto tagged, session.call(tags));
    const std::string version = tagged.header("x-amz-version-id");
    if (version.empty()) {
        return aws_client::aws_fail(
            aws_client::AwsFailure::other,
            fmt::format("The bucket {} keeps no versions of objects", place.bucket),
            fmt::format(
                "AWS Signer signs a version; turn them on: aws s3api put-bucket-versioning "
                "--bucket {} --versioning-configuration Status=Enabled",
                place.bucket));
    }
    data::Map source;
    source.set("bucketName", place.bucket);
    source.set("key", place.key);
    source.set("version", version);
    const std::size_t slash = place.key.rfind('/');
    data::Map destination;
    destination.set("bucketName", place.bucket);
    destination.set("prefix", place.key.substr(0, slash) + "/signed_");
    aws_client::Call start{.service = "signer", .operation = "StartSigningJob"};
    start.input.set("source", data::Map{{"s3", std::move(source)}});
    start.input.set("destination", data::Map{{"s3", std::move(destination)}});
    start.input.set("profileName", profile.name);
    start.input.set("clientRequestToken", base::make_uuid());
    if (!profile.owner.empty()) {
        start.input.set("profileOwner", profile.owner);
    }
    AWS_TRY_ASSIGN(const auto started, session.call(start));
    const std::string job = data::text_of(started.value, "jobId");
    std::string key;
    AWS_TRY(
        aws_client::wait_until(session, "SuccessfulSigningJob", times, [&]() -> AwsResult<Look> {
            aws_client::Call ask{.service = "signer", .operation = "DescribeSigningJob"};
            ask.input.set("jobId", job);
            AWS_TRY_ASSIGN(const auto reply, session.call(ask));
            const std::string status = data::text_of(reply.value, "status");
            if (status == "Failed") {
                return Look{Look::State::failed, data::text_of(reply.value, "statusReason")};
            }
            if (status != "Succeeded") {
                return Look{};
            }
            const data::Value* object = reply.value.find("signedObject");
            key = data::text_of(object == nullptr ? nullptr : object->find("s3"), "key");
            return Look{Look::State::done, {}};
        }));
    return S3Place{place.bucket, key};
}

} // namespace samara::cloud
