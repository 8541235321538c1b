#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/route/closed.h"
#include "intrinsics/resolver.h"
#include "model/function.h"
#include "model/function_settings.h"
#include "model/layer.h"
#include "model/parameters.h"
#include "model/sections.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace samara::app {

struct LoadOptions {
    std::filesystem::path template_file; ///< absolute
    model::ParameterOverrides parameter_overrides;
    std::string region = "us-east-1";

    /// A function that is read although its Condition is false: somebody asks for it by its id.
    std::string asked_for;

    /// Functions, layers and stacks are read whatever their Condition says: what is built is
    /// deployed with other parameters.
    bool whatever_condition = false;

    /// Where a function URL is served, by what Ref gives for it; empty, or no address: nowhere.
    std::function<std::string(const std::string& url)> function_url;

    // Of a nested stack.
    std::string stack_path;                       ///< "Child/Grandchild"; empty for the root
    std::vector<std::filesystem::path> nested_in; ///< the templates around it, canonical
};

class Nested;

/// A template as the local commands see it: transformed, its conditions decided, its functions and
/// layers read. Movable, not copyable: the parts refer to the documents inside.
///
/// Nested stacks whose template is a local file are applications of their own, loaded with the
/// parameters that the template around them gives; their outputs are what Fn::GetAtt gives there.
/// functions() and layers() have those of all stacks, with paths from the root, so that who runs
/// functions need not know of stacks. Who reads other resources (APIs) goes through the tree:
///
///     application.for_each_stack([](Application& stack) {
///         for (entry : *stack.sections().resources)      // logical ids of that stack
///             stack.resolver().resolve(entry.value, ..), // Ref gives physical_id() of an id
///             stack.find_function(entry.key);            // its own before those of other stacks
///     });
class Application {
public:
    /// Fails when the template cannot be read at all. What is wrong with a part of it is in
    /// diagnostics(), and that part left out: a function that cannot be understood is in
    /// broken_functions() instead of functions().
    static base::Result<Application> load(const LoadOptions& options);

    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    Application(Application&&) noexcept;
    Application& operator=(Application&&) noexcept;
    ~Application();

    [[nodiscard]] const std::filesystem::path& template_file() const {
        return options_.template_file;
    }

    [[nodiscard]] std::filesystem::path folder() const {
        return options_.template_file.parent_path();
    }

    /// The template, those of its nested stacks and the files they include (AWS::Include,
    /// DefinitionUri), absolute.
    [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

    /// Whether all of those could be read.
    [[nodiscard]] bool is_complete() const { return complete_; }

    [[nodiscard]] const std::string& region() const { return options_.region; }

    /// The template as it was written, with the assets of the CDK in their places, its loops
    /// expanded and its local paths known.
    [[nodiscard]] const data::Value& source() const { return documents_->source; }

    /// CloudFormation, intrinsics not yet evaluated.
    [[nodiscard]] const data::Value& document() const { return documents_->transformed; }

    [[nodiscard]] const model::Sections& sections() const { return sections_; }

    [[nodiscard]] intrinsics::Resolver& resolver() { return *resolver_; }

    [[nodiscard]] const std::vector<model::Function>& functions() const { return functions_; }

    [[nodiscard]] const std::vector<model::Layer>& layers() const { return layers_; }

    /// Why a function is not understood, by logical id; reported in diagnostics(), too.
    [[nodiscard]] const std::map<std::string, base::Error, std::less<>>& broken_functions() const {
        return broken_functions_;
    }

    /// What of the APIs has to stay closed for a fault of the template.
    [[nodiscard]] const gateway::Closed& closed() const { return closed_; }

    /// Errors are what AWS refuses at deployment.
    [[nodiscard]] const base::Diagnostics& diagnostics() const { return diagnostics_; }

    /// "Child/Grandchild"; empty for the root.
    [[nodiscard]] const std::string& stack_path() const { return options_.stack_path; }

    /// How Ref and ARNs name a resource of this stack that has no name of its own: the logical id,
    /// in a nested stack "Child-Id".
    [[nodiscard]] std::string physical_id(std::string_view logical_id) const;

    /// The stacks nested in this one by logical id. One that cannot be loaded is in diagnostics().
    [[nodiscard]] std::vector<std::pair<std::string, Application*>> nested() const;

    /// This one, then those in it, whatever their depth.
    void for_each_stack(const std::function<void(Application&)>& visit);

    /// An output of the template, or nothing when there is none of that name.
    std::optional<data::Value> output(std::string_view name, base::Diagnostics& diagnostics);

    /// By path ("Child/Function"), logical id, function name or the CDK's construct id, in this
    /// order; the last three also of a nested stack's function where only one has it.
    [[nodiscard]] const model::Function* find_function(std::string_view name) const;

    /// Those that `name` may stand for: the one that find_function finds, else every function of
    /// that id in its stack, by their paths.
    [[nodiscard]] std::vector<const model::Function*> functions_called(std::string_view name) const;

    /// The function `name`, of several the first one, or the only one when `name` is empty. The
    /// error lists the ones that exist, or says what is wrong with the one that was asked for.
    [[nodiscard]] base::Result<const model::Function*>
    require_function(const std::string& name) const;

    /// The layer whose local ARN this is, or nullptr.
    [[nodiscard]] const model::Layer* find_layer(std::string_view arn) const;

private:
    struct Documents {
        data::Value source;
        data::Value transformed;
    };

    friend class Nested;

    Application(LoadOptions options, Documents documents);
    base::Result<void> read();
    [[nodiscard]] std::string path_of(std::string_view logical_id) const;
    void load_nested();
    void take_over_nested();
    void
    resolve_member(const std::string& logical_id, const data::Entry& member, data::Map& target);
    [[nodiscard]] base::Error reason(base::Error error) const;
    void report_type(const data::Entry& resource, const data::Value& type);
    void find_function_urls();
    [[nodiscard]] base::Location written_at(const data::Entry& resource) const;
    void read_resource(const data::Entry& resource);
    void read_resolved(
        std::string_view type, const std::string& logical_id, const data::Value& resource);
    void apply_settings();

    LoadOptions options_;
    std::vector<std::filesystem::path> files_;
    bool complete_ = true;
    std::unique_ptr<Documents> documents_; // a stable address for sections_
    model::Sections sections_;
    std::optional<intrinsics::Resolver> resolver_;
    std::vector<model::Function> functions_;
    std::vector<model::Layer> layers_;
    std::vector<model::EventInvokeConfig> event_configs_;
    std::vector<model::ProvisionedConcurrency> provisioned_;
    std::map<std::string, base::Error, std::less<>> broken_; // whatever they are, by logical id
    std::map<std::string, base::Error, std::less<>> broken_functions_;
    gateway::Closed closed_;
    base::Diagnostics diagnostics_;
    std::unique_ptr<Nested> nested_;
};

} // namespace samara::app
