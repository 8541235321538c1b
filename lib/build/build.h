#pragma once

#include "base/error.h"
#include "base/log.h"
#include "build/progress.h"
#include "build/recipe.h"
#include "build/state.h"
#include "data/value.h"
#include "os/cancellation.h"
#include "os/temp_dir.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
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
    Recipe recipe;
    bool image = false;                       ///< PackageType: Image
    std::filesystem::path image_archive = {}; ///< where that lies in one: absolute
};

/// A layer of the template. One without Metadata.BuildMethod is not built.
struct Layer {
    std::string logical_id;
    std::filesystem::path source; ///< absolute: ContentUri
    base::Location where;
    Recipe recipe;
};

/// What `docker build` needs to make a function's image.
struct ImageBuild {
    std::string logical_id;
    std::filesystem::path context; ///< absolute
    std::string dockerfile;        ///< relative to the context
    std::string target;            ///< may be empty
    std::string tag;               ///< "<id in lower case>:<DockerTag or latest>"
    std::map<std::string, std::string> arguments;
    std::string architecture;
    std::vector<std::string> extra; ///< more options of `docker build`, as they are
    std::optional<bool> buildkit;   ///< nothing: where the Dockerfile asks for it
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

    /// What a name stands for now; empty where there is no such image here.
    virtual std::string identity(const std::string& image, const os::Cancellation& cancel) = 0;
};

class ToolHost;

/// What a build container is for.
struct ContainerNeeds {
    std::vector<std::string> logical_ids;
    std::string runtime;
    std::string architecture;
    std::vector<std::filesystem::path> sources; ///< folders and files it reads, absolute
    std::vector<std::filesystem::path> results; ///< folders it writes into, absolute
    std::vector<std::string> environment;       ///< beginnings of variables that its tools know
};

/// Starts build containers; an engine stands behind it. Thread-safe. Empty: tools of this machine.
struct Containers {
    std::function<base::Result<std::unique_ptr<ToolHost>>(
        const ContainerNeeds& needs, const base::Log& log, const os::Cancellation& cancel)>
        start;
    /// Another text where the container would be another one.
    std::function<std::string(const ContainerNeeds& needs)> key;
};

struct Request {
    std::vector<Function> functions;
    std::vector<Layer> layers;
    std::filesystem::path build_dir; ///< absolute; its parent also gets build.toml
    std::filesystem::path cache_dir; ///< absolute
    std::filesystem::path manifest;  ///< --manifest, absolute; empty: the workflow's own name
    std::set<std::string> exclude;   ///< --exclude: logical ids
    bool whole = true;   ///< false: a part of the template; the cache keeps what the rest has there
    bool cached = false; ///< keeps artifacts in the cache folder, too, and tells of it
    bool anew = false;   ///< builds what has not changed, too
    bool parallel = false;
    bool build_in_source = false;
    bool follow_links = true;           ///< links of the sources that lead out of the project, too
    std::optional<bool> buildkit;       ///< of images; nothing: where a Dockerfile asks for it
    std::shared_ptr<Progress> progress; ///< null: nobody looks
    bool copies_only = false;           ///< what tools would have a part in fails
    std::vector<std::filesystem::path> templates;     ///< what the request was read from, absolute
    std::optional<std::chrono::milliseconds> timeout; ///< with another build; nothing: no end
    Containers containers;                            ///< for all but images
};

/// What was made of one function or layer.
struct Artifact {
    std::filesystem::path folder = {}; ///< relative to the build folder; empty for an image
    std::string image = {};            ///< tag; empty for a folder
    std::string failed = {};           ///< why there is none, where it could not be built
};

using Artifacts = std::map<std::string, Artifact>; ///< by logical id

/// A function or layer that could not be built.
struct Failure {
    std::string logical_id;
    base::Error error;
};

enum class Fate : std::uint8_t { built, restored, unchanged };

/// What became of a function or layer that was built.
struct Done {
    std::string logical_id;
    Fate fate = Fate::built;
    std::chrono::milliseconds time{0};
    bool layer = false;
};

/// Text by file name, relative to the build folder: "template.yaml", "Child/template.yaml".
using Templates = std::map<std::string, std::string>;

struct Placement;

/// A finished build that nobody sees yet. Without `commit` or `keep` it vanishes and the former
/// build stays.
class Built {
public:
    explicit Built(Placement placement);
    Built(const Built&) = delete;
    Built& operator=(const Built&) = delete;
    Built(Built&&) noexcept;
    Built& operator=(Built&&) noexcept;
    ~Built();

    /// Artifacts by logical id, those of the former build that stay included. What was left out, an
    /// archive or inline code has none.
    [[nodiscard]] const Artifacts& artifacts() const;

    /// In the order of the request.
    [[nodiscard]] const std::vector<Done>& done() const;
    [[nodiscard]] const std::vector<Failure>& failures() const;

    /// Something that was found wrong elsewhere.
    void add_failure(Failure failure);

    /// Whether it may take the place of the former one: nothing failed, or there is no former one
    /// and something was built.
    [[nodiscard]] bool may_be_placed() const;

    /// Whether there is a former build that somebody can run.
    [[nodiscard]] bool has_former() const;

    /// Puts the build in the place of the former one: all at once where nothing of that stays, else
    /// each artifact at once and then the templates. Whenever it is interrupted, what is there can
    /// be run, and the next build sets it right.
    base::Result<void> commit(const Templates& templates);

    /// Puts the artifacts in their places, and leaves templates and all else as they are.
    base::Result<void> replace_artifacts();

    /// What the build folder has, once it is committed.
    [[nodiscard]] const BuildState& state() const;

    /// Leaves the former build as it is, and what was built in the cache for the next time.
    base::Result<void> keep();

private:
    std::unique_ptr<Placement> placement_;
};

/// Builds what of the request has changed since the former build, into a folder beside the build
/// folder. What cannot be built is in failures(), and the rest goes on; fails when nothing can be
/// built at all, or when cancelled. `log` gets the progress lines and the output of a tool that
/// failed. `images` may be null when no function is an image.
base::Result<Built> build(
    const Request& request,
    ImageBuilder* images,
    const base::Log& log,
    const os::Cancellation& cancel);

} // namespace samara::build
