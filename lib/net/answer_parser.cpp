#include "net/answer_parser.h"

#include "base/strings.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace samara::net {

namespace {

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

HttpError too_large(std::uint64_t limit) {
    return {HttpFailure::too_large, fmt::format("the answer has more than {} bytes", limit)};
}

} // namespace

AnswerParser::Failed AnswerParser::feed(std::string& buffer) {
    Stage before = Stage::done;
    while (stage_ != before) { // each stage may have left some for the next one
        before = stage_;
        Failed failed;
        switch (stage_) {
        case Stage::head:
            failed = read_head(buffer);
            break;
        case Stage::sized:
            failed = read_sized(buffer);
            break;
        case Stage::chunks:
            failed = read_chunks(buffer);
            break;
        case Stage::to_end:
            failed = read_to_end(buffer);
            break;
        case Stage::done:
            break;
        }
        if (failed) {
            return failed;
        }
    }
    return std::nullopt;
}

AnswerParser::Failed AnswerParser::close() {
    if (stage_ != Stage::to_end) {
        return wait_failure(IoStatus::closed, {});
    }
    stage_ = Stage::done;
    return std::nullopt;
}

AnswerParser::Failed AnswerParser::read_head(std::string& buffer) {
    while (const std::optional<std::size_t> end = head_end(buffer, searched_)) {
        answer_ = {};
        if (!parse_answer(std::string_view(buffer).substr(0, *end), answer_)) {
            return other("the answer is not HTTP");
        }
        buffer.erase(0, *end);
        searched_ = 0;
        if (answer_.status >= 200) { // else 100 Continue
            return begin_body();
        }
    }
    return buffer.size() > largest_head ? Failed(other("the head of the answer has no end"))
                                        : std::nullopt;
}

AnswerParser::Failed AnswerParser::begin_body() {
    constexpr int no_content = 204;
    constexpr int not_modified = 304;
    const std::string* connection = find_header(answer_.headers, "Connection");
    keep_ = connection == nullptr || !equal_ignoring_case(*connection, "close");
    streams_ = sink_ && (head_sink_ ? head_sink_(answer_) : answer_.success());
    refusal_ = sink_ && !streams_ && !answer_.success();
    if (bodiless_ || answer_.status == no_content || answer_.status == not_modified) {
        stage_ = Stage::done;
        return std::nullopt;
    }
    const std::string* encoding = find_header(answer_.headers, "Transfer-Encoding");
    if (encoding != nullptr && equal_ignoring_case(*encoding, "chunked")) {
        stage_ = Stage::chunks;
        return std::nullopt;
    }
    const std::string* length = find_header(answer_.headers, "Content-Length");
    if (length == nullptr) {
        stage_ = Stage::to_end;
        keep_ = false;
        return std::nullopt;
    }
    const char* const last = length->data() + length->size();
    if (const auto [end, failure] = std::from_chars(length->data(), last, left_);
        end != last || failure != std::errc{}) {
        return other("the length of the answer is no number");
    }
    stage_ = Stage::sized;
    return !sink_ && left_ > limit_ ? Failed(too_large(limit_)) : std::nullopt;
}

AnswerParser::Failed AnswerParser::read_sized(std::string& buffer) {
    if (!sink_) {
        if (buffer.size() < left_) {
            return std::nullopt;
        }
        if (buffer.size() == left_) {
            answer_.body = std::exchange(buffer, {}); // the usual case: nothing is copied
        } else {
            answer_.body = buffer.substr(0, left_);
            buffer.erase(0, left_);
        }
        stage_ = Stage::done;
        return std::nullopt;
    }
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size()));
    if (Failed failed = deliver(std::string_view(buffer).substr(0, count))) {
        return failed;
    }
    buffer.erase(0, count);
    left_ -= count;
    stage_ = left_ == 0 || full_ ? Stage::done : stage_;
    return std::nullopt;
}

AnswerParser::Failed AnswerParser::read_chunks(std::string& buffer) {
    std::string piece;
    std::size_t consumed = 0;
    const ChunkDecoder::State state = decoder_.feed(buffer, piece, consumed);
    buffer.erase(0, consumed);
    if (Failed failed = deliver(piece)) {
        return failed;
    }
    if (state == ChunkDecoder::State::done) {
        answer_.trailers = std::move(decoder_.trailers());
        stage_ = Stage::done;
    } else if (state != ChunkDecoder::State::more) {
        return other("the answer's chunks are not well-formed");
    } else if (full_) {
        stage_ = Stage::done;
    }
    return std::nullopt;
}

AnswerParser::Failed AnswerParser::read_to_end(std::string& buffer) {
    if (Failed failed = deliver(buffer)) {
        return failed;
    }
    buffer.clear();
    stage_ = full_ ? Stage::done : stage_;
    return std::nullopt;
}

AnswerParser::Failed AnswerParser::deliver(std::string_view bytes) {
    const std::uint64_t limit = refusal_ ? refusal_limit : limit_;
    if (bytes.size() > limit - delivered_) {
        if (!refusal_) {
            return too_large(limit);
        }
        bytes = bytes.substr(0, limit - delivered_);
        full_ = true;
        keep_ = false;
    }
    delivered_ += bytes.size();
    if (!streams_) {
        answer_.body += bytes;
    } else if (!bytes.empty() && !sink_(bytes)) {
        return wait_failure(IoStatus::stopped, {});
    }
    return std::nullopt;
}

} // namespace samara::net
