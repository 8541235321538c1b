#pragma once

#include "rie/host.h"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// What Lambda itself says about a function: the lines in its log, and the same as records for
/// subscribers (https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html).
namespace samara::rie {

enum class RecordKind : std::uint8_t { platform, function, extension };

struct Record {
    RecordKind kind = RecordKind::platform;
    WallTime time;
    std::string type;    ///< "platform.start", "function", ...
    std::string content; ///< JSON: an object for the platform's, a string (or object) for others
};

/// `{"time": ..., "type": ..., "record": ...}`
std::string to_json(const Record& record);

enum class Status : std::uint8_t { success, error, failure, timeout };

std::string_view to_string(Status status);

/// An init phase that ended. `phase` is "init", or "invoke" when it was done over within a call.
struct InitReport {
    std::string_view phase;
    Status status = Status::success;
    std::string error_type; ///< empty on success
    double duration_ms = 0;
};

struct InvokeReport {
    std::string request_id;
    std::string trace_id;
    Status status = Status::success;
    std::string error_type;
    double duration_ms = 0;
    std::optional<double> init_ms; ///< of the cold start this call waited for
    double response_ms = 0;        ///< from the event to the first byte of the answer
    std::size_t produced_bytes = 0;
    std::uint64_t peak_memory = 0; ///< bytes
};

/// The last bytes of the log of one invocation, for X-Amz-Log-Result.
class LogTail {
public:
    explicit LogTail(std::size_t capacity) : capacity_(capacity) {}

    void append(std::string_view bytes);

    void clear() { bytes_.clear(); }

    [[nodiscard]] std::string_view bytes() const;

private:
    std::size_t capacity_;
    std::string bytes_; ///< up to twice the capacity, so that appending seldom moves
};

/// Learns what happens beside the log itself.
class RecordListener {
public:
    RecordListener() = default;
    RecordListener(const RecordListener&) = delete;
    RecordListener& operator=(const RecordListener&) = delete;
    RecordListener(RecordListener&&) = delete;
    RecordListener& operator=(RecordListener&&) = delete;
    virtual ~RecordListener() = default;

    /// Whether records are wanted now: making them takes time.
    [[nodiscard]] virtual bool listens() const = 0;
    virtual void on_record(const Record& record) = 0;
    /// Nobody may subscribe from now on.
    virtual void on_init_ended() = 0;
    /// The environment is about to end: what is buffered is due now. `flushed` is called, perhaps
    /// from within, once it was taken or refused; not after on_reset().
    virtual void on_flush(std::function<void()> flushed) = 0;
    /// It has ended, and with it all subscribers.
    virtual void on_reset() = 0;
};

class PlatformLog {
public:
    PlatformLog(const Settings& settings, Host& host);

    /// Receives every record while it listens, whatever the log's format; nullptr for none.
    void listen(RecordListener* listener) { listener_ = listener; }

    void close_subscriptions();
    void flush(std::function<void()> flushed);
    void reset();

    void init_started(std::string_view phase);
    void init_ended(const InitReport& report);
    void invoke_started(const std::string& request_id, const std::string& trace_id);
    /// The runtime is done with the event; extensions may not be.
    void runtime_done(const InvokeReport& report);
    /// END and REPORT.
    void invoke_ended(const InvokeReport& report);
    /// "RequestId: <id> Error: <message>" and the error's type, as for a runtime that exited.
    void fault(const std::string& request_id, std::string_view type, std::string_view message);
    void timed_out(const std::string& request_id);
    void extension(
        std::string_view name,
        std::string_view state,
        std::string_view events_json,
        std::string_view error_type);
    void subscribed(std::string_view type, std::string_view name, std::string_view types_json);
    void logs_dropped(std::string_view reason, std::size_t records, std::size_t bytes);

    /// What the function, or an extension, wrote; passed on as it is.
    void output(RecordKind kind, std::string_view bytes);

    /// From now on what is written is kept back, until it is known whether it says anything new:
    /// release() writes it, drop() forgets it. Subscribers get it all the same.
    void hold() { holding_ = true; }

    void release();
    void drop();

    [[nodiscard]] std::string_view tail() const { return tail_.bytes(); }

    void clear_tail() { tail_.clear(); }

private:
    enum class When : std::uint8_t { now, soon };

    void write(std::string_view bytes, When when = When::now);
    void line(std::string_view text, When when = When::now);

    [[nodiscard]] bool listened() const { return listener_ != nullptr && listener_->listens(); }

    /// `logged`: whether it is a line of the log too when that is JSON. `content` gives it, where
    /// somebody wants to know.
    template <class Content>
    void record(std::string_view type, bool logged, Content content, When when = When::now);

    const Settings& settings_;
    Host& host_;
    RecordListener* listener_ = nullptr;
    LogTail tail_;
    bool at_line_start_ = true;
    bool holding_ = false;
    std::string held_;
    std::array<std::string, 2>
        partial_; ///< unfinished line of the function's and the extensions' output
};

} // namespace samara::rie
