#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <string>
#include <string_view>

/// The Policies property of functions and state machines, and the role that they become part of.
namespace samara::transform {

/// What a role is made of beside its trust.
struct RolePolicies {
    data::List managed; ///< ARNs, or intrinsics that give one
    data::List inlined; ///< {PolicyName, PolicyDocument}

    /// Adds an ARN unless it is there.
    void add_managed(data::Value arn);
    /// Adds a policy unless the same one is there.
    void add(std::string name, data::Value document);
};

/// Whether the policy templates in `Policies` have the parameters they need. AWS's transform looks
/// at this first of all, and whether or not a role is made of them.
bool check_policy_templates(const Properties& properties);

/// Reads `Policies` of the resource: names and ARNs of managed policies, policy documents, policy
/// templates, and Fn::If of these. Documents are named <role id>Policy<index>. Appends to `out`;
/// whether all were understood.
bool read_policies(const Properties& properties, std::string_view role_id, RolePolicies& out);

/// arn:<partition>:iam::aws:policy/<path>
data::Value managed_policy_arn(const Context& context, std::string_view path);

/// {"Version": "2012-10-17", "Statement": [... sts:AssumeRole by the service]}
data::Value trust_policy(std::string_view service);

/// A policy document that allows the actions, without a Version.
data::Value allow(data::Value actions, data::Value resources);

} // namespace samara::transform
