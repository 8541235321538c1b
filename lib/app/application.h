#pragma once

#include "base/error.h"
#include "data/value.h"
#include "intrinsics/resolver.h"
#include "template/function.h"
#include "template/function_settings.h"
#include "template/layer.h"
#include "template/parameters.h"
#include "template/sections.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace samara::app {

struct LoadOptions {
    std::filesystem::path template_file; ///< absolute
    model::ParameterOverrides parameter_overrides;
    std::string region = "us-east-1";
};

/// A template as the local commands see it: transformed, its conditions decided, its functions and
/// layers read. Movable, not copyable: the parts refer to the documents inside.
class Application {
public:
    /// Fails when the template cannot be read at all. What is wrong with single resources is in
    /// diagnostics(): a function that cannot be understood is not in functions().
    static base::Result<Application> load(const LoadOptions& options);

    [[nodiscard]] const std::filesystem::path& template_file() const {
        return options_.template_file;
    }

    [[nodiscard]] std::filesystem::path folder() const {
        return options_.template_file.parent_path();
    }

    /// The template and the files it includes (AWS::Include, DefinitionUri), absolute.
    [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

    [[nodiscard]] const std::string& region() const { return options_.region; }

    /// The template as it was written.
    [[nodiscard]] const data::Value& source() const { return documents_->source; }

    /// CloudFormation, intrinsics not yet evaluated.
    [[nodiscard]] const data::Value& document() const { return documents_->transformed; }

    [[nodiscard]] const model::Sections& sections() const { return sections_; }

    [[nodiscard]] intrinsics::Resolver& resolver() { return *resolver_; }

    [[nodiscard]] const std::vector<model::Function>& functions() const { return functions_; }

    [[nodiscard]] const std::vector<model::Layer>& layers() const { return layers_; }

    [[nodiscard]] const base::Diagnostics& diagnostics() const { return diagnostics_; }

    /// By logical id or function name.
    [[nodiscard]] const model::Function* find_function(std::string_view name) const;

    /// The function `name`, or the only one when `name` is empty. The error lists the ones that
    /// exist, or says what is wrong with the one that was asked for.
    [[nodiscard]] base::Result<const model::Function*>
    require_function(const std::string& name) const;

    /// The layer whose local ARN this is, or nullptr.
    [[nodiscard]] const model::Layer* find_layer(std::string_view arn) const;

private:
    struct Documents {
        data::Value source;
        data::Value transformed;
    };

    Application(LoadOptions options, Documents documents);
    base::Result<void> read();
    void read_resource(const data::Entry& resource);
    void read_resolved(
        std::string_view type, const std::string& logical_id, const data::Value& resource);
    void apply_settings();

    LoadOptions options_;
    std::vector<std::filesystem::path> files_;
    std::unique_ptr<Documents> documents_; // a stable address for sections_
    model::Sections sections_;
    std::optional<intrinsics::Resolver> resolver_;
    std::vector<model::Function> functions_;
    std::vector<model::Layer> layers_;
    std::vector<model::EventInvokeConfig> event_configs_;
    std::vector<model::ProvisionedConcurrency> provisioned_;
    base::Diagnostics diagnostics_;
};

} // namespace samara::app
