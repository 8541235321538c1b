#pragma once

#include "aws_client/session.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

/// Objects in S3.
namespace samara::aws_client {

struct S3Place {
    std::string bucket;
    std::string key;
};

struct PutRules {
    std::string kms_key_id; ///< empty: AES256
    std::map<std::string, std::string> metadata;
};

/// Bytes that have gone since the last call; from any thread.
using PutProgress = std::function<void(std::uint64_t bytes)>;

/// Runs tasks at once and gives the first error when all have ended.
using RunAll = std::function<AwsResult<void>(std::vector<std::function<AwsResult<void>()>> tasks)>;

/// Whether there is such an object. Any error of the service counts as none, since one may be
/// allowed to write, but not to look.
AwsResult<bool> object_exists(Session& session, const S3Place& place);

/// Bytes that stay the caller's until it is done.
AwsResult<void> put_bytes(
    Session& session,
    const S3Place& place,
    const PutRules& rules,
    std::string_view bytes,
    const PutProgress& progress);

/// A file, from 8 MiB on in parts, which `run_all` may send side by side; none of it is held in
/// memory as a whole. An upload that fails or is cancelled leaves no parts behind.
AwsResult<void> put_file(
    Session& session,
    const S3Place& place,
    const PutRules& rules,
    const std::filesystem::path& file,
    const PutProgress& progress,
    const RunAll& run_all);

/// "https://s3.eu-west-1.amazonaws.com/bucket/key", by path, the key as it is.
AwsResult<std::string> path_style_url(const Session& session, const S3Place& place);

} // namespace samara::aws_client
