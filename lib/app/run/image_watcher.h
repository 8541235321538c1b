#pragma once

#include "engine/engine.h"
#include "os/cancellation.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace samara::app {

/// Asks the engine now and then whether the images of functions are still the same ones: who builds
/// an image anew does not touch a file.
class ImageWatcher {
public:
    /// `changed` gets the function; called from a thread of the watcher, not after its end.
    using Changed = std::function<void(const std::string& function)>;

    ImageWatcher(engine::Engine& engine, os::Cancellation cancel, Changed changed);
    ImageWatcher(const ImageWatcher&) = delete;
    ImageWatcher& operator=(const ImageWatcher&) = delete;
    ImageWatcher(ImageWatcher&&) = delete;
    ImageWatcher& operator=(ImageWatcher&&) = delete;
    ~ImageWatcher();

    /// From now on these: image by function. What is watched already goes on.
    void watch(std::map<std::string, std::string> images);

private:
    void run();
    void look();

    engine::Engine& engine_;
    os::Cancellation cancel_;
    Changed changed_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::map<std::string, std::string> images_;   // by function
    std::map<std::string, std::string> identity_; // by image, as last seen
    std::thread thread_;                          // runs while there is something to watch
};

} // namespace samara::app
