#pragma once

#include "net/answer_limits.h"

#include <cstdint>
#include <optional>
#include <string>

/// Reads answers off a connection, none larger or later than it may be. Private to net/.
namespace samara::net {

class AnswerReader {
public:
    /// All of it is for this one exchange; `transport` and `request`, whose sinks are looked at,
    /// stay the caller's.
    AnswerReader(
        ByteStream& transport,
        std::string& buffer,
        const AnswerLimits& limits,
        const ClientRequest& request)
        : transport_(transport), buffer_(buffer), limits_(limits), sink_(request.body_sink),
          head_sink_(request.head_sink) {}

    /// One answer, interim ones passed over. A body is expected unless `bodiless` (HEAD). Errors
    /// carry what happened, not where.
    HttpResult<ClientResponse> read(bool bodiless);

    /// Whether the connection can carry another exchange.
    [[nodiscard]] bool keep() const { return keep_; }

    /// Whether the server has said anything at all.
    [[nodiscard]] bool answered() const { return received_ > 0; }

private:
    using Failed = std::optional<HttpError>;

    Failed read_head(ClientResponse& answer);
    Failed read_body(ClientResponse& answer);
    Failed read_chunks(ClientResponse& answer);
    Failed read_sized(ClientResponse& answer, std::uint64_t size);
    Failed read_to_end(ClientResponse& answer);
    Failed fill();
    Failed deliver(ClientResponse& answer, std::string_view bytes);

    ByteStream& transport_;
    std::string& buffer_; ///< received and not yet used
    AnswerLimits limits_;
    const BodyReceiver& sink_;
    const std::function<bool(const ClientResponse&)>& head_sink_;
    bool streams_ = false; ///< the sink gets the body
    bool refusal_ = false; ///< of an answer that was to be streamed
    std::uint64_t received_ = 0;
    std::uint64_t looked_ = 0; ///< of those, when the stop was last looked at
    std::uint64_t delivered_ = 0;
    bool keep_ = true;
    bool ended_ = false; ///< the server has closed
    bool full_ = false;  ///< what a refusal may say has been read
};

} // namespace samara::net
