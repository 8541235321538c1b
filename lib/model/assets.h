#pragma once

#include "data/value.h"

namespace samara::model {

/// Puts the assets of a template that the CDK wrote in the place of the S3 objects they become: the
/// property that `aws:asset:property` names gets `aws:asset:path`, a folder or file beside the
/// template. An image's asset becomes DockerContext, Dockerfile, DockerBuildArgs and
/// DockerBuildTarget; what the CDK has bundled itself gets SkipBuild. Every resource of the CDK
/// gets its construct id as SamResourceId. A resource that was treated is marked with SamNormalized
/// and left as it is the next time. https://docs.aws.amazon.com/cdk/v2/guide/assets.html
void apply_assets(data::Value& document);

/// Writes `id` as SamResourceId into the metadata of a resource that has none: the name that its
/// own template calls it by, whatever is made of it.
void name_resource(data::Value& resource, std::string_view id);

/// "Fn" of "Stack/Nested/Fn/Resource", an aws:cdk:path; empty for another text.
std::string construct_id(std::string_view cdk_path);

} // namespace samara::model
