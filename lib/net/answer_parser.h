#pragma once

#include "net/answer_limits.h"
#include "net/chunk_decoder.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

/// Makes an answer of the bytes of a connection as they come. Private to net/.
namespace samara::net {

class AnswerParser {
public:
    /// All of it is for one exchange; `request`, whose sinks are looked at, stays the caller's.
    explicit AnswerParser(const ClientRequest& request)
        : limit_(request.body_limit), bodiless_(request.method == "HEAD"), sink_(request.body_sink),
          head_sink_(request.head_sink) {}

    using Failed = std::optional<HttpError>;

    /// Takes off `buffer` what it can use; interim answers are passed over. Errors carry what
    /// happened, not where.
    Failed feed(std::string& buffer);

    /// The server has closed: an error, unless that is the end of the answer.
    Failed close();

    [[nodiscard]] bool done() const { return stage_ == Stage::done; }

    [[nodiscard]] ClientResponse& answer() { return answer_; }

    /// Whether the connection can carry another exchange.
    [[nodiscard]] bool keep() const { return keep_; }

private:
    enum class Stage : std::uint8_t { head, sized, chunks, to_end, done };

    /// Each: nothing, and the stage is the same: it needs more.
    Failed read_head(std::string& buffer);
    Failed begin_body();
    Failed read_sized(std::string& buffer);
    Failed read_chunks(std::string& buffer);
    Failed read_to_end(std::string& buffer);
    Failed deliver(std::string_view bytes);

    const std::uint64_t limit_; ///< bytes of the body
    const bool bodiless_;
    const BodyReceiver& sink_;
    const std::function<bool(const ClientResponse&)>& head_sink_;
    ClientResponse answer_;
    Stage stage_ = Stage::head;
    std::size_t searched_ = 0; ///< for the end of the head
    std::uint64_t left_ = 0;   ///< of a body whose size is known
    ChunkDecoder decoder_{std::numeric_limits<std::size_t>::max()};
    std::uint64_t delivered_ = 0;
    bool streams_ = false; ///< the sink gets the body
    bool refusal_ = false; ///< of an answer that was to be streamed
    bool full_ = false;    ///< what a refusal may say has been read
    bool keep_ = true;
};

} // namespace samara::net
