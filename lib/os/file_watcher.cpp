#include "os/file_watcher.h"

#include "base/own_fault.h"
#include "os/unique_fd.h"
#include "os/wait.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace samara::os {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                 IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

// An editor writes, renames and removes in a burst; one call tells it all. A program that never
// stops writing must not put the call off for ever.
constexpr std::chrono::milliseconds quiet{20};
constexpr std::chrono::milliseconds longest_burst{500};

bool is_left_out(const fs::path& folder) {
    const std::string name = folder.filename().string();
    return name == ".git" || name == ".aws-sam" || name == "__pycache__";
}

// Installing a package adds or removes a folder there, or writes node_modules/.package-lock.json.
// All that is in packages would take tens of thousands of watches.
bool holds_packages(const fs::path& folder) {
    const std::string name = folder.filename().string();
    return name == "node_modules" ||
           (name.starts_with('@') && folder.parent_path().filename() == "node_modules");
}

bool is_within(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
           folder.end();
}

} // namespace

class FileWatcher::Impl {
public:
    Impl(UniqueFd descriptor, Changed changed, base::Log log)
        : descriptor_(std::move(descriptor)), again_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          either_(::epoll_create1(EPOLL_CLOEXEC)), changed_(std::move(changed)),
          log_(std::move(log)) {
        for (const int one : {descriptor_.get(), again_.get()}) {
            epoll_event event{};
            event.events = EPOLLIN;
            ::epoll_ctl(either_.get(), EPOLL_CTL_ADD, one, &event);
        }
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    Impl(Impl&&) = delete;
    Impl& operator=(Impl&&) = delete;

    ~Impl() { end(); }

    void end() {
        stop_.cancel();
        if (thread_.joinable()) {
            thread_.join();
        }
        const std::lock_guard guard(work_);
        changed_ = nullptr;
    }

    void catch_up() {
        // In this order: who empties the queue says so first.
        if (due()) {
            work(Moment::now);
        }
    }

    /// Whether something has changed that is not applied.
    bool due() { return queued() != 0 || busy_; }

    void watch(const fs::path& path) {
        wanted_.insert(path);
        watch_way_to(path);
        std::error_code failed;
        if (fs::is_directory(path, failed)) {
            watch_tree(path);
        }
    }

    /// Whether the user has no watches left: some edits would go unseen.
    [[nodiscard]] bool exhausted() const { return exhausted_; }

    void run() {
        thread_ = std::thread([this] {
            while (wait_for_burst()) {
                work(Moment::quiet);
            }
        });
    }

private:
    struct Watched {
        fs::path folder;
        bool tree = false;           // everything in it counts
        std::set<std::string> names; // else these names
    };

    // All folders that a wanted path is in: any of them may be replaced, or not be there yet.
    void watch_way_to(const fs::path& path) {
        const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
        if (folder == path) {
            return;
        }
        if (Watched* watched = add(folder)) {
            watched->names.insert(path.filename().string());
        }
        watch_way_to(folder);
    }

    void watch_tree(const fs::path& folder) {
        Watched* watched = add(folder);
        if (watched == nullptr) {
            return; // gone again, or not ours to read
        }
        watched->tree = true;
        const bool packages = holds_packages(folder);
        std::error_code failed;
        for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
             entry.increment(failed)) {
            std::error_code unknown;
            if (entry->is_directory(unknown) && !entry->is_symlink(unknown) &&
                !is_left_out(entry->path()) && (!packages || holds_packages(entry->path()))) {
                watch_tree(entry->path());
            }
        }
    }

    Watched* add(const fs::path& folder) {
        const int watch =
            inotify_add_watch(descriptor_.get(), folder.c_str(), events | IN_MASK_ADD);
        if (watch < 0) {
            exhausted_ = exhausted_ || errno == ENOSPC;
            return nullptr;
        }
        Watched& watched = watched_[watch];
        watched.folder = folder;
        return &watched;
    }

    // Bytes of events that nobody has read.
    [[nodiscard]] int queued() const {
        int bytes = 0;
        return ::ioctl(descriptor_.get(), FIONREAD, &bytes) == 0 ? bytes : 0;
    }

    // Until events are there (or something could not be applied when it was caught up with) and no
    // more of them come. False at the end. Reads none: who catches up meanwhile takes them away.
    bool wait_for_burst() {
        if (wait_readable(either_.get(), stop_) == Wake::cancelled) {
            return false;
        }
        const auto begin = std::chrono::steady_clock::now();
        for (int before = -1; before != queued();) {
            before = queued();
            const auto now = std::chrono::steady_clock::now();
            if (now - begin >= longest_burst) {
                break;
            }
            if (wait_readable(-1, stop_, now + quiet) == Wake::cancelled) {
                return false;
            }
        }
        return true;
    }

    void work(Moment moment) {
        std::function<void()> after;
        {
            const std::lock_guard guard(work_);
            busy_ = true;
            guarded([&] { after = apply(moment); });
            busy_ = false;
        }
        if (after) {
            guarded(after);
        }
    }

    // The next edit may well be applied where this one was too much.
    void guarded(const std::function<void()>& step) const {
        try {
            step();
        } catch (...) {
            log_.error(fmt::format("an edit is not applied, {}", base::own_fault()));
        }
    }

    std::function<void()> apply(Moment moment) {
        bool matters = drain();
        eventfd_t asked_again = 0;
        if (moment == Moment::quiet && ::eventfd_read(again_.get(), &asked_again) == 0) {
            matters = true;
        }
        if (!matters || !changed_) {
            return {};
        }
        Applied applied = changed_(moment);
        for (const fs::path& path : applied.more) {
            watch(path);
        }
        if (!applied.done && moment == Moment::now) {
            ::eventfd_write(again_.get(), 1);
        }
        return std::move(applied.after);
    }

    // Whether any of the events at hand is about something that is watched.
    bool drain() {
        moved_ = false;
        bool matters = false;
        alignas(inotify_event) std::array<char, 16384> buffer; // NOLINT: read fills it
        ssize_t count = 0;
        while ((count = ::read(descriptor_.get(), buffer.data(), buffer.size())) > 0) {
            for (ssize_t offset = 0; offset < count;) {
                inotify_event event{};
                std::memcpy(&event, buffer.data() + offset, sizeof event);
                const char* name = event.len > 0 ? buffer.data() + offset + sizeof event : "";
                matters = take(event, name) || matters;
                offset += static_cast<ssize_t>(sizeof event + event.len);
            }
        }
        if (moved_) {
            for (const fs::path& path : std::set(wanted_)) {
                watch(path);
            }
        }
        return matters;
    }

    bool take(const inotify_event& event, const std::string& name) {
        if ((event.mask & IN_Q_OVERFLOW) != 0) {
            moved_ = true;
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
        if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
            moved_ = true;
            forget(fs::path(found->second.folder));
            return true;
        }
        const fs::path path = found->second.folder / name;
        const bool named = found->second.names.contains(name);
        if (!named && (!found->second.tree || is_left_out(path))) {
            return false;
        }
        if ((event.mask & IN_ISDIR) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
            moved_ = moved_ || named;
            if (found->second.tree && !is_left_out(path) &&
                (!holds_packages(path.parent_path()) || holds_packages(path))) {
                watch_tree(path);
            }
        }
        return true;
    }

    // A folder that goes takes the watches below it along, under names that are no longer theirs.
    void forget(const fs::path& folder) {
        for (auto watch = watched_.begin(); watch != watched_.end();) {
            if (is_within(watch->second.folder, folder)) {
                inotify_rm_watch(descriptor_.get(), watch->first);
                watch = watched_.erase(watch);
            } else {
                ++watch;
            }
        }
    }

    UniqueFd descriptor_;
    UniqueFd again_;                 // eventfd: what was caught up with could not be applied
    UniqueFd either_;                // epoll of both
    std::atomic<bool> busy_ = false; // somebody has read events, or is about to
    std::mutex work_; // of what follows: held while events are read and changes applied
    Changed changed_;
    base::Log log_;
    Cancellation stop_;
    std::set<fs::path> wanted_;
    std::map<int, Watched> watched_;
    bool exhausted_ = false;
    bool moved_ = false; // folders on the way to what is wanted came or went
    std::thread thread_;
};

base::Result<FileWatcher>
FileWatcher::start(const std::vector<fs::path>& paths, Changed changed, base::Log log) {
    UniqueFd descriptor(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (descriptor.get() < 0) {
        const int reason = errno;
        // EMFILE stands for two limits: whether one more file can be opened tells which.
        const UniqueFd other(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        return base::fail(
            fmt::format("cannot watch files: {}", std::strerror(reason)),
            other.valid() ? "raise fs.inotify.max_user_instances, or use --no-watch"
                          : too_few_descriptors());
    }
    auto impl = std::make_shared<Impl>(std::move(descriptor), std::move(changed), std::move(log));
    for (const fs::path& path : paths) {
        impl->watch(path);
    }
    if (impl->exhausted()) {
        return base::fail(
            "cannot watch all files: this user has no inotify watches left",
            "raise fs.inotify.max_user_watches, or use --no-watch");
    }
    impl->run();
    return FileWatcher(std::move(impl));
}

FileWatcher::FileWatcher(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

FileWatcher::FileWatcher(FileWatcher&&) noexcept = default;

FileWatcher& FileWatcher::operator=(FileWatcher&& other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
}

FileWatcher::~FileWatcher() {
    if (impl_) {
        impl_->end();
    }
}

void FileWatcher::CatchUp::operator()() const {
    if (const std::shared_ptr<Impl> impl = impl_.lock()) {
        impl->catch_up();
    }
}

bool FileWatcher::CatchUp::due() const {
    const std::shared_ptr<Impl> impl = impl_.lock();
    return impl != nullptr && impl->due();
}

} // namespace samara::os
