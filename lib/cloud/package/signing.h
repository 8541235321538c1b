#pragma once

#include "aws_client/s3.h"

namespace samara::cloud {

struct SigningProfile;

/// Has AWS Signer sign an object; gives where the signed one is.
/// docs.aws.amazon.com/signer/latest/developerguide/lambda-workflow.html
aws_client::AwsResult<aws_client::S3Place> sign_artifact(
    aws_client::Session& session, const aws_client::S3Place& place, const SigningProfile& profile);

} // namespace samara::cloud
