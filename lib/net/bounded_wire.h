#pragma once

#include "net/answer_limits.h"
#include "net/connector.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The bytes of one exchange below an HTTP library: each wait has an end, a stop is seen, and what
/// is neither head nor body cannot grow. Private to net/.
namespace samara::net {

class BoundedWire {
public:
    /// `connection` stays the caller's.
    BoundedWire(Connected& connection, const AnswerLimits& limits)
        : connection_(connection), limits_(limits) {}

    /// Collects; flush() or the next read sends. False once the exchange has failed.
    bool write(std::string_view bytes);
    bool flush();

    /// Bytes of the answer; 0 when the server has ended it, nothing when the exchange has failed.
    std::optional<std::size_t> read(std::span<char> into);

    /// The head of the answer is over, or a piece of its body has been taken.
    void advanced();

    /// A server that cannot take a body answers in the middle of it and reads no more: what is
    /// written from then on goes nowhere, and the answer is read.
    [[nodiscard]] bool refused() const { return refused_; }

    [[nodiscard]] bool answered() const { return answered_; }

    [[nodiscard]] const std::optional<HttpError>& failure() const { return failure_; }

private:
    bool send(std::string_view rest);
    bool send_piece(std::string_view piece);
    bool fill();
    bool count_head(std::string_view bytes);
    bool fail(HttpError error);

    Connected& connection_;
    AnswerLimits limits_;
    std::string unsent_;
    std::array<char, 16UL * 1024> buffer_{};
    std::string_view unread_; ///< of buffer_
    std::size_t frame_ = 0;   ///< bytes read since the exchange last advanced
    std::size_t line_ = 0;    ///< bytes of the line of the head that is being read
    bool status_line_ = true; ///< that line is one
    bool in_head_ = true;
    bool refused_ = false;
    bool answered_ = false;
    std::optional<HttpError> failure_;
};

} // namespace samara::net
