#include "aws/partition.h"
#include "transform/api/api_paths.h"
#include "transform/api/usage_plan.h"
#include "transform/connector/connector.h"
#include "transform/core/context.h"
#include "transform/core/managed_policies.h"
#include "transform/core/policy_templates.h"
#include "transform/core/property_list.h"
#include "transform/function/shared_by_functions.h"

#include <optional>

/// What a Context holds of the folders above core/: it stands above them all, so that core/ need
/// not know them.
namespace samara::transform {

struct Context::Shared {
    AbsentPolicies absent_policies;
    AllApiPaths api_paths;
    std::optional<ConnectorFacts> connector_facts; ///< a table that few templates need
    Deployments deployments;
    PolicyTemplates policy_templates;
    PropertyLists property_lists;
    SharedDestinations destinations;
    SharedUsagePlan usage_plan;
};

namespace {

// None where the template has none: the passes that come before that is an error need only the
// parameters.
data::Map* resources_of(data::Value& document) {
    data::Value* resources = document.find("Resources");
    return resources == nullptr ? nullptr : resources->as_map();
}

} // namespace

Context::Context(data::Value& document, const Options& options)
    : document_(document), options_(options), partition_(aws::partition_of(options.region)),
      resources_(resources_of(document)),
      parameters_(document.find("Parameters"), document.find("Mappings"), options, partition_),
      shared_(std::make_unique<Shared>()) {}

Context::~Context() = default;

AbsentPolicies& Context::absent_policies() {
    return shared_->absent_policies;
}

AllApiPaths& Context::api_paths() {
    return shared_->api_paths;
}

ConnectorFacts& Context::connector_facts() {
    auto& facts = shared_->connector_facts;
    return facts ? *facts : facts.emplace();
}

Deployments& Context::deployments() {
    return shared_->deployments;
}

PolicyTemplates& Context::policy_templates() {
    return shared_->policy_templates;
}

PropertyLists& Context::property_lists() {
    return shared_->property_lists;
}

SharedDestinations& Context::shared_destinations() {
    return shared_->destinations;
}

SharedUsagePlan& Context::shared_usage_plan() {
    return shared_->usage_plan;
}

} // namespace samara::transform
