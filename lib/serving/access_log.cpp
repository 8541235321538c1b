#include "serving/access_log.h"

#include "base/json_writer.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::serving {

namespace {

std::chrono::microseconds elapsed(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
}

/// What is said of a function may be of several lines; the log has one. Blanks take the place of
/// line ends with what they are indented by.
std::string on_one_line(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    std::string clean;
    clean.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' || text[i] == '\r') {
            clean.erase(clean.find_last_not_of(blanks) + 1);
            i = std::min(text.find_first_not_of(blanks, i), text.size()) - 1;
            clean += i + 1 == text.size() || clean.empty() ? "" : " ";
        } else {
            const bool control = static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7f;
            clean.push_back(control ? '?' : text[i]);
        }
    }
    return clean;
}

/// Nothing that a client sends steers the terminal: bytes that are no visible ASCII are
/// percent-encoded, as an honest client has done already.
std::string visible(std::string_view path) {
    std::string text;
    text.reserve(path.size());
    for (const char c : path) {
        if (c > 0x20 && c < 0x7f) {
            text.push_back(c);
        } else {
            fmt::format_to(std::back_inserter(text), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return text;
}

} // namespace

std::optional<bool> environment_of(const invoke::Response& reply) {
    return reply.status == 200 ? std::optional(reply.cold) : std::nullopt;
}

void log_when_answered(
    const AccessLog& log,
    AccessRecord record,
    std::chrono::steady_clock::time_point begin,
    const net::HttpRequest& request,
    net::HttpResponse& response) {
    if (!log) {
        return;
    }
    record.method = request.method;
    record.path = request.path();
    record.status = response.status;
    record.duration = elapsed(begin);
    if (!response.stream) {
        response.answered = [&log, record = std::move(record)] { log(record); };
        return;
    }
    response.answered = [&log, begin, record = std::move(record)]() mutable {
        record.duration = elapsed(begin);
        if (record.complete) {
            record.complete(record);
        }
        log(record);
    };
}

std::string to_string(const AccessRecord& record, AccessLogFormat format) {
    if (format == AccessLogFormat::stage) {
        return on_one_line(record.line);
    }
    const double milliseconds = static_cast<double>(record.duration.count()) / 1000.0;
    if (format == AccessLogFormat::text) {
        return fmt::format(
            "{} {} {} {:.1f} ms{}{}{}{}",
            record.method,
            visible(record.path),
            record.status,
            milliseconds,
            record.function.empty() ? "" : " " + record.function,
            !record.cold   ? ""
            : *record.cold ? " cold"
                           : " warm",
            record.error.empty() ? "" : ": ",
            on_one_line(record.error));
    }
    std::string line;
    base::JsonWriter json(line);
    json.begin_object();
    json.key("time").number(
        std::chrono::duration_cast<std::chrono::milliseconds>(record.time.time_since_epoch())
            .count());
    json.member("method", record.method);
    json.member("path", visible(record.path));
    json.key("status").number(record.status);
    json.key("ms").raw(fmt::format("{:.3f}", milliseconds));
    if (!record.function.empty()) {
        json.member("function", record.function);
    }
    if (record.cold) {
        json.key("cold").boolean(*record.cold);
    }
    if (!record.error.empty()) {
        json.member("error", record.error);
    }
    json.end_object();
    return line;
}

} // namespace samara::serving
