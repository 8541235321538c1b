#include "os/unique_fd.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace samara::os {

void UniqueFd::reset(int descriptor) noexcept {
    if (descriptor_ >= 0 && descriptor_ != descriptor) {
        ::close(descriptor_);
    }
    descriptor_ = descriptor;
}

base::Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail_errno("cannot make a pipe");
    }
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

base::Result<UniqueFd> make_memory_file(std::string_view bytes) {
    UniqueFd file(::memfd_create("samara", MFD_CLOEXEC));
    if (!file.valid()) {
        return fail_errno("cannot make a file in memory");
    }
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return fail_errno("cannot write a file in memory");
        }
        bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

tl::unexpected<base::Error> fail_errno(std::string_view what, int error_number) {
    return base::fail(
        fmt::format("{}: {}", what, std::generic_category().message(error_number)),
        error_number == EMFILE ? too_few_descriptors() : std::string());
}

std::string too_few_descriptors() {
    struct rlimit limit {};

    ::getrlimit(RLIMIT_NOFILE, &limit);
    return fmt::format(
        "a process may have {} files open here: raise that limit (ulimit -n)", limit.rlim_cur);
}

tl::unexpected<base::Error> fail_errno(std::string_view what) {
    return fail_errno(what, errno);
}

} // namespace samara::os
