#pragma once

#include "rie/extensions.h"
#include "rie/host.h"
#include "rie/http.h"
#include "rie/platform_log.h"
#include "rie/settings.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>

/// The life of one execution environment as a state machine: no sockets, no threads, no clock of
/// its own (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
namespace samara::rie {

/// One call of the function.
struct Invocation {
    std::string payload;
    std::string request_id;       ///< empty: one is made
    std::string trace_id;         ///< X-Amzn-Trace-Id; empty: one is made
    std::string client_context;   ///< JSON, already decoded
    std::string cognito_identity; ///< JSON
    bool tail_log = false;        ///< X-Amz-Log-Type: Tail
    bool streamed = false;        ///< pass a streamed response on as it comes
    ExchangePtr caller;           ///< nothing for an asynchronous call
};

class StreamedResponse;

class Emulator : public HostEvents {
public:
    Emulator(const Settings& settings, Host& host, PlatformLog& log);

    /// Begins the init phase.
    void start();

    /// Runs it as soon as the environment is free; calls wait in line.
    void invoke(Invocation invocation);

    /// The shutdown phase, then Host::stop().
    void shut_down();

    /// The calls of the runtime (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
    void next(ExchangePtr runtime);
    void response(std::string_view request_id, HttpRequest request, const ExchangePtr& runtime);
    void error(std::string_view request_id, HttpRequest request, const ExchangePtr& runtime);
    void init_error(HttpRequest request, const ExchangePtr& runtime);

    /// The body of a response in streaming mode; nothing when it was refused (and replied to).
    std::shared_ptr<BodySink> streamed_response(
        std::string_view request_id, const HttpRequest& head, const ExchangePtr& runtime);

    /// The calls of extensions. The parsed body is the caller's work.
    void extension_register(
        std::string_view name,
        const std::vector<std::string>& events,
        bool with_account,
        const ExchangePtr& extension);
    void extension_next(std::string_view id, ExchangePtr extension);
    void extension_error(
        std::string_view id,
        std::string_view error_type,
        bool in_init,
        const ExchangePtr& extension);

    /// Name of the registered extension, or empty.
    [[nodiscard]] std::string extension_name(std::string_view id);

    /// Whether the init phase goes on, which is when extensions may register and subscribe.
    [[nodiscard]] bool initializing() const;

    void on_exit(ProcessId process, const ProcessEnd& end) override;
    void on_output(ProcessId process, std::string_view bytes) override;
    void on_timer() override;

private:
    friend class StreamedResponse;

    enum class Phase : std::uint8_t {
        cold,             ///< no process; the next call starts them
        init,             ///< runtime and extensions start
        idle,             ///< all wait for a call
        invoke,           ///< a call goes on (in it the processes may have to be started first)
        runtime_shutdown, ///< the runtime got its SIGTERM
        shutdown,         ///< extensions got their SHUTDOWN event
    };

    enum class RuntimeState : std::uint8_t { absent, starting, ready, busy, responding, responded };

    struct Failure {
        Status status = Status::failure;
        std::string type;
        std::string message;
    };

    /// The call that goes on.
    struct Current {
        Current();

        Invocation invocation;
        std::string id;
        SteadyTime began;
        WallTime deadline;
        bool started = false;   ///< START is written
        bool delivered = false; ///< the runtime has the event
        bool done = false;      ///< the outcome below is there
        std::string payload;
        std::string function_error; ///< X-Amz-Function-Error
        bool head_sent = false;     ///< a streamed answer has begun
        Status status = Status::success;
        std::string error_type;
        double response_ms = 0;
        std::size_t produced = 0;
    };

    // Starting
    void launch();
    void launch_runtime();
    void init_done();
    void fail(const Failure& failure);
    void init_failed(const Failure& failure);

    // Invoking
    void advance();
    void begin_invocation();
    void write_start();
    void deliver();
    void answer(std::string payload, Status status, std::string error_type);
    void answer_too_large();
    void finish();
    void reply_to_caller();
    void fail_invocation(const Failure& failure);
    [[nodiscard]] double elapsed_ms(SteadyTime since) const;
    [[nodiscard]] InvokeReport report() const;
    [[nodiscard]] bool accepts_response(std::string_view request_id, const ExchangePtr& runtime);

    // Ending
    void stop_environment(std::string_view reason);
    void begin_extension_shutdown();
    void send_shutdown();
    void end_environment();
    [[nodiscard]] Failure describe_end(const ProcessEnd& end) const;

    const Settings& settings_;
    Host& host_;
    PlatformLog& log_;
    Extensions extensions_{log_};

    Phase phase_ = Phase::cold;
    RuntimeState runtime_ = RuntimeState::absent;
    ProcessId runtime_process_ = 0;
    ExchangePtr waiting_runtime_;
    SteadyTime init_began_;
    std::optional<double> init_ms_; ///< of a cold start that no call has reported yet
    std::string init_error_;        ///< what the runtime posted to init/error
    bool init_reported_ = false;    ///< the init that goes on within a call has ended

    std::deque<Invocation> queue_;
    std::optional<Current> current_;
    std::string last_id_; ///< of the call before: an answer to it is one too many
    std::shared_ptr<StreamedResponse> stream_;

    bool stopping_ = false; ///< the emulator itself shall end
    std::string shutdown_reason_;
    SteadyTime shutdown_deadline_;
};

} // namespace samara::rie
