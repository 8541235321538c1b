#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <string>
#include <string_view>

/// Resource policies of REST APIs.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-resourcepolicystatement.html
namespace samara::transform {

/// A route of a definition that is being edited.
struct RestPlace {
    std::string path;
    std::string method; ///< as OpenAPI has it
    data::Value stage;
    std::uint32_t now = 0; ///< count of the definition's copies: see DefinitionHistory
};

/// Adds what `policy` (the property ResourcePolicy) says of the methods of one path to the
/// definition. Errors are the document's; false after one.
bool restrict_path(
    Context& context, data::Map& definition, const data::Value& policy, const RestPlace& place);

/// Adds the policy's CustomStatements.
void add_custom_statements(data::Map& definition, const data::Value& policy);

} // namespace samara::transform
