#pragma once

#include "base/error.h"
#include "base/log.h"
#include "model/layer.h"
#include "os/cancellation.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace samara::app {

/// Layers that are not the template's own: by the ARN of a version, whose content never changes.
class LayerVersions {
public:
    /// `archives` are the values of --layer-archive, "ARN=FILE"; `cache` is --layer-cache-basedir
    /// or empty. Fails (usage) on what is not of that form.
    static base::Result<LayerVersions> make(
        const std::vector<std::string>& archives,
        std::filesystem::path cache,
        std::string profile,
        base::Log log);

    /// Whether the layer's archive was given, so that it need not be fetched.
    [[nodiscard]] bool has_archive(const model::LayerVersionArn& arn) const {
        return archives_.contains(arn.text);
    }

    /// The folder with a layer's content. From the archive given for it; else from the cache, into
    /// which it is fetched from AWS once, as the caller with the profile of make(), and checked
    /// against its SHA-256. The cache is laid out as the AWS SAM CLI's, so that both use the same.
    [[nodiscard]] base::Result<std::filesystem::path>
    folder(const model::LayerVersionArn& arn, const os::Cancellation& cancel) const;

private:
    LayerVersions(std::filesystem::path cache, std::string profile, base::Log log);
    [[nodiscard]] base::Result<void> fetch(
        const model::LayerVersionArn& arn,
        const std::filesystem::path& empty,
        const os::Cancellation& cancel) const;

    std::map<std::string, std::filesystem::path> archives_; // by ARN
    std::filesystem::path cache_;
    std::string profile_;
    base::Log log_;
};

/// "<layer>-<version>-<ten digits>": the folder in the cache and the layer's part in the name of an
/// image, as for the AWS SAM CLI.
std::string cache_name(const model::LayerVersionArn& arn);

} // namespace samara::app
