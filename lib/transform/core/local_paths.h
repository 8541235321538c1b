#pragma once

#include "data/value.h"
#include "transform/transform.h"

namespace samara::transform {

/// Puts known values (parameters, mappings, Fn::Sub of them) in the place of the intrinsics that
/// stand for a local path: CodeUri, ContentUri, DefinitionUri, Location and their like. AWS's
/// transform takes none there, for what is deployed is in S3; a build and a local run have to know
/// the path. What is not a text afterwards stays as it was.
void resolve_local_paths(data::Value& document, const Options& options);

} // namespace samara::transform
