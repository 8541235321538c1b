#pragma once

#include "net/worker_pool.h"
#include "serving/invoke.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace samara::serving {

/// A call whose answer is taken while the function still writes it. The function writes on a thread
/// of its own, and waits once more than a little of what it wrote has not been taken. Let go, the
/// call goes on unheard, and what the function writes is dropped. Thread-safe.
class FunctionStream {
public:
    using Clock = std::chrono::steady_clock;

    FunctionStream(
        net::WorkerPool& threads,
        const std::shared_ptr<const Invoke>& invoke,
        invoke::Request request);
    FunctionStream(const FunctionStream&) = delete;
    FunctionStream& operator=(const FunctionStream&) = delete;
    FunctionStream(FunctionStream&&) = delete;
    FunctionStream& operator=(FunctionStream&&) = delete;
    ~FunctionStream();

    /// What has come and has not been taken.
    struct Written {
        bool begun = false; ///< the function answers; false: nothing is known yet
        std::string_view content_type;
        std::string_view bytes; ///< at most `most_held` before the function waits
    };

    static constexpr std::size_t most_held = std::size_t{64} * 1024;

    enum class Came : std::uint8_t {
        enough,
        end,  ///< the call is over, without enough
        late, ///< nor is there by then
    };

    /// Waits for what satisfies `enough`.
    Came wait(Clock::time_point until, const std::function<bool(const Written&)>& enough);

    /// The next bytes into `bytes`.
    Came next(Clock::time_point until, std::string& bytes);

    /// All that has come; the function goes on.
    std::string take();

    /// Nobody wants more of it.
    void drop();

    [[nodiscard]] std::string content_type() const;

    /// What came of the call; nothing while it runs. The payload is that of an error.
    [[nodiscard]] std::optional<base::Result<invoke::Response>> result() const;

private:
    class State;
    std::shared_ptr<State> state_; // the function's thread has it, too
};

/// Calls functions so.
class StreamingInvoker {
public:
    explicit StreamingInvoker(Invoke invoke)
        : invoke_(std::make_shared<const Invoke>(std::move(invoke))) {}

    std::shared_ptr<FunctionStream> start(invoke::Request request) {
        return std::make_shared<FunctionStream>(workers_, invoke_, std::move(request));
    }

    /// Something else that answers as a function does, through the stream of its request.
    std::shared_ptr<FunctionStream> start_other(Invoke other) {
        return std::make_shared<FunctionStream>(
            workers_, std::make_shared<const Invoke>(std::move(other)), invoke::Request{});
    }

private:
    std::shared_ptr<const Invoke> invoke_;
    net::WorkerPool workers_;
};

} // namespace samara::serving
