#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Connectors: what one resource may do to another, as policies of roles and of resources.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html
namespace samara::transform {

/// The facts of schemas/transform/connectors.json.
class ConnectorFacts {
public:
    ConnectorFacts();

    /// The CloudFormation type that a SAM type becomes, or the type itself.
    [[nodiscard]] std::string_view plain_type(std::string_view type) const;

    /// How values (Arn, QueueUrl ...) come from the logical id of a resource of that plain type, or
    /// nullptr when connectors do not know it.
    [[nodiscard]] const data::Value* resource(std::string_view type) const;

    /// What is granted between plain types, or nullptr.
    [[nodiscard]] const data::Map*
    profile(std::string_view source, std::string_view destination) const;

    /// The plain destination types of a plain source type.
    [[nodiscard]] std::vector<std::string_view> destinations(std::string_view source) const;

    /// The IAM statements of that name.
    [[nodiscard]] const data::List& statements(std::string_view name) const;

private:
    data::Value facts_;
};

/// Source or Destination of a connector, as far as it is known.
struct ConnectorEnd {
    std::string id;    ///< logical id, or empty
    std::string type;  ///< plain type
    std::string shown; ///< type as Metadata shows it
    data::Map values;  ///< Arn, RoleName, ResourceId, Qualifier, Name, QueueUrl
};

/// What `reference` (Source or Destination of `connector`) names. Nothing after an error.
std::optional<ConnectorEnd> connector_end(const Properties& reference);

/// Whether `value` is a Ref or a GetAtt of the resource.
bool refers_to(const data::Value* value, std::string_view id);

/// The role of a source that has one for each of its targets: that of the target which
/// refers to the destination or has its ARN.
void set_role_of_target(Context& context, ConnectorEnd& source, const ConnectorEnd& destination);

/// Where the resources that a connector generates belong.
struct ConnectorPlace {
    const Resource& owner; ///< reports errors, passes on attributes
    std::string id;        ///< logical id of the connector
    std::string suffix;    ///< of generated ids: Destination0 when there are several
    data::Map attributes;  ///< of generated resources
};

/// Adds what lets `source` do `permissions` (Read, Write) to `destination`. Gives the id of what
/// was added, or empty after an error.
std::string connect(
    const ConnectorPlace& place,
    const ConnectorEnd& source,
    const ConnectorEnd& destination,
    const std::vector<std::string>& permissions);

} // namespace samara::transform
