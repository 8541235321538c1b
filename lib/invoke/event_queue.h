#pragma once

#include "base/error.h"
#include "base/log.h"
#include "invoke/destination_files.h"
#include "invoke/event_policy.h"
#include "invoke/invocation.h"
#include "invoke/invocation_record.h"
#include "os/cancellation.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// Asynchronous invocation: events wait in a queue, are retried as Lambda retries them, and leave a
/// record at the function's destinations.
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
namespace samara::invoke {

/// How a function's events are to be treated now.
struct EventHandling {
    EventPolicy policy;
    std::size_t concurrency = 1; ///< at most so many run at once; 0: none ever will
};

struct EventQueueOptions {
    std::size_t workers = 32; ///< threads at most, all functions together
    /// Of all events that wait or run, with their results.
    std::size_t bytes = std::size_t{64} * 1024 * 1024;
    double retry_scale = 1; ///< of the waits between attempts
    std::filesystem::path destinations = ".aws-sam/destinations";
};

/// The wait after the `failures`th function error, and after the `refusals`th time in a row that
/// the function could not be run at all (throttles and system errors). Counted from 1.
std::chrono::milliseconds wait_after_failure(std::uint32_t failures);
std::chrono::milliseconds wait_after_refusal(std::uint32_t refusals);

/// Thread-safe. Threads are started as events need them and end with the queue.
class EventQueue {
public:
    using Run = std::function<base::Result<Response>(const Request&)>;

    /// Nothing: the function is gone.
    using Lookup = std::function<std::optional<EventHandling>(const std::string& function)>;

    EventQueue(
        Run run, Lookup lookup, EventQueueOptions options, base::Log log, os::Cancellation cancel);
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;
    EventQueue(EventQueue&&) = delete;
    EventQueue& operator=(EventQueue&&) = delete;

    /// Waits for the calls that go on, and tells what is still queued.
    ~EventQueue();

    /// Gives the request id that every attempt will have; nothing when there is no room.
    std::optional<std::string> push(Request request);

private:
    using Clock = std::chrono::steady_clock;

    struct Event {
        Request request;
        Clock::time_point queued;
        std::uint32_t attempts = 0; ///< that the function was run
        std::uint32_t failures = 0; ///< of those
        std::uint32_t refusals = 0; ///< in a row
        std::uint32_t hops = 0;     ///< destinations it has come through
        std::optional<Response> response;
    };

    /// The events of one function, by the time they are due.
    struct Line {
        std::multimap<Clock::time_point, Event> waiting;
        std::size_t running = 0;
        std::size_t concurrency = 1;
    };

    static std::size_t size_of(const Event& event);
    bool add_new(Event event);
    void add(Event event, Clock::time_point due, std::size_t concurrency);
    void enqueue(Event event, Clock::time_point due, std::size_t concurrency);
    void work();
    std::optional<Event> take(std::unique_lock<std::mutex>& lock);
    void attempt(Event event);
    void attempt(Event event, const EventHandling& handling);
    void again(Event event, const EventHandling& handling, std::chrono::milliseconds wait);
    void give_up(const Event& event, const EventPolicy& policy, std::string_view condition);
    static EventOutcome
    outcome_of(const Event& event, const EventPolicy& policy, std::string_view condition);
    void deliver(const Destination& to, const Event& event, std::string record);
    void report_what_is_left();

    Run run_;
    Lookup lookup_;
    EventQueueOptions options_;
    base::Log log_;
    os::Cancellation cancel_;
    DestinationFiles files_;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool closing_ = false;
    std::size_t events_ = 0; ///< waiting or being run
    std::size_t bytes_ = 0;  ///< of those
    std::map<std::string, Line> lines_;
    std::vector<std::thread> workers_;
};

} // namespace samara::invoke
