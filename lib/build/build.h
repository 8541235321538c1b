#pragma once

#include "base/error.h"
#include "base/log.h"
#include "data/value.h"
#include "os/cancellation.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Turns sources into what Lambda would get: one artifact folder for each function and layer.
namespace samara::build {

/// A function of the template, its intrinsics resolved.
struct Function {
    std::string logical_id;
    std::filesystem::path source; ///< absolute: CodeUri, or the DockerContext of an image
    base::Location where;         ///< of CodeUri, for messages
    bool image = false;           ///< PackageType: Image
    std::string runtime;
    std::string handler;
    std::string architecture = "x86_64";
    data::Value metadata; ///< the resource's Metadata: map or null
};

/// A layer of the template. One without Metadata.BuildMethod is not built.
struct Layer {
    std::string logical_id;
    std::filesystem::path source; ///< absolute: ContentUri
    base::Location where;
    std::vector<std::string> compatible_runtimes;
    std::string architecture = "x86_64";
    data::Value metadata;
};

/// What `docker build` needs to make a function's image.
struct ImageBuild {
    std::string logical_id;
    std::filesystem::path context; ///< absolute
    std::string dockerfile;        ///< relative to the context
    std::string target;            ///< may be empty
    std::string tag;               ///< "<logical id in lower case>:<DockerTag or latest>"
    std::map<std::string, std::string> arguments;
    std::string architecture;
};

/// Builds images; an engine stands behind it. Thread-safe.
class ImageBuilder {
public:
    ImageBuilder() = default;
    ImageBuilder(const ImageBuilder&) = delete;
    ImageBuilder& operator=(const ImageBuilder&) = delete;
    ImageBuilder(ImageBuilder&&) = delete;
    ImageBuilder& operator=(ImageBuilder&&) = delete;
    virtual ~ImageBuilder() = default;

    /// Builds and tags; what the builder prints goes to `log`.
    virtual base::Result<void>
    build(const ImageBuild& image, const base::Log& log, const os::Cancellation& cancel) = 0;
};

struct Request {
    std::vector<Function> functions;
    std::vector<Layer> layers;
    std::filesystem::path build_dir; ///< absolute; its parent also gets build.toml
    std::filesystem::path cache_dir; ///< absolute
    std::filesystem::path manifest;  ///< --manifest, absolute; empty: the workflow's own name
    std::set<std::string> exclude;   ///< --exclude: logical ids
    bool whole = true; ///< false: a part of the template; the cache keeps what the rest has there
    bool cached = false;
    bool parallel = false;
    bool build_in_source = false;
};

/// What was made of one function or layer.
struct Artifact {
    std::filesystem::path folder; ///< relative to the build folder; empty for an image
    std::string image;            ///< tag; empty for a folder
};

using Artifacts = std::map<std::string, Artifact>; ///< by logical id

/// A finished build that nobody sees yet. Without `commit` it vanishes and the former build stays.
class Built {
public:
    Built(os::TempDir staging, std::filesystem::path build_dir, Artifacts artifacts);

    /// Artifacts by logical id. What was left out, an archive or inline code has none.
    [[nodiscard]] const Artifacts& artifacts() const { return artifacts_; }

    /// The folder that becomes the build folder: the place to write template.yaml into.
    [[nodiscard]] std::filesystem::path folder() const;

    /// build.toml, which goes beside the build folder.
    void set_graph(std::string text) { graph_ = std::move(text); }

    /// Puts the build in the place of the former one.
    base::Result<void> commit();

private:
    os::TempDir staging_;
    std::filesystem::path build_dir_;
    Artifacts artifacts_;
    std::string graph_;
};

/// Builds everything of the request into a folder beside the build folder. Fails with the first
/// thing that could not be built, in the order of the request; `log` gets the progress lines and
/// the output of a tool that failed. `images` may be null when no function is an image.
base::Result<Built> build(
    const Request& request,
    ImageBuilder* images,
    const base::Log& log,
    const os::Cancellation& cancel);

} // namespace samara::build
