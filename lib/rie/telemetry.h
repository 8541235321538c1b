#pragma once

#include "rie/http.h"
#include "rie/platform_log.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The Telemetry API and its forerunner, the Logs API: extensions subscribe to what the platform,
/// the function and extensions write, and get it in batches
/// (https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html).
namespace samara::rie {

struct HttpDestination {
    std::uint16_t port = 0;
    std::string target;
    std::string method = "POST";
};

struct TcpDestination {
    std::uint16_t port = 0;
};

/// A listener of an extension, in this environment.
using Destination = std::variant<HttpDestination, TcpDestination>;

/// Takes batches to their listeners; the seam to sockets and timers.
class Courier {
public:
    Courier() = default;
    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;
    Courier(Courier&&) = delete;
    Courier& operator=(Courier&&) = delete;
    virtual ~Courier() = default;

    /// Calls `done` with whether the listener took it; never from within.
    virtual void
    deliver(const Destination& destination, std::string batch, std::function<void(bool)> done) = 0;

    virtual void after(std::chrono::milliseconds delay, std::function<void()> action) = 0;
};

class Telemetry : public RecordListener {
public:
    enum class Api : std::uint8_t { telemetry, logs };

    Telemetry(Courier& courier, PlatformLog& log);
    ~Telemetry() override;
    Telemetry(const Telemetry&) = delete;
    Telemetry& operator=(const Telemetry&) = delete;
    Telemetry(Telemetry&&) = delete;
    Telemetry& operator=(Telemetry&&) = delete;

    /// Answers an extension's request to subscribe; a second one replaces the first.
    HttpReply subscribe(Api api, const std::string& extension, std::string_view body);

    [[nodiscard]] bool listens() const override { return keep_early_ || !subscriptions_.empty(); }

    void on_record(const Record& record) override;
    void on_init_ended() override;
    void on_flush(std::function<void()> flushed) override;
    void on_reset() override;

private:
    struct Subscription;

    void check_flushed();

    Courier& courier_;
    PlatformLog& log_;
    std::vector<std::shared_ptr<Subscription>> subscriptions_;
    /// What was told before anyone could subscribe: they get it all the same.
    std::deque<Record> early_;
    std::size_t early_bytes_ = 0;
    bool keep_early_ = true;
    std::function<void()> flushed_; ///< to be called when nothing waits any more
};

} // namespace samara::rie
