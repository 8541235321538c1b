#include "log_output.h"

#include "os/unique_fd.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

namespace samara::cli {

base::Result<engine::OutputSink> open_log_output(Console& console, const std::string& file) {
    if (file.empty()) {
        return [&console](std::string_view bytes) { console.function_output(bytes); };
    }
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0) {
        return base::fail(
            fmt::format("cannot write the log file {}: {}", file, std::strerror(errno)));
    }
    return [&console, file, owner = std::make_shared<os::UniqueFd>(descriptor)](
               std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(owner->get(), bytes.data(), bytes.size());
            if (written < 0 && errno != EINTR) {
                console.output_failed(fmt::format("the log file {}", file), errno);
                return; // it does not end the function
            }
            bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
        }
    };
}

} // namespace samara::cli
