#pragma once

#include "engine/image/image_store.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace samara::engine::image {

// An engine and a registry that remember what they were asked.
class FakeStore final : public ImageStore {
public:
    base::Result<std::optional<ImageInfo>>
    inspect(const std::string& image, const os::Cancellation&) override {
        const std::lock_guard guard(mutex); // a lock file tells TSan nothing
        const auto found = images.find(image);
        return found == images.end() ? std::nullopt : std::optional(found->second);
    }

    base::Result<std::string>
    registry_digest(const std::string& image, const os::Cancellation&) override {
        const std::lock_guard guard(mutex);
        calls.push_back("digest " + image);
        if (registry.empty()) {
            return base::fail("no route to host");
        }
        return registry;
    }

    base::Result<void>
    pull(const std::string& image, const std::string& platform, const os::Cancellation&) override {
        const std::lock_guard guard(mutex);
        calls.push_back("pull " + image + " " + platform);
        if (registry.empty()) {
            return base::fail(image + " cannot be pulled: no route to host");
        }
        images[image] = {
            .id = "sha256:pulled", .architecture = "amd64", .repo_digests = {"r@" + registry}};
        return {};
    }

    base::Result<void> build(BuildRequest request, const os::Cancellation&) override {
        const std::lock_guard guard(mutex);
        calls.push_back("build " + request.tag);
        if (!build_error.empty()) {
            request.output("Step 1/2 : FROM somewhere\n");
            return base::fail(build_error);
        }
        context.clear();
        for (auto piece = request.context.next(); piece && !piece->empty();
             piece = request.context.next()) {
            context += *piece;
        }
        images[request.tag] = {
            .id = "sha256:built", .architecture = "amd64", .labels = request.labels};
        return {};
    }

    base::Result<void> load(
        const std::filesystem::path& archive,
        const std::string& name,
        const os::Cancellation&) override {
        const std::lock_guard guard(mutex);
        calls.push_back("load " + archive.string() + " " + name);
        images[name] = {.id = "sha256:loaded", .architecture = "amd64"};
        return {};
    }

    base::Result<void>
    tag(const std::string& image, const std::string& name, const os::Cancellation&) override {
        const std::lock_guard guard(mutex);
        calls.push_back("tag " + image + " " + name);
        images[name] = images[image];
        return {};
    }

    base::Result<void> push(
        const std::string& name,
        const RegistryLogin& login,
        const TextSink&,
        const os::Cancellation&) override {
        const std::lock_guard guard(mutex);
        calls.push_back("push " + name + " " + login.user);
        return {};
    }

    base::Result<std::vector<std::string>>
    tags(const std::string& repository, const os::Cancellation&) override {
        const std::lock_guard guard(mutex);
        std::vector<std::string> found;
        for (const auto& [name, info] : images) {
            if (name.starts_with(repository + ":")) {
                found.push_back(name);
            }
        }
        return found;
    }

    base::Result<void> remove(const std::string& image, const os::Cancellation&) override {
        const std::lock_guard guard(mutex);
        calls.push_back("remove " + image);
        images.erase(image);
        return {};
    }

    std::vector<std::string> take_calls() { return std::exchange(calls, {}); }

    std::mutex mutex;
    std::map<std::string, ImageInfo> images;
    std::string registry; // the base's digest; empty: cannot be reached
    std::string build_error;
    std::string context;
    std::vector<std::string> calls;
};

} // namespace samara::engine::image
