#pragma once

#include "archive/tar_stream.h"
#include "base/error.h"
#include "os/cancellation.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::engine::image {

/// An image as the engine has it.
struct ImageInfo {
    std::string id = {};                        ///< "sha256:..."
    std::string architecture = {};              ///< "amd64", "arm64"
    std::vector<std::string> tags = {};         ///< "repository:tag"
    std::vector<std::string> repo_digests = {}; ///< "repository@sha256:..."
    std::map<std::string, std::string> labels = {};
    std::vector<std::string> entry_point = {};
    std::vector<std::string> command = {};
    std::string working_directory = {};
};

/// Output of a build, or the progress of a pull.
using TextSink = std::function<void(std::string_view text)>;

struct BuildRequest {
    std::string tag;
    std::string dockerfile = "Dockerfile"; ///< its path in the context
    std::map<std::string, std::string> arguments = {};
    std::string target = {};   ///< stage; empty: the last
    std::string platform = {}; ///< "linux/amd64"; empty: the engine's own
    std::map<std::string, std::string> labels = {};
    bool any_registry = false; ///< the recipe is the user's: it may need the user's logins
    archive::TarStream context = {};
    TextSink output = {};
};

/// Who pushes.
struct RegistryLogin {
    std::string user;
    std::string password;
    std::string server; ///< "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"
};

/// The images of an engine and the registries it reaches. A real seam: tests put a fake here.
class ImageStore {
public:
    ImageStore() = default;
    ImageStore(const ImageStore&) = delete;
    ImageStore& operator=(const ImageStore&) = delete;
    ImageStore(ImageStore&&) = delete;
    ImageStore& operator=(ImageStore&&) = delete;
    virtual ~ImageStore() = default;

    /// Nothing when there is no such image here.
    virtual base::Result<std::optional<ImageInfo>>
    inspect(const std::string& image, const os::Cancellation& cancel) = 0;

    /// "sha256:..." of the image as its registry has it now.
    virtual base::Result<std::string>
    registry_digest(const std::string& image, const os::Cancellation& cancel) = 0;

    virtual base::Result<void>
    pull(const std::string& image, const std::string& platform, const os::Cancellation& cancel) = 0;

    virtual base::Result<void> build(BuildRequest request, const os::Cancellation& cancel) = 0;

    /// Loads the one image that `docker save` put into an archive, and gives it the name
    /// "repository:tag" besides those it has in there.
    virtual base::Result<void> load(
        const std::filesystem::path& archive,
        const std::string& name,
        const os::Cancellation& cancel) = 0;

    /// Gives an image the name "repository:tag" besides those it has.
    virtual base::Result<void>
    tag(const std::string& image, const std::string& name, const os::Cancellation& cancel) = 0;

    /// Sends "repository:tag" to its registry; `progress` gets the lines that tell of it.
    virtual base::Result<void> push(
        const std::string& name,
        const RegistryLogin& login,
        const TextSink& progress,
        const os::Cancellation& cancel) = 0;

    /// "repository:tag" of all images of a repository.
    virtual base::Result<std::vector<std::string>>
    tags(const std::string& repository, const os::Cancellation& cancel) = 0;

    /// Takes the name away, and the image where that was its last one.
    virtual base::Result<void> remove(const std::string& image, const os::Cancellation& cancel) = 0;
};

} // namespace samara::engine::image
