#include "cloud/remove/artifacts.h"

#include "cloud/at_once.h"
#include "data/accessors.h"

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;

namespace {

aws_client::Call
object_call(std::string_view operation, const std::string& bucket, const std::string& key) {
    aws_client::Call call{.service = "s3", .operation = operation};
    call.input.set("Bucket", bucket);
    call.input.set("Key", key);
    return call;
}

/// Whether it was there.
AwsResult<bool> remove_object(Session& session, const std::string& bucket, const std::string& key) {
    const auto there = session.call(object_call("HeadObject", bucket, key));
    if (!there) {
        return there.error().failure == aws_client::AwsFailure::service
                   ? AwsResult<bool>(false)
                   : aws_client::aws_fail(there.error());
    }
    AWS_TRY(session.call(object_call("DeleteObject", bucket, key)));
    return true;
}

AwsResult<void> remove_image(Session& session, const StoredImage& image, RemovalTalk& talk) {
    aws_client::Call call{.service = "ecr", .operation = "BatchDeleteImage"};
    call.input.set("repositoryName", image.repository);
    call.input.set("imageIds", data::List{data::Map{{"imageTag", image.tag}}});
    const auto reply = session.call(call);
    if (!reply) {
        return reply.error().code == "RepositoryNotFoundException"
                   ? AwsResult<void>()
                   : aws_client::aws_fail(reply.error());
    }
    const data::Value* failures = reply->value.find("failures");
    if (failures == nullptr || failures->as_list() == nullptr || failures->as_list()->empty()) {
        talk.say(
            fmt::format("- Deleting ECR image {} in repository {}", image.tag, image.repository));
        return {};
    }
    for (const data::Value& failure : *failures->as_list()) {
        talk.say(
            data::text_of(failure, "failureCode") == "ImageNotFound"
                ? fmt::format(
                      "- Could not find image with tag {} in repository {}",
                      image.tag,
                      image.repository)
                : fmt::format(
                      "- Could not delete image with tag {} in repository {}: {}",
                      image.tag,
                      image.repository,
                      data::text_of(failure, "failureReason")));
    }
    return {};
}

} // namespace

AwsResult<void> remove_objects(
    Session& session,
    const std::string& bucket,
    const std::vector<std::string>& keys,
    RemovalTalk& talk) {
    std::vector<AwsResult<bool>> results(keys.size());
    for_each_at_once(
        keys.size(), [&](std::size_t i) { results[i] = remove_object(session, bucket, keys[i]); });
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!results[i]) {
            return aws_client::aws_fail(results[i].error());
        }
        talk.say(fmt::format(
            "- {} with key {}",
            *results[i] ? "Deleting S3 object" : "Could not find and delete the S3 object",
            keys[i]));
    }
    return {};
}

AwsResult<void> remove_folder(
    Session& session, const std::string& bucket, const std::string& prefix, RemovalTalk& talk) {
    std::vector<std::string> keys;
    aws_client::Call call{.service = "s3", .operation = "ListObjectsV2"};
    call.input.set("Bucket", bucket);
    call.input.set("Prefix", prefix + "/");
    AWS_TRY(aws_client::for_each_page(
        session,
        std::move(call),
        "NextContinuationToken",
        "ContinuationToken",
        [&](const data::Value& page) {
            const data::Value* contents = page.find("Contents");
            if (contents == nullptr) {
                return true;
            }
            if (contents->as_list() == nullptr) { // one alone
                keys.push_back(data::text_of(*contents, "Key"));
                return true;
            }
            for (const data::Value& object : *contents->as_list()) {
                keys.push_back(data::text_of(object, "Key"));
            }
            return true;
        }));
    return remove_objects(session, bucket, keys, talk);
}

AwsResult<void> remove_images(
    Session& session,
    const StoredArtifacts& stored,
    const std::set<std::string>& retained,
    RemovalTalk& talk) {
    for (const StoredImage& image : stored.images) {
        AWS_TRY(remove_image(session, image, talk));
    }
    for (const StoredRepository& repository : stored.repositories) {
        if (retained.contains(repository.logical_id)) {
            continue;
        }
        talk.say(fmt::format("- Deleting ECR repository {}", repository.name));
        aws_client::Call call{.service = "ecr", .operation = "DeleteRepository"};
        call.input.set("repositoryName", repository.name);
        call.input.set("force", true);
        const auto reply = session.call(call);
        if (!reply && reply.error().code != "RepositoryNotFoundException") {
            return aws_client::aws_fail(reply.error());
        }
    }
    return {};
}

} // namespace samara::cloud
