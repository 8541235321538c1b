#pragma once

#include "base/error.h"

#include <string>
#include <string_view>
#include <utility>

namespace samara::os {

/// Owns one file descriptor and closes it.
class UniqueFd {
public:
    UniqueFd() = default;

    explicit UniqueFd(int descriptor) noexcept : descriptor_(descriptor) {}

    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;

    UniqueFd(UniqueFd&& other) noexcept : descriptor_(other.release()) {}

    UniqueFd& operator=(UniqueFd&& other) noexcept {
        reset(other.release());
        return *this;
    }

    ~UniqueFd() { reset(); }

    [[nodiscard]] int get() const noexcept { return descriptor_; }

    [[nodiscard]] bool valid() const noexcept { return descriptor_ >= 0; }

    [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

    /// Closes what it holds and takes `descriptor`.
    void reset(int descriptor = -1) noexcept;

private:
    int descriptor_ = -1;
};

/// Both ends are close-on-exec.
struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

base::Result<Pipe> make_pipe();

/// An anonymous, close-on-exec file in memory that holds `bytes`, read position at the start.
base::Result<UniqueFd> make_memory_file(std::string_view bytes);

/// What to do about EMFILE, with the limit in force.
std::string too_few_descriptors();

/// "cannot open /x: No such file or directory" for the current (or given) errno.
tl::unexpected<base::Error> fail_errno(std::string_view what, int error_number);
tl::unexpected<base::Error> fail_errno(std::string_view what);

} // namespace samara::os
