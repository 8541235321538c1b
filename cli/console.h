#pragma once

#include "base/error.h"
#include "base/log.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

/// The two streams of the program: results on stdout, everything else on stderr.
namespace samara::cli {

/// Thread-safe: lines of several threads do not mix. A thread that finds another one writing to
/// stderr leaves its lines to that one and goes on: requests do not wait for each other's log.
class Console {
public:
    explicit Console(bool debug);

    void debug(bool on) { debug_ = on; }

    /// A result, as it is. What was written to stderr before comes out before.
    void out(std::string_view text);

    /// Text for the user on stderr; out_line and err_line add the line end.
    void err(std::string_view text);
    void out_line(std::string_view line);
    void err_line(std::string_view line);

    /// "Error: template.yaml:12:7: ..." with the hint below.
    void error(const base::Error& error);
    void diagnostics(const base::Diagnostics& diagnostics);

    /// A log that writes to stderr; debug lines only when asked for. Must not outlive the console.
    base::Log log();

private:
    [[nodiscard]] std::string paint(std::string_view text, std::string_view colour) const;

    std::mutex mutex_;
    std::condition_variable drained_;
    std::string pending_; // for stderr
    bool writing_ = false;
    bool debug_;
    bool colour_;
};

} // namespace samara::cli
