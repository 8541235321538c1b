#pragma once

#include "rie/host.h"
#include "rie/http.h"
#include "rie/telemetry.h"

#include <map>
#include <string>
#include <vector>

/// A machine that does nothing by itself: tests move its clock and end its processes.
namespace samara::rie::test {

class FakeHost : public Host {
public:
    [[nodiscard]] SteadyTime now() const override { return clock; }

    [[nodiscard]] WallTime wall_time() const override {
        return WallTime(std::chrono::milliseconds(1'700'000'000'000)) +
               std::chrono::duration_cast<WallTime::duration>(clock.time_since_epoch());
    }

    base::Result<ProcessId> start_runtime() override {
        if (!runtime_error.empty()) {
            return base::fail(runtime_error);
        }
        actions.push_back("start runtime");
        return ++last_process;
    }

    base::Result<ProcessId> start_extension(const std::string& path) override {
        actions.push_back("start " + path);
        return ++last_process;
    }

    void terminate(ProcessId process) override {
        actions.push_back("terminate " + std::to_string(process));
    }

    void kill_all() override { actions.emplace_back("kill all"); }

    void drain_output() override {
        if (events != nullptr && !unread.empty()) {
            const std::string bytes = std::exchange(unread, {});
            events->on_output(last_process, bytes);
        }
    }

    void set_timer(SteadyTime when) override { timer = when; }

    void clear_timer() override { timer.reset(); }

    void write_log(std::string_view bytes) override {
        log += bytes;
        ++log_writes;
    }

    void write_log_soon(std::string_view bytes) override { log += bytes; }

    std::uint64_t peak_memory() override { return peak; }

    std::vector<std::string> extension_programs() override { return extensions; }

    void stop() override { stopped = true; }

    /// Moves the clock, and fires the timer when it comes by.
    void pass(std::chrono::milliseconds time) {
        clock += time;
        if (timer && *timer <= clock) {
            timer.reset();
            events->on_timer();
        }
    }

    HostEvents* events = nullptr;
    SteadyTime clock{std::chrono::hours(1)};
    std::optional<SteadyTime> timer;
    std::string log;
    int log_writes = 0; ///< one takes along what is to be written soon
    std::string unread; ///< written by the runtime and still in its pipe
    std::string runtime_error;
    std::vector<std::string> extensions;
    std::vector<std::string> actions;
    std::uint64_t peak = 35 * 1024 * 1024 - 5;
    ProcessId last_process = 0;
    bool stopped = false;
};

/// Keeps batches, and takes or refuses them when told; time passes when told.
class FakeCourier : public Courier {
public:
    void deliver(const Destination& destination, std::string batch, std::function<void(bool)> done)
        override {
        destinations.push_back(destination);
        batches.push_back(std::move(batch));
        answers.push_back(std::move(done));
    }

    void after(std::chrono::milliseconds delay, std::function<void()> action) override {
        delays.push_back(delay);
        timers.push_back(std::move(action));
    }

    void answer(bool taken) {
        const auto done = std::move(answers.front());
        answers.erase(answers.begin());
        done(taken);
    }

    void fire() {
        for (const auto& action : std::exchange(timers, {})) {
            action();
        }
    }

    std::vector<Destination> destinations;
    std::vector<std::string> batches;
    std::vector<std::function<void(bool)>> answers;
    std::vector<std::chrono::milliseconds> delays;
    std::vector<std::function<void()>> timers;
};

/// What became of one request.
struct Recorded {
    unsigned status = 0; ///< 0: no answer yet
    std::string body;
    Headers headers;
    Headers trailers;
    bool finished = false;
    bool aborted = false;
};

class RecordingExchange : public Exchange {
public:
    explicit RecordingExchange(Recorded& recorded) : recorded_(recorded) {}

    void reply(HttpReply reply) override {
        begin(reply);
        recorded_.body = reply.body;
        recorded_.finished = true;
    }

    void begin(HttpReply head) override {
        recorded_.status = head.status;
        recorded_.headers = head.headers;
    }

    void write(std::string bytes, std::function<void()> written) override {
        recorded_.body += bytes;
        written();
    }

    void finish(Headers trailers) override {
        recorded_.trailers = std::move(trailers);
        recorded_.finished = true;
    }

    void abort() override { recorded_.aborted = true; }

private:
    Recorded& recorded_;
};

} // namespace samara::rie::test
