#pragma once

#include "aws_client/credentials.h"
#include "base/error.h"
#include "data/value.h"
#include "net/http_client.h"
#include "os/cancellation.h"

#include <string>

/// Requests to AWS itself. Few things of an application cannot be run without them.
namespace samara::aws_client {

struct AwsService {
    std::string name; ///< "lambda"
    std::string region;
    std::string partition; ///< "aws", "aws-cn", "aws-us-gov"
};

/// The JSON answer to GET `target` (path and query, encoded), signed. The service is where
/// AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL says, else at AWS. Another status than 2xx fails
/// with what AWS says of it.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
base::Result<data::Value> aws_get(
    const AwsService& service,
    const std::string& target,
    const Credentials& credentials,
    const os::Cancellation& cancel);

/// What an URL (signed by whoever gave it) leads to, into `sink` as it comes. Fails on more than
/// `most_bytes`.
base::Result<void> download(
    const std::string& url,
    std::uint64_t most_bytes,
    const net::BodyReceiver& sink,
    const os::Cancellation& cancel);

} // namespace samara::aws_client
