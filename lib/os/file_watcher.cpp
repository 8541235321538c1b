#include "os/file_watcher.h"

#include "os/unique_fd.h"
#include "os/wait.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <thread>

#include <fmt/format.h>

#include <sys/inotify.h>
#include <unistd.h>

namespace samara::os {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t events =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF;

// An editor writes, renames and removes in a burst; one call tells it all.
constexpr std::chrono::milliseconds quiet{20};

bool is_left_out(const fs::path& folder) {
    const std::string name = folder.filename().string();
    return name == ".git" || name == ".aws-sam" || name == "node_modules" || name == "__pycache__";
}

} // namespace

class FileWatcher::Impl {
public:
    explicit Impl(UniqueFd descriptor, Changed changed)
        : descriptor_(std::move(descriptor)), changed_(std::move(changed)) {}

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    Impl(Impl&&) = delete;
    Impl& operator=(Impl&&) = delete;

    ~Impl() {
        stop_.cancel();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    void watch(const fs::path& path) {
        std::error_code failed;
        if (fs::is_directory(path, failed)) {
            watch_tree(path);
        } else if (path.has_parent_path()) {
            const int watch = inotify_add_watch(
                descriptor_.get(), path.parent_path().c_str(), events | IN_MASK_ADD);
            if (watch >= 0) {
                Watched& watched = watched_[watch];
                watched.folder = path.parent_path();
                watched.names.insert(path.filename().string());
            }
        }
    }

    void run() {
        thread_ = std::thread([this] {
            while (wait_readable(descriptor_.get(), stop_) == Wake::ready) {
                bool matters = drain();
                while (wait_readable(
                           descriptor_.get(), stop_, std::chrono::steady_clock::now() + quiet) ==
                       Wake::ready) {
                    matters = drain() || matters;
                }
                if (matters && !stop_.cancelled()) {
                    changed_();
                }
            }
        });
    }

private:
    struct Watched {
        fs::path folder;
        bool tree = false;           // everything in it counts
        std::set<std::string> names; // else these names
    };

    void watch_tree(const fs::path& folder) {
        const int watch =
            inotify_add_watch(descriptor_.get(), folder.c_str(), events | IN_MASK_ADD);
        if (watch < 0) {
            return; // gone again, or not ours to read
        }
        Watched& watched = watched_[watch];
        watched.folder = folder;
        watched.tree = true;
        std::error_code failed;
        for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
             entry.increment(failed)) {
            std::error_code unknown;
            if (entry->is_directory(unknown) && !entry->is_symlink(unknown) &&
                !is_left_out(entry->path())) {
                watch_tree(entry->path());
            }
        }
    }

    // Whether any of the events at hand is about something that is watched.
    bool drain() {
        alignas(inotify_event) std::array<char, 16384> buffer{};
        const ssize_t count = ::read(descriptor_.get(), buffer.data(), buffer.size());
        bool matters = false;
        for (ssize_t offset = 0; offset < count;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + offset, sizeof event);
            const char* name = event.len > 0 ? buffer.data() + offset + sizeof event : "";
            matters = take(event, name) || matters;
            offset += static_cast<ssize_t>(sizeof event + event.len);
        }
        return matters;
    }

    bool take(const inotify_event& event, const std::string& name) {
        if ((event.mask & IN_Q_OVERFLOW) != 0) {
            return true; // some were lost, and they may have mattered
        }
        const auto found = watched_.find(event.wd);
        if (found == watched_.end()) {
            return false;
        }
        if ((event.mask & IN_IGNORED) != 0) {
            watched_.erase(found);
            return false;
        }
        const fs::path path = found->second.folder / name;
        if (is_left_out(path)) {
            return false;
        }
        const bool matters = found->second.tree || found->second.names.contains(name);
        if (found->second.tree && (event.mask & IN_ISDIR) != 0 &&
            (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
            watch_tree(path);
        }
        return matters;
    }

    UniqueFd descriptor_;
    Changed changed_;
    Cancellation stop_;
    std::map<int, Watched> watched_;
    std::thread thread_;
};

base::Result<FileWatcher> FileWatcher::start(std::vector<fs::path> paths, Changed changed) {
    UniqueFd descriptor(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (descriptor.get() < 0) {
        return base::fail(
            fmt::format("cannot watch files: {}", std::strerror(errno)),
            "raise fs.inotify.max_user_instances, or use --no-watch");
    }
    auto impl = std::make_unique<Impl>(std::move(descriptor), std::move(changed));
    for (const fs::path& path : paths) {
        impl->watch(path);
    }
    impl->run();
    return FileWatcher(std::move(impl));
}

void FileWatcher::add(const std::vector<fs::path>& paths) {
    for (const fs::path& path : paths) {
        impl_->watch(path);
    }
}

FileWatcher::FileWatcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

FileWatcher::FileWatcher(FileWatcher&&) noexcept = default;
FileWatcher& FileWatcher::operator=(FileWatcher&&) noexcept = default;
FileWatcher::~FileWatcher() = default;

} // namespace samara::os
