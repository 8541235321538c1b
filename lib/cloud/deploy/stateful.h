#pragma once

#include "aws_client/cloudformation.h"

#include <string>
#include <vector>

namespace samara::cloud {

/// A resource that holds data, and what a change set would do to it.
struct DataAtRisk {
    std::string logical_id;
    std::string type;
    std::string what; ///< "is removed", "is replaced", "may be replaced"
};

/// What of a change set takes data away: tables, buckets, queues, databases ... that are removed or
/// replaced, unless their DeletionPolicy or UpdateReplacePolicy keeps them.
std::vector<DataAtRisk> data_at_risk(const std::vector<aws_client::Change>& changes);

/// Whether resources of this type hold data: schemas/cloud/stateful.json.
bool holds_data(std::string_view type);

} // namespace samara::cloud
