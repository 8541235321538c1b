#include "cloud/package/image_push.h"

#include "archive/sniff.h"
#include "aws_client/xml.h"
#include "base/base64.h"
#include "data/accessors.h"
#include "engine/image/reference.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::cloud {

namespace fs = std::filesystem;

using aws_client::AwsFailure;
using aws_client::AwsResult;
using engine::image::RegistryLogin;

namespace {

/// The first digits of an image's id.
std::string short_id(const std::string& id) {
    constexpr std::size_t digits = 12;
    const std::size_t colon = id.find(':');
    return id.substr(colon == std::string::npos ? 0 : colon + 1, digits);
}

} // namespace

std::string ImageRepositories::find(const std::string& function) const {
    const auto own = by_id.find(function);
    return own == by_id.end() ? all : own->second;
}

AwsResult<RegistryLogin> ImagePusher::login() {
    if (login_) {
        return *login_;
    }
    const auto reply = session_.call({.service = "ecr", .operation = "GetAuthorizationToken"});
    if (!reply) {
        auto error = reply.error();
        error.message = error.reason.empty() ? error.message : error.reason;
        return aws_client::aws_fail(std::move(error));
    }
    const data::List given = aws_client::list_of(&reply->value, "authorizationData");
    const data::Value* first = given.empty() ? nullptr : &given.front();
    const std::string token =
        base::base64_decode(data::text_of(first, "authorizationToken")).value_or("");
    const std::size_t colon = token.find(':');
    if (colon == std::string::npos) {
        return aws_client::aws_fail(
            AwsFailure::other, "the answer to GetAuthorizationToken has no password");
    }
    login_ = RegistryLogin{
        token.substr(0, colon), token.substr(colon + 1), data::text_of(first, "proxyEndpoint")};
    return *login_;
}

AwsResult<std::string>
ImagePusher::push(const std::string& image, const fs::path& folder, const std::string& function) {
    const std::string repository = repositories_.find(function);
    if (repository.empty()) {
        return aws_client::aws_fail(
            AwsFailure::other,
            fmt::format("there is no repository for the image of {}", function),
            fmt::format("give one: --image-repositories {}=URI", function));
    }
    const os::Cancellation& cancel = session_.cancel();
    if (!images_) {
        AWS_TRY_ASSIGN(images_, find_images_());
    }
    // An archive has no name of its own, and an id is none: the function gives it.
    std::string name = image;
    std::string tag = "latest";
    std::string local = image;
    const fs::path archive = folder / image;
    if (archive::is_tar(archive)) {
        std::string loaded = function;
        std::replace(loaded.begin(), loaded.end(), '/', '-');
        std::transform(loaded.begin(), loaded.end(), loaded.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        local = fmt::format("samara-push/{}:latest", loaded);
        AWS_TRY(images_->load(archive, local, cancel));
        name = function;
    } else if (image.starts_with("sha256:")) {
        name = function;
    } else {
        const auto reference = engine::image::parse_reference(image);
        name = reference.repository;
        tag = reference.tag.empty() ? tag : reference.tag;
    }
    AWS_TRY_ASSIGN(const auto info, images_->inspect(local, cancel));
    if (!info) {
        return aws_client::aws_fail(
            AwsFailure::other,
            fmt::format("there is no image {}", image),
            "build it first: samara build");
    }
    std::replace(name.begin(), name.end(), '/', '-');
    std::replace(name.begin(), name.end(), ':', '-');
    const std::string remote =
        fmt::format("{}:{}-{}-{}", repository, name, short_id(info->id), tag);
    AWS_TRY_ASSIGN(const auto who, login());
    AWS_TRY(images_->tag(info->id, remote, cancel));
    AWS_TRY(images_->push(
        remote, who, [&](std::string_view text) { observer_.pushing(text); }, cancel));
    return remote;
}

} // namespace samara::cloud
