#pragma once

#include "aws_client/session.h"
#include "cloud/remove/remove.h"
#include "cloud/remove/stored.h"

#include <set>
#include <string>
#include <vector>

/// Deleting what was uploaded.
namespace samara::cloud {

/// Objects of one bucket, several at once; those that are not there are told of.
aws_client::AwsResult<void> remove_objects(
    aws_client::Session& session,
    const std::string& bucket,
    const std::vector<std::string>& keys,
    RemovalTalk& talk);

/// Every object below "PREFIX/".
aws_client::AwsResult<void> remove_folder(
    aws_client::Session& session,
    const std::string& bucket,
    const std::string& prefix,
    RemovalTalk& talk);

/// Images, and repositories but those of `retained` logical ids.
aws_client::AwsResult<void> remove_images(
    aws_client::Session& session,
    const StoredArtifacts& stored,
    const std::set<std::string>& retained,
    RemovalTalk& talk);

} // namespace samara::cloud
