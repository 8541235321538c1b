#include "rie/platform_log.h"

#include "base/iso_time.h"
#include "rie/json_text.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace samara::rie {

namespace {

// Memory is counted in MB of 2^20 bytes, rounded up; a function never shows more than it has.
std::uint64_t shown_memory(const Settings& settings, std::uint64_t peak) {
    constexpr std::uint64_t megabyte = 1024UL * 1024;
    return std::min<std::uint64_t>((peak + megabyte - 1) / megabyte, settings.memory_mb);
}

// Since August 2025 the init phase is billed for every kind of function.
// https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
std::uint64_t billed(const InvokeReport& report) {
    return static_cast<std::uint64_t>(std::ceil(report.duration_ms + report.init_ms.value_or(0)));
}

std::string_view initialization_type(const Settings& settings) {
    return settings.provisioned ? "provisioned-concurrency" : "on-demand";
}

std::string status_members(Status status, const std::string& error_type) {
    std::string text = fmt::format(R"("status":"{}")", to_string(status));
    if (!error_type.empty()) {
        text += fmt::format(R"(,"errorType":{})", quote(error_type));
    }
    return text;
}

std::string tracing(const std::string& trace_id) {
    return fmt::format(R"({{"type":"X-Amzn-Trace-Id","value":{}}})", quote(trace_id));
}

// "\tStatus: error\tError Type: Runtime.ExitError"; nothing for a success or an error that the
// function reported in good order.
std::string status_suffix(Status status, const std::string& error_type) {
    if (status == Status::success || error_type.empty()) {
        return status == Status::timeout ? "\tStatus: timeout" : "";
    }
    std::string text = fmt::format("\tStatus: {}", to_string(status));
    if (status != Status::timeout) {
        text += fmt::format("\tError Type: {}", error_type);
    }
    return text;
}

} // namespace

std::string to_json(const Record& record) {
    return fmt::format(
        R"({{"time":"{}","type":"{}","record":{}}})",
        base::iso_milliseconds(record.time),
        record.type,
        record.content);
}

std::string_view to_string(Status status) {
    switch (status) {
    case Status::success:
        return "success";
    case Status::error:
        return "error";
    case Status::failure:
        return "failure";
    case Status::timeout:
        return "timeout";
    }
    return "";
}

void LogTail::append(std::string_view bytes) {
    if (bytes.size() >= capacity_) {
        bytes_.assign(bytes.substr(bytes.size() - capacity_));
        return;
    }
    if (bytes_.size() + bytes.size() > 2 * capacity_) {
        bytes_.erase(0, bytes_.size() - capacity_);
    }
    bytes_ += bytes;
}

std::string_view LogTail::bytes() const {
    const std::string_view all = bytes_;
    return all.size() > capacity_ ? all.substr(all.size() - capacity_) : all;
}

PlatformLog::PlatformLog(const Settings& settings, Host& host)
    : settings_(settings), host_(host), tail_(settings.limits.log_tail) {}

void PlatformLog::write(std::string_view bytes, When when) {
    if (bytes.empty()) {
        return;
    }
    if (when == When::now) {
        host_.write_log(bytes);
    } else {
        host_.write_log_soon(bytes);
    }
    tail_.append(bytes);
    at_line_start_ = bytes.back() == '\n';
}

void PlatformLog::line(std::string_view text, When when) {
    // What the function left unfinished must not run into a line of the platform.
    write(fmt::format("{}{}\n", at_line_start_ ? "" : "\n", text), when);
}

template <class Content>
void PlatformLog::record(std::string_view type, bool logged, Content content, When when) {
    const bool in_log = logged && settings_.json_log;
    const bool listened = this->listened();
    if (!in_log && !listened) {
        return;
    }
    const Record made{RecordKind::platform, host_.wall_time(), std::string(type), content()};
    if (in_log) {
        line(to_json(made), when);
    }
    if (listened) {
        listener_->on_record(made);
    }
}

void PlatformLog::init_started(std::string_view phase) {
    record("platform.initStart", true, [&] {
        return fmt::format(
            R"({{"initializationType":"{}","phase":"{}","functionName":{},"functionVersion":{}}})",
            initialization_type(settings_),
            phase,
            quote(settings_.function_name),
            quote(settings_.function_version));
    });
}

void PlatformLog::init_ended(const InitReport& report) {
    const std::string start = fmt::format(
        R"({{"initializationType":"{}","phase":"{}",{})",
        initialization_type(settings_),
        report.phase,
        status_members(report.status, report.error_type));
    const bool failed = report.status != Status::success;
    record("platform.initRuntimeDone", failed, [&] { return start + "}"; });
    record("platform.initReport", failed, [&] {
        return fmt::format(R"({},"metrics":{{"durationMs":{:.3f}}}}})", start, report.duration_ms);
    });
    if (failed && !settings_.json_log) {
        line(fmt::format(
            "INIT_REPORT Init Duration: {:.2f} ms\tPhase: {}{}",
            report.duration_ms,
            report.phase,
            status_suffix(report.status, report.error_type)));
    }
}

void PlatformLog::invoke_started(const std::string& request_id, const std::string& trace_id) {
    // A short call is one write, with its end: each wakes whoever follows the log.
    if (!settings_.json_log) {
        line(
            fmt::format("START RequestId: {} Version: {}", request_id, settings_.function_version),
            When::soon);
    }
    record(
        "platform.start",
        true,
        [&] {
            return fmt::format(
                R"({{"requestId":"{}","version":{},"tracing":{}}})",
                request_id,
                quote(settings_.function_version),
                tracing(trace_id));
        },
        When::soon);
}

void PlatformLog::runtime_done(const InvokeReport& report) {
    record("platform.runtimeDone", report.status != Status::success, [&] {
        return fmt::format(
            R"({{"requestId":"{}",{},"metrics":{{"durationMs":{:.3f},"producedBytes":{}}},)"
            R"("spans":[{{"name":"responseLatency","start":"{}","durationMs":{:.3f}}}],)"
            R"("tracing":{}}})",
            report.request_id,
            status_members(report.status, report.error_type),
            report.duration_ms,
            report.produced_bytes,
            base::iso_milliseconds(
                host_.wall_time() -
                std::chrono::microseconds(static_cast<std::int64_t>(report.duration_ms * 1000))),
            report.response_ms,
            tracing(report.trace_id));
    });
}

void PlatformLog::invoke_ended(const InvokeReport& report) {
    const std::uint64_t memory = shown_memory(settings_, report.peak_memory);
    if (!settings_.json_log) {
        std::string text = fmt::format(
            "END RequestId: {0}\nREPORT RequestId: {0}\tDuration: {1:.2f} ms\tBilled Duration: {2} "
            "ms\t"
            "Memory Size: {3} MB\tMax Memory Used: {4} MB\t",
            report.request_id,
            report.duration_ms,
            billed(report),
            settings_.memory_mb,
            memory);
        if (report.init_ms) {
            text += fmt::format("Init Duration: {:.2f} ms\t", *report.init_ms);
        }
        std::string suffix = status_suffix(report.status, report.error_type);
        if (!suffix.empty()) {
            text += suffix.substr(1);
        }
        line(text, When::soon);
    }
    record("platform.end", false, [&] {
        return fmt::format(R"({{"requestId":"{}"}})", report.request_id);
    });
    record(
        "platform.report",
        true,
        [&] {
            std::string metrics = fmt::format(
                R"("durationMs":{:.3f},"billedDurationMs":{},"memorySizeMB":{},"maxMemoryUsedMB":{})",
                report.duration_ms,
                billed(report),
                settings_.memory_mb,
                memory);
            if (report.init_ms) {
                metrics += fmt::format(R"(,"initDurationMs":{:.3f})", *report.init_ms);
            }
            return fmt::format(
                R"({{"requestId":"{}",{},"metrics":{{{}}},"tracing":{}}})",
                report.request_id,
                status_members(report.status, report.error_type),
                metrics,
                tracing(report.trace_id));
        },
        When::soon);
}

void PlatformLog::fault(
    const std::string& request_id, std::string_view type, std::string_view message) {
    const std::string text = fmt::format("RequestId: {} Error: {}\n{}", request_id, message, type);
    if (!settings_.json_log) {
        line(text);
    }
    record("platform.fault", false, [&] { return quote(text); });
}

void PlatformLog::timed_out(const std::string& request_id) {
    const std::string text = fmt::format(
        "{} {} Task timed out after {:.2f} seconds",
        base::iso_milliseconds(host_.wall_time()),
        request_id,
        static_cast<double>(settings_.timeout.count()) / 1000.0);
    if (!settings_.json_log) {
        line(text + "\n");
    }
}

void PlatformLog::extension(
    std::string_view name,
    std::string_view state,
    std::string_view events_json,
    std::string_view error_type) {
    if (!settings_.json_log) {
        line(fmt::format(
            "EXTENSION\tName: {}\tState: {}\tEvents: {}{}",
            name,
            state,
            events_json,
            error_type.empty() ? "" : fmt::format("\tError Type: {}", error_type)));
    }
    record("platform.extension", true, [&] {
        std::string content =
            fmt::format(R"({{"name":{},"state":"{}","events":{})", quote(name), state, events_json);
        if (!error_type.empty()) {
            content += fmt::format(R"(,"errorType":{})", quote(error_type));
        }
        return content + "}";
    });
}

void PlatformLog::subscribed(
    std::string_view type, std::string_view name, std::string_view types_json) {
    if (!settings_.json_log) {
        line(fmt::format("TELEMETRY\tName: {}\tState: Subscribed\tTypes: {}", name, types_json));
    }
    record(type, true, [&] {
        return fmt::format(
            R"({{"name":{},"state":"Subscribed","types":{}}})", quote(name), types_json);
    });
}

void PlatformLog::logs_dropped(std::string_view reason, std::size_t records, std::size_t bytes) {
    record("platform.logsDropped", true, [&] {
        return fmt::format(
            R"({{"reason":{},"droppedRecords":{},"droppedBytes":{}}})",
            quote(reason),
            records,
            bytes);
    });
}

void PlatformLog::close_subscriptions() {
    if (listener_ != nullptr) {
        listener_->on_init_ended();
    }
}

void PlatformLog::flush(std::function<void()> flushed) {
    if (listener_ != nullptr) {
        listener_->on_flush(std::move(flushed));
    } else {
        flushed();
    }
}

void PlatformLog::reset() {
    if (listener_ != nullptr) {
        listener_->on_reset();
    }
}

void PlatformLog::release() {
    holding_ = false;
    write(std::exchange(held_, {}));
}

void PlatformLog::drop() {
    holding_ = false;
    held_.clear();
}

void PlatformLog::output(RecordKind kind, std::string_view bytes) {
    constexpr std::size_t most_held = 256UL * 1024;
    if (!holding_) {
        // Runtimes write a line in pieces: nothing of others is to come between them.
        write(bytes, bytes.ends_with('\n') ? When::now : When::soon);
    } else {
        held_ += bytes;
        if (held_.size() > most_held) {
            release();
        }
    }
    if (!listened()) {
        return;
    }
    // A record a line; a line that never ends is cut where Lambda cuts it too.
    constexpr std::size_t longest = 256UL * 1024;
    const bool extension = kind == RecordKind::extension;
    std::string& partial = partial_[extension ? 1 : 0];
    for (const char c : bytes) {
        if (c != '\n') {
            partial += c;
        }
        if (c == '\n' || partial.size() >= longest) {
            listener_->on_record(
                {kind, host_.wall_time(), extension ? "extension" : "function", quote(partial)});
            partial.clear();
        }
    }
}

} // namespace samara::rie
