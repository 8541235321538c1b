#include "os/file.h"

#include "base/trace.h"
#include "base/try.h"
#include "os/signals.h"
#include "os/unique_fd.h"
#include "os/wait.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samara::os {

namespace fs = std::filesystem;

namespace {

base::Result<void> write_all(int descriptor, std::string_view bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return fail_errno(fmt::format("cannot write {}", path.string()));
        }
        bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return {};
}

// Standard input is read where it stands: it may be a socket (Node.js gives its children one) or a
// file of somebody else, which no name opens, and what is read of it already does not come again.
int open_to_read(const fs::path& path) {
    if (path == "/dev/stdin") {
        return ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    }
    // Without O_NONBLOCK opening a named pipe waits for somebody who writes, and nothing ends that.
    return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

// A pipe or a terminal may have nothing to read for as long as it likes: until there is something,
// or a signal stops the program.
base::Result<void> wait_for_bytes(int descriptor, const fs::path& path) {
    const auto stop = SignalCancellation::active();
    if (wait_readable(descriptor, stop ? *stop : Cancellation()) == Wake::cancelled) {
        return base::fail(fmt::format("stopped while reading {}", path.string()));
    }
    return {};
}

// More than anybody writes and memory holds; a stream may have no end.
constexpr off_t largest_file = off_t{2} << 30U;
constexpr std::size_t largest_stream = std::size_t{256} << 20U;

tl::unexpected<base::Error> too_large(const fs::path& path, std::size_t limit) {
    return base::fail(
        fmt::format("cannot read {}: it has more than {} MB", path.string(), limit >> 20U));
}

// A folder without write permission (a read-only source copied with its modes) cannot be emptied
// by its owner until it has it.
void make_removable(const fs::path& path) {
    std::error_code ignored;
    for (fs::recursive_directory_iterator entry(path, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
        if (entry->symlink_status(ignored).type() == fs::file_type::directory) {
            fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
        }
    }
}

} // namespace

base::Result<std::string> read_file(const fs::path& path) {
    if (base::tracing()) {
        base::trace(fmt::format("reads {}", path.string()));
    }
    if (path.native().find('\0') !=
        std::string::npos) { // the system would read what the text before it names
        return base::fail(
            fmt::format("cannot open {}...: its name holds a NUL character", path.c_str()));
    }
    const UniqueFd file(open_to_read(path));
    if (!file.valid()) {
        return fail_errno(fmt::format("cannot open {}", path.string()));
    }

    struct stat status {};

    std::string bytes;
    if (::fstat(file.get(), &status) == 0 && status.st_size > 0) {
        if (status.st_size > largest_file) {
            return too_large(path, largest_file);
        }
        bytes.reserve(static_cast<std::size_t>(status.st_size) + 1);
    }
    const bool may_wait =
        S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode) || S_ISSOCK(status.st_mode);
    std::array<char, 65536> chunk; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
    while (true) {
        if (may_wait) {
            TRY(wait_for_bytes(file.get(), path));
        }
        const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
        if (count == 0) {
            return bytes;
        }
        if (count > 0) {
            bytes.append(chunk.data(), static_cast<std::size_t>(count));
            if (may_wait && bytes.size() > largest_stream) {
                return too_large(path, largest_stream);
            }
        } else if (errno != EINTR && errno != EAGAIN) {
            return fail_errno(fmt::format("cannot read {}", path.string()));
        }
    }
}

namespace {

enum class Wait : std::uint8_t { no, for_disk };

base::Result<void>
put_in_place(const fs::path& path, std::string_view bytes, unsigned mode, Wait wait) {
    std::string temporary = path.string() + ".XXXXXX";
    const UniqueFd file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file.valid()) {
        return fail_errno(fmt::format("cannot write {}", path.string()));
    }
    base::Result<void> result = write_all(file.get(), bytes, path);
    if (result && (::fchmod(file.get(), mode) != 0 ||
                   (wait == Wait::for_disk && ::fdatasync(file.get()) != 0) ||
                   ::rename(temporary.c_str(), path.c_str()) != 0)) {
        result = fail_errno(fmt::format("cannot write {}", path.string()));
    }
    if (!result) {
        ::unlink(temporary.c_str());
    }
    return result;
}

} // namespace

base::Result<void>
write_file_atomically(const fs::path& path, std::string_view bytes, unsigned mode) {
    return put_in_place(path, bytes, mode, Wait::for_disk);
}

base::Result<void> replace_file(const fs::path& path, std::string_view bytes, unsigned mode) {
    return put_in_place(path, bytes, mode, Wait::no);
}

base::Result<void> make_folders(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) {
        return fail_errno(fmt::format("cannot create the folder {}", path.string()), error.value());
    }
    return {};
}

base::Result<void> remove_tree(const fs::path& path) {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) {
        make_removable(path);
        fs::remove_all(path, error);
    }
    if (error) {
        return fail_errno(fmt::format("cannot remove {}", path.string()), error.value());
    }
    return {};
}

} // namespace samara::os
