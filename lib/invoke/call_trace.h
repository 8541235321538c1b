#pragma once

#include "base/error.h"
#include "invoke/invocation.h"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace samara::invoke {

/// A text of which only the beginning may be kept.
struct KeptText {
    std::string text;
    std::size_t size = 0; ///< of the whole

    [[nodiscard]] bool cut() const { return size > text.size(); }

    /// More of it has come.
    void add(std::string_view more);
};

/// The beginning of `text`, as much as is kept of one.
KeptText keep(std::string_view text);

/// What becomes of one call of a function, for who looks at it later. The invoker writes it while
/// the call goes on, also when its caller waits no more. Thread-safe.
class CallTrace {
public:
    using Duration = std::chrono::steady_clock::duration;

    /// Of each text, bytes that are kept.
    static constexpr std::size_t kept = 64UL * 1024;

    /// How a call spent its time.
    struct Times {
        Duration wait{};       ///< until an environment was free, or began to start
        Duration cold_start{}; ///< until that one could take the call
        Duration run{};        ///< in the function
        bool cold = false;     ///< one was started for it
    };

    struct View {
        std::string function; ///< logical id
        KeptText event;
        KeptText result; ///< the document of an error, too
        std::string function_error;
        std::string request_id;
        std::string failure; ///< why it could not be run; empty: it was
        KeptText log;
        Times times;
        bool ended = false;
    };

    /// Of a call that is about to be made.
    explicit CallTrace(const Request& request);

    void add_log(std::string_view bytes);
    void end(const Times& times, const base::Result<Response>& result);

    [[nodiscard]] View view() const;

    /// The id that its request had; nothing while it runs.
    [[nodiscard]] std::optional<std::string> ended_as() const;

    [[nodiscard]] std::string function() const;
    [[nodiscard]] bool cold() const;
    [[nodiscard]] bool failed() const; ///< it could not be run, or has said so

    /// Bytes that it holds now.
    [[nodiscard]] std::size_t size() const;

private:
    mutable std::mutex mutex_;
    View view_;
};

} // namespace samara::invoke
