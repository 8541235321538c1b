#pragma once

#include "aws_client/session.h"
#include "cloud/observer.h"
#include "engine/image/image_store.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace samara::cloud {

/// Where the images of functions go.
struct ImageRepositories {
    std::string all;                          ///< --image-repository; may be empty
    std::map<std::string, std::string> by_id; ///< --image-repositories, by the function's path

    /// The one for a function; empty when there is none.
    [[nodiscard]] std::string find(const std::string& function) const;
};

using FindImages = std::function<base::Result<std::shared_ptr<engine::image::ImageStore>>()>;

/// Pushes images of this machine to ECR. The engine is looked for, and the registry's password
/// asked for, at the first image.
class ImagePusher {
public:
    ImagePusher(
        aws_client::Session& session,
        ImageRepositories repositories,
        FindImages find_images,
        Observer& observer)
        : session_(session), repositories_(std::move(repositories)),
          find_images_(std::move(find_images)), observer_(observer) {}

    /// `image` is a name, an id, or a file that `docker save` wrote (relative to `folder`). Gives
    /// "REPOSITORY:TAG".
    aws_client::AwsResult<std::string> push(
        const std::string& image, const std::filesystem::path& folder, const std::string& function);

private:
    aws_client::AwsResult<engine::image::RegistryLogin> login();

    aws_client::Session& session_;
    ImageRepositories repositories_;
    FindImages find_images_;
    Observer& observer_;
    std::shared_ptr<engine::image::ImageStore> images_;
    std::optional<engine::image::RegistryLogin> login_;
};

} // namespace samara::cloud
