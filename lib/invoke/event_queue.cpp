#include "invoke/event_queue.h"

#include "base/own_fault.h"
#include "base/strings.h"
#include "base/uuid.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds first_refusal_wait = 1s;
constexpr std::chrono::milliseconds longest_refusal_wait = 5min;
// With --retry-scale 0 a function that is busy would be asked without a pause.
constexpr std::chrono::milliseconds shortest_refusal_wait = 10ms;

// Lambda stops an event that goes round between functions after about so many calls.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
constexpr std::uint32_t loop_limit = 16;

std::chrono::milliseconds scaled(std::chrono::milliseconds wait, double scale) {
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<double>(wait.count()) * scale));
}

bool was_refused(const base::Result<Response>& response) {
    return !response || response->status == 429 || response->status >= 500;
}

bool has_failed(const Response& response) {
    return !response.function_error.empty() || response.status >= 400;
}

} // namespace

std::chrono::milliseconds wait_after_failure(std::uint32_t failures) {
    return failures <= 1 ? 1min : 2min;
}

std::chrono::milliseconds wait_after_refusal(std::uint32_t refusals) {
    std::chrono::milliseconds wait = first_refusal_wait;
    for (std::uint32_t i = 1; i < refusals && wait < longest_refusal_wait; ++i) {
        wait *= 2;
    }
    return std::min(wait, longest_refusal_wait);
}

EventQueue::EventQueue(
    Run run, Lookup lookup, EventQueueOptions options, base::Log log, os::Cancellation cancel)
    : run_(std::move(run)), lookup_(std::move(lookup)), options_(std::move(options)),
      log_(std::move(log)), cancel_(std::move(cancel)), files_(options_.destinations) {}

EventQueue::~EventQueue() {
    std::vector<std::thread> workers;
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        workers.swap(workers_);
    }
    changed_.notify_all();
    for (std::thread& worker : workers) {
        worker.join();
    }
    report_what_is_left();
}

std::optional<std::string> EventQueue::push(Request request) {
    if (request.request_id.empty()) {
        request.request_id = base::make_uuid();
    }
    request.type = InvocationType::request_response;
    std::string id = request.request_id;
    Event event;
    event.request = std::move(request);
    event.queued = Clock::now();
    return add_new(std::move(event)) ? std::optional(std::move(id)) : std::nullopt;
}

std::size_t EventQueue::size_of(const Event& event) {
    constexpr std::size_t rest = 1024; // its names and its place in the line
    return event.request.payload.size() + rest +
           (event.response ? event.response->payload.size() : 0);
}

// False when there is no room for it.
bool EventQueue::add_new(Event event) {
    const auto handling = lookup_(event.request.function);
    {
        const std::lock_guard lock(mutex_);
        if (bytes_ + size_of(event) > options_.bytes) {
            return false;
        }
        const auto due = event.queued;
        enqueue(std::move(event), due, handling ? handling->concurrency : 1);
    }
    changed_.notify_one();
    return true;
}

// One that was taken already: it stays, whatever its result has added to it.
void EventQueue::add(Event event, Clock::time_point due, std::size_t concurrency) {
    {
        const std::lock_guard lock(mutex_);
        enqueue(std::move(event), due, concurrency);
    }
    changed_.notify_one();
}

// Under the lock. A function that may never run needs a worker for its record.
void EventQueue::enqueue(Event event, Clock::time_point due, std::size_t concurrency) {
    bytes_ += size_of(event);
    Line& line = lines_[event.request.function];
    line.concurrency = std::max<std::size_t>(concurrency, 1);
    line.waiting.emplace(due, std::move(event));
    ++events_;
    if (!closing_ && workers_.size() < std::min(events_, options_.workers)) {
        workers_.emplace_back([this] { work(); });
    }
}

void EventQueue::work() {
    std::unique_lock lock(mutex_);
    while (auto event = take(lock)) {
        const std::string function = event->request.function;
        const std::size_t size = size_of(*event);
        lock.unlock();
        try {
            attempt(std::move(*event));
        } catch (...) { // the end of this event alone
            log_.error(
                fmt::format("{}: an asynchronous event is lost, {}", function, base::own_fault()));
        }
        lock.lock();
        --events_;
        bytes_ -= size; // one that comes again has been counted anew
        --lines_[function].running;
        changed_.notify_one(); // there is room again
    }
}

// The event that has been due longest, of the functions that have room. Nothing: the end.
std::optional<EventQueue::Event> EventQueue::take(std::unique_lock<std::mutex>& lock) {
    while (!closing_ && !cancel_.cancelled()) {
        const Clock::time_point now = Clock::now();
        Line* first = nullptr;
        for (auto& [function, line] : lines_) {
            const bool can = !line.waiting.empty() && line.running < line.concurrency;
            if (can &&
                (first == nullptr || line.waiting.begin()->first < first->waiting.begin()->first)) {
                first = &line;
            }
        }
        if (first != nullptr && first->waiting.begin()->first <= now) {
            ++first->running;
            Event event = std::move(first->waiting.extract(first->waiting.begin()).mapped());
            return event;
        }
        if (first == nullptr) {
            changed_.wait(lock);
        } else {
            const Clock::time_point due = first->waiting.begin()->first; // another may take it
            changed_.wait_until(lock, due);
        }
    }
    return std::nullopt;
}

void EventQueue::attempt(Event event) {
    const auto handling = lookup_(event.request.function);
    if (!handling) {
        log_.warning(fmt::format(
            "{} is no longer in the template: its asynchronous event {} is dropped",
            event.request.function,
            event.request.request_id));
        return;
    }
    if (handling->concurrency == 0) {
        give_up(event, handling->policy, "RetriesExhausted");
    } else if (Clock::now() >= event.queued + handling->policy.max_age) {
        give_up(event, handling->policy, "EventAgeExceeded");
    } else {
        attempt(std::move(event), *handling);
    }
}

void EventQueue::attempt(Event event, const EventHandling& handling) {
    auto response = run_(event.request);
    if (cancel_.cancelled() && !response) {
        again(std::move(event), handling, 0ms); // to be told as one that is left
        return;
    }
    if (was_refused(response)) {
        if (!response) {
            log_.error(to_string(response.error()));
        }
        ++event.refusals;
        const auto wait = scaled(wait_after_refusal(event.refusals), options_.retry_scale);
        again(std::move(event), handling, std::max(wait, shortest_refusal_wait));
        return;
    }
    ++event.attempts;
    event.refusals = 0;
    event.response = std::move(*response);
    if (!has_failed(*event.response)) {
        deliver(
            handling.policy.on_success,
            event,
            invocation_record(outcome_of(event, handling.policy, "Success")));
        return;
    }
    ++event.failures;
    if (event.failures > handling.policy.max_retries) {
        give_up(event, handling.policy, "RetriesExhausted");
        return;
    }
    const auto wait = scaled(wait_after_failure(event.failures), options_.retry_scale);
    log_.info(fmt::format(
        "{}: asynchronous event {} failed (attempt {} of {}); again in {:.3g} s",
        event.request.function,
        event.request.request_id,
        event.failures,
        handling.policy.max_retries + 1,
        static_cast<double>(wait.count()) / 1000));
    again(std::move(event), handling, wait);
}

// What will be too old by then ends when it is.
void EventQueue::again(Event event, const EventHandling& handling, std::chrono::milliseconds wait) {
    const auto due = std::min(Clock::now() + wait, event.queued + handling.policy.max_age);
    add(std::move(event), due, handling.concurrency);
}

void EventQueue::give_up(
    const Event& event, const EventPolicy& policy, std::string_view condition) {
    log_.warning(fmt::format(
        "{}: asynchronous event {} is given up after {} {} ({})",
        event.request.function,
        event.request.request_id,
        event.attempts,
        event.attempts == 1 ? "attempt" : "attempts",
        condition));
    const EventOutcome outcome = outcome_of(event, policy, condition);
    deliver(policy.on_failure, event, invocation_record(outcome));
    const bool to_function = !policy.dead_letter.function.empty();
    deliver(
        policy.dead_letter,
        event,
        to_function ? event.request.payload : dead_letter_message(outcome));
}

EventOutcome
EventQueue::outcome_of(const Event& event, const EventPolicy& policy, std::string_view condition) {
    return {
        condition,
        event.request.request_id,
        policy.function_arn,
        event.request.payload,
        event.attempts,
        event.response,
        std::chrono::system_clock::now()};
}

void EventQueue::deliver(const Destination& to, const Event& event, std::string record) {
    if (to.arn.empty() && to.function.empty()) {
        return;
    }
    if (to.function.empty()) {
        const auto file = files_.append(to.arn, record);
        if (!file) {
            log_.error(to_string(file.error()));
            return;
        }
        log_.info(fmt::format(
            "{}: record for {} written to {}", event.request.function, to.arn, file->string()));
        return;
    }
    if (event.hops + 1 >= loop_limit) {
        log_.warning(fmt::format(
            "{}: its record is not sent to {}: it has come through {} functions, and Lambda stops "
            "such a loop",
            event.request.function,
            to.function,
            loop_limit));
        return;
    }
    Event next;
    next.request.function = to.function;
    next.request.payload = std::move(record);
    next.request.request_id = base::make_uuid();
    next.request.trace_id = event.request.trace_id;
    next.queued = Clock::now();
    next.hops = event.hops + 1;
    if (!add_new(std::move(next))) {
        log_.warning(fmt::format(
            "{}: its record is not sent to {}: too many asynchronous events are waiting",
            event.request.function,
            to.function));
    }
}

void EventQueue::report_what_is_left() {
    std::size_t count = 0;
    std::vector<std::string> functions;
    for (const auto& [function, line] : lines_) {
        if (!line.waiting.empty()) {
            count += line.waiting.size();
            functions.push_back(fmt::format("{} of {}", line.waiting.size(), function));
        }
    }
    if (count > 0) {
        log_.warning(fmt::format(
            "{} asynchronous {} still queued and dropped: {}",
            count,
            count == 1 ? "event is" : "events are",
            base::join(functions, ", ")));
    }
}

} // namespace samara::invoke
