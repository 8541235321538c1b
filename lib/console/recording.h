#pragma once

#include "serving/exchange.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace samara::console {

/// One request as it is kept.
struct Entry {
    std::uint64_t id = 0;
    serving::Exchange exchange;   ///< of its body only the beginning
    std::size_t request_size = 0; ///< bytes of the whole body
    bool response_headers_cut = false;

    [[nodiscard]] bool request_cut() const { return request_size > exchange.request.body.size(); }
};

/// The last requests. What comes is moved in, and nothing is made of it before somebody looks.
/// Thread-safe.
class Recording : public serving::Recorder {
public:
    static constexpr std::size_t most = 200;
    /// Of all texts together; the oldest request goes first. A function may write on after its
    /// answer: what it adds to its log, at most invoke::CallTrace::kept a call, is counted no more.
    static constexpr std::size_t most_bytes = 32UL * 1024 * 1024;

    std::uint64_t add(serving::Exchange exchange) override;

    /// nullptr: there is no such request any more.
    [[nodiscard]] std::shared_ptr<const Entry> find(std::uint64_t id) const;

    /// Those that came after `id`, the oldest first.
    [[nodiscard]] std::vector<std::shared_ptr<const Entry>> after(std::uint64_t id) const;

    /// How often clear() was called.
    [[nodiscard]] std::uint64_t cleared() const;
    void clear();

private:
    struct Place {
        std::shared_ptr<const Entry> entry;
        std::size_t bytes = 0;
    };

    std::shared_ptr<const Entry> drop_oldest();

    mutable std::mutex mutex_;
    std::array<Place, most> ring_; // by id modulo its size
    std::uint64_t first_ = 1;      // the oldest that is kept
    std::uint64_t next_ = 1;
    std::size_t bytes_ = 0;
    std::uint64_t cleared_ = 0;
};

} // namespace samara::console
