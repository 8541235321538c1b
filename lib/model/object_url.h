#pragma once

#include "data/value.h"

#include <string>

namespace samara::model {

/// "s3://bucket/key" of {S3Bucket, S3Key} or {Bucket, Key}; empty for anything else.
std::string object_url(const data::Value& location);

} // namespace samara::model
