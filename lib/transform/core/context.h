#pragma once

#include "base/error.h"
#include "data/value.h"
#include "transform/core/parameters.h"
#include "transform/transform.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace samara::transform {

class AbsentPolicies;
class ConnectorFacts;
class PolicyTemplates;
class PropertyLists;
class Resource;
struct AllApiPaths;
struct Deployments;
struct SharedDestinations;
struct SharedUsagePlan;

/// One transform in the making: the template, what was generated so far, what went wrong.
class Context {
public:
    Context(data::Value& document, const Options& options);
    Context(const Context&) = delete;
    Context(Context&&) = delete;
    Context& operator=(const Context&) = delete;
    Context& operator=(Context&&) = delete;
    ~Context();

    [[nodiscard]] const Options& options() const { return options_; }

    [[nodiscard]] std::string_view region() const { return options_.region; }

    [[nodiscard]] std::string_view partition() const { return partition_; }

    [[nodiscard]] const Parameters& parameters() const { return parameters_; }

    /// The template's top level.
    [[nodiscard]] data::Map& document() { return *document_.as_map(); }

    /// The template's resources; only of a template that has some. Expanders may change those that
    /// are expanded later (an Api event writes into the DefinitionBody of its Api) and plain
    /// CloudFormation resources (an S3 event configures its bucket), and passes before the
    /// expansion may add some.
    [[nodiscard]] data::Map& resources() { return *resources_; }

    /// The resource with that id when it has that type, else nullptr.
    [[nodiscard]] data::Map* find_resource(std::string_view logical_id, std::string_view type = {});

    /// The template's Conditions, added when there are none.
    [[nodiscard]] data::Map& conditions();

    /// What expanders have added so far.
    [[nodiscard]] data::Map& generated() { return generated_; }

    [[nodiscard]] const data::Map& generated() const { return generated_; }

    /// Makes `Ref: owner.property` (and Fn::Sub, Fn::GetAtt of it) mean the generated resource.
    void refer(std::string_view owner, std::string_view property, std::string logical_id);

    /// Makes references to `from` mean `to` (a LayerVersion's id changes with its content).
    void rename(std::string_view from, std::string to);

    /// Makes DependsOn `from`, which is not in the output, mean the resources `by`.
    void replace_dependency(std::string_view from, data::List by);

    /// Replaces what rename() and replace_dependency() registered in every DependsOn.
    void resolve_dependencies(data::Map& resources) const;

    /// Replaces what refer() and rename() registered everywhere in `value`.
    void resolve_generated_references(data::Value& value) const;

    void report(base::Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }

    /// An error of the template as a whole: of its structure, or of an API's definition. AWS's
    /// transform ends at the first of them, and tells nothing of what else it has found.
    void error(std::string message, std::string hint = {}, const base::Location& where = {});

    /// Leaves warnings and, when there are errors of the template as a whole, of the errors those.
    void keep_what_aws_tells();

    [[nodiscard]] const base::Diagnostics& diagnostics() const { return diagnostics_; }

    [[nodiscard]] base::Diagnostics& diagnostics() { return diagnostics_; }

    // What the expansion of several resources shares, made of types of the folders that use it.
    [[nodiscard]] AbsentPolicies& absent_policies();
    [[nodiscard]] AllApiPaths& api_paths();
    [[nodiscard]] ConnectorFacts& connector_facts();
    [[nodiscard]] Deployments& deployments();
    [[nodiscard]] PolicyTemplates& policy_templates();
    [[nodiscard]] PropertyLists& property_lists();
    [[nodiscard]] SharedDestinations& shared_destinations();
    [[nodiscard]] SharedUsagePlan& shared_usage_plan();

    /// Whether this is the first call: one warning of stand-ins for artifacts is enough.
    [[nodiscard]] bool may_warn_of_stand_ins() {
        return !std::exchange(warned_of_stand_ins_, true);
    }

private:
    data::Value& document_;
    const Options& options_;
    std::string partition_;
    data::Map* resources_ = nullptr;
    Parameters parameters_;
    data::Map generated_;
    data::Map references_; ///< "Owner.Property" to logical id
    data::Map renamed_;    ///< logical id to logical id
    data::Map replaced_;   ///< logical id to list of logical ids
    base::Diagnostics diagnostics_;
    base::Diagnostics of_template_; ///< what error() got
    bool warned_of_stand_ins_ = false;
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

} // namespace samara::transform
