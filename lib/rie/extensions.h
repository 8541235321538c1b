#pragma once

#include "rie/http.h"
#include "rie/platform_log.h"

#include <string>
#include <string_view>
#include <vector>

/// The extensions of one environment and what each is doing
/// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html).
namespace samara::rie {

struct Extension {
    enum class State : std::uint8_t { started, registered, ready, busy, ended };

    std::string name;
    std::string id; ///< Lambda-Extension-Identifier, once registered
    bool external = false;
    bool wants_invoke = false;
    bool wants_shutdown = false;
    State state = State::started;
    ProcessId process = 0;  ///< of an external one
    ExchangePtr waiting;    ///< its call of event/next
    std::string error_type; ///< what it reported before it ended
};

class Extensions {
public:
    explicit Extensions(PlatformLog& log) : log_(log) {}

    void clear() {
        extensions_.clear();
        shutdown_event_.clear();
    }

    [[nodiscard]] bool empty() const { return extensions_.empty(); }

    [[nodiscard]] bool any_external() const;

    [[nodiscard]] std::size_t count() const { return extensions_.size(); }

    void add_external(std::string name, ProcessId process);

    /// `events`: names out of the request. Fails with the reply to give.
    tl::expected<const Extension*, HttpReply>
    join(std::string_view name, const std::vector<std::string>& events, bool open);

    [[nodiscard]] Extension* by_id(std::string_view id);
    [[nodiscard]] Extension* by_process(ProcessId process);

    /// Its call of event/next; a second one beside it is refused.
    void wait(Extension& extension, ExchangePtr exchange);
    void end(Extension& extension, std::string error_type);

    /// No external extension has still to register.
    [[nodiscard]] bool all_joined() const;
    /// Every living one waits for an event.
    [[nodiscard]] bool all_ready() const;

    /// Hands the event to those that asked for it.
    void send_invoke(const std::string& event);
    void send_shutdown(const std::string& event);

    /// Every external one has ended.
    [[nodiscard]] bool all_ended() const;

private:
    PlatformLog& log_;
    std::vector<Extension> extensions_;
    std::string shutdown_event_; ///< for those that ask for an event only later
};

} // namespace samara::rie
