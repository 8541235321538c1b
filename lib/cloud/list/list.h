#pragma once

#include "aws_client/cloudformation.h"
#include "data/value.h"

#include <string>
#include <vector>

/// What a stack has, beside what the template at hand would give it.
namespace samara::cloud {

/// What is not deployed has "-" for its physical id.
struct ListedResource {
    std::string logical_id;
    std::string physical_id;
};

/// Something that can be called.
struct ListedEndpoint {
    std::string logical_id;
    std::string physical_id;
    std::vector<std::string> urls = {};    ///< none where it has none, or is not deployed
    bool is_api = false;                   ///< has a list of URLs, else at most one
    std::vector<std::string> methods = {}; ///< "/hello['get', 'post']"
};

/// `template_document` is the CloudFormation of the local template; `stack` may be empty: only what
/// is local. A stack that is not there is an error.
aws_client::AwsResult<std::vector<ListedResource>> list_resources(
    aws_client::Session& session, const std::string& stack, const data::Value& template_document);

aws_client::AwsResult<std::vector<ListedEndpoint>> list_endpoints(
    aws_client::Session& session, const std::string& stack, const data::Value& template_document);

/// A stack without outputs is an error.
aws_client::AwsResult<std::vector<aws_client::StackOutput>>
list_stack_outputs(aws_client::Session& session, const std::string& stack);

} // namespace samara::cloud
