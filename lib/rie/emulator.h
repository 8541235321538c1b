#pragma once

#include "rie/call.h"
#include "rie/extensions.h"
#include "rie/host.h"
#include "rie/http.h"
#include "rie/platform_log.h"
#include "rie/settings.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The life of one execution environment as a state machine: no sockets, no threads, no clock of
/// its own (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
namespace samara::rie {

class Emulator : public HostEvents {
public:
    Emulator(const Settings& settings, Host& host, PlatformLog& log);

    /// Begins the init phase.
    void start();

    /// Runs it as soon as the environment is free; calls wait in line.
    void invoke(Invocation invocation);

    /// Whether a call with so many bytes may wait in line.
    [[nodiscard]] bool has_room(std::size_t payload) const;

    /// Answers as soon as a call would begin at once: when init has ended, well or not, and what
    /// ended before has been cleared away. Whoever asks then knows from when the call's Timeout
    /// counts.
    void when_settled(ExchangePtr caller);

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
    // The phases of an environment. There is a call in the invoke phase and in no other.
    struct Cold {}; ///< no process; the next call starts them

    struct Init {}; ///< runtime and extensions start

    struct Idle {}; ///< all wait for a call

    struct Invoke {
        std::shared_ptr<Call> call; ///< in it the processes may have to be started first
    };

    struct RuntimeShutdown {}; ///< the runtime got its SIGTERM

    struct Shutdown {}; ///< extensions got their SHUTDOWN event

    enum class RuntimeState : std::uint8_t { absent, starting, ready, busy, responding, responded };

    template <class Phase>
    [[nodiscard]] bool in() const {
        return std::holds_alternative<Phase>(phase_);
    }

    [[nodiscard]] bool ending() const { return in<RuntimeShutdown>() || in<Shutdown>(); }

    /// The call that goes on, or nothing.
    [[nodiscard]] std::shared_ptr<Call> call() const;

    // Starting
    void launch();
    void launch_runtime();
    void init_done();
    void fail(const Failure& failure);
    void init_failed(const Failure& failure);

    // Invoking
    void advance();
    void step();
    void report_settled();
    void begin_invocation();
    void write_start(Call& call);
    void deliver(Call& call);
    void answer(Call& call, std::string payload, Status status, std::string error_type);
    void answer_too_large(Call& call);
    void finish(Call& call);
    void conclude(Call& call, InvokeReport last);
    void reply_to_caller(Call& call);
    void fail_invocation(const std::shared_ptr<Call>& call, const Failure& failure);
    [[nodiscard]] double elapsed_ms(SteadyTime since) const;
    [[nodiscard]] InvokeReport report(const Call& call) const;

    /// The call that the runtime may answer now; nothing when it was refused (and replied to).
    [[nodiscard]] std::shared_ptr<Call>
    answerable(std::string_view request_id, const ExchangePtr& runtime);

    // The streamed answer of a call, as StreamedResponse passes it on.
    friend class StreamedResponse;
    void stream_ended(Call& call, std::string collected, const Headers& trailers);
    void stream_broke(const std::shared_ptr<Call>& call);
    void runtime_ended_in_stream(const std::shared_ptr<Call>& call, Failure failure);
    void settle_stream(const std::shared_ptr<Call>& call);

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

    std::variant<Cold, Init, Idle, Invoke, RuntimeShutdown, Shutdown> phase_;
    RuntimeState runtime_ = RuntimeState::absent;
    ProcessId runtime_process_ = 0;
    ExchangePtr waiting_runtime_;
    SteadyTime init_began_;
    std::optional<double> init_ms_; ///< of a cold start that no call has reported yet
    std::string init_error_;        ///< what the runtime posted to init/error
    std::string unmet_init_error_;  ///< of a failed init phase; no call has met it yet
    bool init_reported_ = false;    ///< the init that goes on within a call has ended

    std::deque<Invocation> queue_;
    std::size_t queued_ = 0; ///< bytes in it
    std::string last_id_;    ///< of the call before: an answer to it is one too many
    bool advancing_ = false;
    bool advance_again_ = false;
    std::vector<ExchangePtr> waiting_to_settle_;

    bool stopping_ = false; ///< the emulator itself shall end
    std::string shutdown_reason_;
    SteadyTime shutdown_deadline_;
};

} // namespace samara::rie
