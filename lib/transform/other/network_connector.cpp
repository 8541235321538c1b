#include "transform/core/expanders.h"
#include "transform/core/lambda_role.h"
#include "transform/core/policies.h"
#include "transform/core/resource.h"

/// AWS::Serverless::NetworkConnector: the way of a microVM into a VPC.
namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

void expand_network_connector(Resource& connector) {
    bool good = connector.check("NetworkConnector");
    const auto vpc = connector.below("VpcConfig");
    good = vpc && vpc->check("NetworkConnector/VpcConfig") && good;
    if (!good) {
        return;
    }
    Map egress = vpc->map();
    egress.set("AssociatedComputeResourceTypes", List{"MicroVm"});
    const Value* role = connector.given("OperatorRole");
    Map out{
        {"Configuration", Map{{"VpcEgressConfiguration", std::move(egress)}}},
        {"OperatorRole",
         role != nullptr
             ? *role
             : emit_lambda_role(
                   connector,
                   "OperatorRole",
                   {{"ManagedPolicyArns",
                     List{managed_policy_arn(
                         connector.context(), "AWSLambdaNetworkConnectorOperatorPolicy")}}})},
        {"Tags", lambda_tags(connector)}};
    if (const Value* name = connector.given("Name")) {
        out.set("Name", *name);
    }
    connector.emit_main(connector.logical_id(), "AWS::Lambda::NetworkConnector", std::move(out));
}

} // namespace samara::transform
