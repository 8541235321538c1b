#include "app/run/image_watcher.h"

#include <chrono>

namespace samara::app {

namespace {

constexpr std::chrono::seconds interval{1};

} // namespace

ImageWatcher::ImageWatcher(engine::Engine& engine, os::Cancellation cancel, Changed changed)
    : engine_(engine), cancel_(std::move(cancel)), changed_(std::move(changed)) {}

ImageWatcher::~ImageWatcher() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void ImageWatcher::watch(std::map<std::string, std::string> images) {
    const std::lock_guard lock(mutex_);
    images_ = std::move(images);
    if (!images_.empty() && !thread_.joinable()) {
        thread_ = std::thread([this] { run(); });
    }
}

void ImageWatcher::run() {
    while (true) {
        look();
        std::unique_lock lock(mutex_);
        if (wake_.wait_for(lock, interval, [this] { return ending_; })) {
            return;
        }
    }
}

void ImageWatcher::look() {
    const std::map<std::string, std::string> images = [this] {
        const std::lock_guard lock(mutex_);
        return images_;
    }();
    std::map<std::string, std::string> now;
    for (const auto& [function, image] : images) {
        auto [known, fresh] = now.try_emplace(image);
        if (fresh) {
            known->second = engine_.image_identity(image, cancel_);
        }
        const auto before = identity_.find(image);
        if (!known->second.empty() && before != identity_.end() && !before->second.empty() &&
            before->second != known->second) {
            changed_(function);
        }
    }
    for (auto& [image, identity] : now) {
        if (!identity.empty()) {
            identity_.insert_or_assign(
                image, std::move(identity)); // one that is gone may come back
        }
    }
}

} // namespace samara::app
