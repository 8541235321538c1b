#include "net/answer_reader.h"

#include "base/strings.h"
#include "net/chunk_decoder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include <poll.h>

namespace samara::net {

namespace {

/// On the stack of every thread that serves a connection.
constexpr std::size_t read_size = 16UL * 1024;
/// A server that never lets us wait would never let us see the stop either.
constexpr std::uint64_t look_every = 64UL * 1024;

/// Status and headers; false when the bytes are no head of an answer.
bool parse_answer(std::string_view head, ClientResponse& answer) {
    constexpr std::string_view version = "HTTP/1.";
    constexpr std::size_t status_at = 9;
    if (!head.starts_with(version) || head.size() < status_at + 3) {
        return false;
    }
    const char* const status = head.data() + status_at;
    if (std::from_chars(status, status + 3, answer.status).ptr != status + 3) {
        return false;
    }
    head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
    while (!head.empty()) {
        const std::size_t end = std::min(head.find('\n'), head.size() - 1);
        const std::string_view line = base::trim(head.substr(0, end + 1));
        head.remove_prefix(end + 1);
        if (line.empty()) {
            break;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            return false;
        }
        answer.headers.push_back(
            {std::string(line.substr(0, colon)), std::string(base::trim(line.substr(colon + 1)))});
    }
    return true;
}

HttpError other(std::string_view what) {
    return {HttpFailure::other, std::string(what)};
}

bool readable(int descriptor) {
    pollfd polled{descriptor, POLLIN, 0};
    return descriptor >= 0 && ::poll(&polled, 1, 0) > 0;
}

} // namespace

HttpResult<ClientResponse> AnswerReader::read(bool bodiless) {
    ClientResponse answer;
    do {
        answer = {};
        if (Failed head = read_head(answer)) {
            return tl::unexpected(std::move(*head));
        }
    } while (answer.status < 200); // 100 Continue
    const std::string* connection = find_header(answer.headers, "Connection");
    keep_ = connection == nullptr || !equal_ignoring_case(*connection, "close");
    constexpr int no_content = 204;
    constexpr int not_modified = 304;
    streams_ = sink_ && (head_sink_ ? head_sink_(answer) : answer.success());
    refusal_ = sink_ && !streams_ && !answer.success();
    if (bodiless || answer.status == no_content || answer.status == not_modified) {
        return answer;
    }
    if (Failed body = read_body(answer)) {
        return tl::unexpected(std::move(*body));
    }
    return answer;
}

AnswerReader::Failed AnswerReader::fill() {
    if (received_ - looked_ >= look_every) {
        looked_ = received_;
        if (readable(limits_.stop_fd)) {
            return wait_failure(IoStatus::stopped, limits_);
        }
    }
    std::array<char, read_size> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const ReadResult read = transport_.read(bytes, limits_.next(), limits_.stop_fd);
    buffer_.append(bytes.data(), read.count);
    received_ += read.count;
    if (read.status == IoStatus::ok) {
        return std::nullopt;
    }
    ended_ = read.status == IoStatus::closed;
    return wait_failure(read.status, limits_);
}

AnswerReader::Failed AnswerReader::read_head(ClientResponse& answer) {
    std::size_t searched = 0;
    std::optional<std::size_t> end = head_end(buffer_, searched);
    while (!end) {
        if (Failed failed = fill()) {
            return failed;
        }
        end = head_end(buffer_, searched);
        if (!end && buffer_.size() > largest_head) {
            return other("the head of the answer has no end");
        }
    }
    if (!parse_answer(std::string_view(buffer_).substr(0, *end), answer)) {
        return other("the answer is not HTTP");
    }
    buffer_.erase(0, *end);
    return std::nullopt;
}

AnswerReader::Failed AnswerReader::read_body(ClientResponse& answer) {
    const std::string* encoding = find_header(answer.headers, "Transfer-Encoding");
    if (encoding != nullptr && equal_ignoring_case(*encoding, "chunked")) {
        return read_chunks(answer);
    }
    const std::string* length = find_header(answer.headers, "Content-Length");
    if (length == nullptr) {
        return read_to_end(answer);
    }
    std::uint64_t size = 0;
    const char* const last = length->data() + length->size();
    if (const auto [end, failure] = std::from_chars(length->data(), last, size);
        end != last || failure != std::errc{}) {
        return other("the length of the answer is no number");
    }
    return read_sized(answer, size);
}

AnswerReader::Failed AnswerReader::deliver(ClientResponse& answer, std::string_view bytes) {
    const std::uint64_t limit = refusal_ ? refusal_limit : limits_.body;
    if (bytes.size() > limit - delivered_) {
        if (!refusal_) {
            return HttpError{
                HttpFailure::too_large, fmt::format("the answer has more than {} bytes", limit)};
        }
        bytes = bytes.substr(0, limit - delivered_);
        full_ = true;
        keep_ = false;
    }
    delivered_ += bytes.size();
    if (!streams_) {
        answer.body += bytes;
    } else if (!bytes.empty() && !sink_(bytes)) {
        return wait_failure(IoStatus::stopped, limits_);
    }
    return std::nullopt;
}

AnswerReader::Failed AnswerReader::read_sized(ClientResponse& answer, std::uint64_t size) {
    if (!sink_) {
        if (size > limits_.body) {
            return HttpError{
                HttpFailure::too_large,
                fmt::format("the answer has more than {} bytes", limits_.body)};
        }
        while (buffer_.size() < size) {
            if (Failed failed = fill()) {
                return failed;
            }
        }
        if (buffer_.size() == size) {
            answer.body = std::exchange(buffer_, {}); // the usual case: nothing is copied
        } else {
            answer.body = buffer_.substr(0, size);
            buffer_.erase(0, size);
        }
        return std::nullopt;
    }
    while (size > 0 && !full_) {
        if (buffer_.empty()) {
            if (Failed failed = fill()) {
                return failed;
            }
        }
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer_.size()));
        if (Failed failed = deliver(answer, std::string_view(buffer_).substr(0, count))) {
            return failed;
        }
        buffer_.erase(0, count);
        size -= count;
    }
    return std::nullopt;
}

AnswerReader::Failed AnswerReader::read_to_end(ClientResponse& answer) {
    keep_ = false;
    while (!full_) {
        if (Failed failed = deliver(answer, buffer_)) {
            return failed;
        }
        buffer_.clear();
        if (Failed failed = fill()) {
            return ended_ ? std::nullopt : std::move(failed);
        }
    }
    return std::nullopt;
}

AnswerReader::Failed AnswerReader::read_chunks(ClientResponse& answer) {
    ChunkDecoder decoder(std::numeric_limits<std::size_t>::max());
    std::string piece;
    while (!full_) {
        std::size_t consumed = 0;
        piece.clear();
        const ChunkDecoder::State state = decoder.feed(buffer_, piece, consumed);
        buffer_.erase(0, consumed);
        if (Failed failed = deliver(answer, piece)) {
            return failed;
        }
        if (state == ChunkDecoder::State::done) {
            answer.trailers = std::move(decoder.trailers());
            return std::nullopt;
        }
        if (state != ChunkDecoder::State::more) {
            return other("the answer's chunks are not well-formed");
        }
        if (Failed failed = fill()) {
            return failed;
        }
    }
    return std::nullopt;
}

} // namespace samara::net
