#pragma once

#include "data/value.h"
#include "transform/api/definition_history.h"
#include "transform/core/context.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What functions and state machines put into APIs, and under which conditions they do.
namespace samara::transform {

/// The conditions of the events of one path, or of one API; "" stands for an event without one.
using ConditionSet = std::set<std::string>;

struct ApiPaths {
    /// The definition is SAM's: it has the paths of the events, as their owners exist.
    bool written_by_sam = false;
    std::map<std::string, ConditionSet, std::less<>> paths;
    /// Of a REST API's definition.
    DefinitionHistory history;
};

/// By logical id of the API.
struct AllApiPaths {
    std::map<std::string, ApiPaths, std::less<>> apis;
    /// FunctionName of every function with an event of that API, joined.
    std::map<std::string, std::string, std::less<>> function_names;
};

/// The template's resources in the order in which AWS's transform visits them. Its passes for
/// events of APIs add an implicit API each, and take it away again when nothing needs it: what it
/// moved stays where it is. `passes`: of how many that holds already (1: REST, 2: HTTP too).
std::vector<const data::Entry*> resources_in_order(Context& context, int passes);

/// Fn::If around every path all of whose functions have a condition; adds the combined condition
/// "<Api><Path>PathCondition" where they have more than one. Only for APIs whose document SAM
/// writes.
void wrap_conditional_paths(Context& context, const std::string& api, data::Map& paths);

/// The same of one path. Once: what is added beside it later is not under the condition.
void wrap_conditional_path(Context& context, const std::string& api, data::Entry& path);

/// The condition under which any of `conditions` holds: none, the only one, or `name`, which is
/// added to the template as Fn::Or (in chains of ten, as many as Fn::Or takes).
std::optional<std::string>
any_of(Context& context, const ConditionSet& conditions, const std::string& name);

} // namespace samara::transform
