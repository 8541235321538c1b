#pragma once

#include "data/value.h"
#include "transform/resource.h"

#include <string_view>

/// Resource policies of REST APIs.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-resourcepolicystatement.html
namespace samara::transform {

/// Adds what `policy` (the property ResourcePolicy) says of the methods of one path to the
/// definition. Errors are the document's. `now` is the
/// count of the definition's copies: see DefinitionHistory.
void restrict_path(
    Context& context,
    data::Map& definition,
    const data::Value& policy,
    std::string_view path,
    const data::Value& stage,
    std::uint32_t now);

/// Adds the policy's CustomStatements.
void add_custom_statements(data::Map& definition, const data::Value& policy);

} // namespace samara::transform
