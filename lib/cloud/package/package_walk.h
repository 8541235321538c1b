#pragma once

#include "cloud/package/artifact_rows.h"
#include "cloud/package/package_loops.h"
#include "data/value.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// Finds what a template and its nested ones name on this machine. Private to cloud/.
namespace samara::cloud {

/// One path of a template.
struct Artifact {
    data::Value* value = nullptr; ///< in its document, where the answer goes
    std::string text;             ///< as it was written
    std::filesystem::path path;
    Form form = Form::url;
    bool lambda = false;
    bool exactly = false; ///< a file as it is, never zipped: of AWS::Include and of documents
    std::string property; ///< "CodeUri", for messages
    std::string resource; ///< path of its resource, "Child/Function"
    std::string type;
    std::string location = {}; ///< once it is uploaded
};

/// A template with what it names.
struct TemplateArtifacts {
    data::Value document;
    std::filesystem::path file;
    std::string prefix; ///< of the paths of its resources: "Child/"
    std::vector<Artifact> artifacts;

    struct Nested {
        data::Value* value = nullptr;
        std::string resource;
        std::string property;
        std::string text; ///< as it was written
        std::unique_ptr<TemplateArtifacts> content;
    };

    std::vector<Nested> nested;
};

/// Of `document`, read from `file`, its loops written out. Resources get their SamResourceId,
/// functions the CodeUri of Globals.
base::Result<std::unique_ptr<TemplateArtifacts>> find_artifacts(
    data::Value document,
    const std::filesystem::path& file,
    std::string prefix,
    const LoopRules& loops,
    base::Diagnostics& warnings);

/// "Unable to upload artifact ... referenced by ... parameter of ... resource."
base::Error cannot_upload(
    const std::string& value,
    const std::string& property,
    const std::string& resource,
    const std::string& reason);

} // namespace samara::cloud
