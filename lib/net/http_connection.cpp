#include "net/http_connection.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <poll.h>

namespace samara::net {

namespace {

constexpr std::size_t read_size = 16UL * 1024;

Deadline after(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

HttpResponse refusal(int status) {
    HttpResponse response{
        status,
        {{"Content-Type", "application/json"}},
        fmt::format(R"({{"message":"{}"}})", reason_phrase(status))};
    if (status == 503) {
        response.headers.push_back({"Retry-After", "1"});
    }
    return response;
}

} // namespace

HttpConnection::HttpConnection(
    ByteStream& transport,
    const HttpServerOptions& options,
    const HttpServer::Handler& handler,
    UploadBudget& uploads,
    std::string remote_address,
    int stop_fd)
    : transport_(transport), options_(options), handler_(handler), uploads_(uploads),
      remote_address_(std::move(remote_address)), stop_fd_(stop_fd) {}

void HttpConnection::serve() {
    while (serve_one() == Next::keep) {
    }
}

bool HttpConnection::stopping() const {
    pollfd wait{stop_fd_, POLLIN, 0};
    return ::poll(&wait, 1, 0) > 0;
}

/// Appends what the client sends next to the buffer.
bool HttpConnection::fill(Deadline deadline, int stop_fd, IoStatus* status) {
    std::array<char, read_size> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): read into
    const ReadResult result = transport_.read(bytes, deadline, stop_fd);
    if (status != nullptr) {
        *status = result.status;
    }
    buffer_.append(bytes.data(), result.count);
    return result.status == IoStatus::ok;
}

/// The size of the next head in the buffer; nothing when the connection is over.
std::optional<std::size_t> HttpConnection::read_head() {
    std::size_t searched = 0;
    // Idle until the first byte, be it of a blank line; from then on one deadline for all of it.
    bool idle = buffer_.empty();
    Deadline deadline = after(idle ? options_.idle_timeout : options_.head_timeout);
    while (true) {
        // Blank lines before a request are skipped (RFC 9112 section 2.2).
        const std::size_t begin = std::min(buffer_.find_first_not_of("\r\n"), buffer_.size());
        if (begin > 0) {
            buffer_.erase(0, begin);
            searched = 0;
        }
        if (const auto end = head_end(buffer_, searched)) {
            return end;
        }
        if (buffer_.size() > options_.head.bytes) {
            refuse(431);
            return std::nullopt;
        }
        IoStatus status{};
        if (!fill(deadline, stop_fd_, &status)) {
            if (status == IoStatus::timed_out && !buffer_.empty()) { // blank lines are no request
                refuse(408);
            }
            return std::nullopt;
        }
        if (std::exchange(idle, false)) {
            deadline = after(options_.head_timeout);
        }
    }
}

int HttpConnection::read_sized(std::uint64_t size, std::string& body, Deadline deadline) {
    if (size > options_.body_limit) {
        return 413;
    }
    const auto wanted = static_cast<std::size_t>(size);
    UploadBudget::Share share(uploads_);
    while (buffer_.size() < wanted) {
        if (!share.grow_to(buffer_.size())) {
            return 503;
        }
        IoStatus status{};
        if (!fill(deadline, -1, &status)) {
            return status == IoStatus::timed_out ? 408 : -1;
        }
    }
    if (buffer_.size() == wanted) {
        body = std::exchange(buffer_, {});
    } else {
        body.assign(buffer_, 0, wanted);
        buffer_.erase(0, wanted);
    }
    return 0;
}

int HttpConnection::read_chunked(std::string& body, Deadline deadline) {
    ChunkDecoder decoder(options_.body_limit);
    UploadBudget::Share share(uploads_);
    while (true) {
        std::size_t consumed = 0;
        const ChunkDecoder::State state = decoder.feed(buffer_, body, consumed);
        buffer_.erase(0, consumed);
        switch (state) {
        case ChunkDecoder::State::done:
            return 0;
        case ChunkDecoder::State::bad:
            return 400;
        case ChunkDecoder::State::too_large:
            return 413;
        case ChunkDecoder::State::more:
            break;
        }
        if (!share.grow_to(body.size())) {
            return 503;
        }
        IoStatus status{};
        if (!fill(deadline, -1, &status)) {
            return status == IoStatus::timed_out ? 408 : -1;
        }
    }
}

int HttpConnection::read_body(RequestHead& head) {
    if (std::holds_alternative<NoBody>(head.framing)) {
        return 0;
    }
    const auto* sized = std::get_if<SizedBody>(&head.framing);
    const bool fits = sized == nullptr || sized->size <= options_.body_limit;
    if (head.expects_continue && fits && buffer_.empty() &&
        transport_.write("HTTP/1.1 100 Continue\r\n\r\n", {}, after(options_.write_timeout)) !=
            IoStatus::ok) {
        return -1;
    }
    const Deadline deadline = after(options_.body_timeout);
    return sized != nullptr ? read_sized(sized->size, head.request.body, deadline)
                            : read_chunked(head.request.body, deadline);
}

HttpConnection::Next HttpConnection::serve_one() {
    const auto end = read_head();
    if (!end) {
        return Next::close;
    }
    auto parsed = parse_head(std::string_view(buffer_).substr(0, *end), options_.head);
    if (const auto* bad = std::get_if<RequestFault>(&parsed)) {
        return refuse(bad->status);
    }
    buffer_.erase(0, *end);
    auto& head = std::get<RequestHead>(parsed);
    const int status = read_body(head);
    if (status != 0) {
        return status < 0 ? Next::close : refuse(status);
    }
    head.request.remote_address = remote_address_;
    const bool head_only = head.request.method == "HEAD";
    const HttpResponse response = handler_(std::move(head.request));
    const Next next = answer(response, head_only, head.keep_alive && !stopping());
    if (response.answered) {
        response.answered();
    }
    return next;
}

/// Answers a request that cannot be read and ends the connection, such that the client gets to see
/// the answer: closing with unread bytes would reset it.
HttpConnection::Next HttpConnection::refuse(int status) {
    answer(refusal(status), false, false);
    transport_.finish_writing();
    const Deadline deadline = after(std::chrono::seconds(1));
    std::size_t drained = 0;
    while (drained < 4 * options_.body_limit) {
        buffer_.clear();
        if (!fill(deadline, stop_fd_)) {
            break;
        }
        drained += buffer_.size();
    }
    return Next::close;
}

HttpConnection::Next
HttpConnection::answer(const HttpResponse& response, bool head_only, bool keep_alive) {
    const std::string head = encode_head(response, response.body.size(), keep_alive);
    const bool bodiless = head_only || response.status == 204 || response.status == 304;
    const IoStatus status = transport_.write(
        head,
        bodiless ? std::string_view{} : std::string_view(response.body),
        after(options_.write_timeout));
    return status == IoStatus::ok && keep_alive ? Next::keep : Next::close;
}

} // namespace samara::net
