#pragma once

#include "engine/engine.h"
#include "invoke/call_trace.h"

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

/// Which call of an environment its output belongs to. Private to invoke/.
namespace samara::invoke {

/// Passes on what an environment writes, and adds it to the trace of the call that it belongs to.
/// Output arrives when it likes, often after the answer and the start of the next call: what
/// divides it is the line that the emulator writes at the start of each call ("START RequestId:
/// ...", or the event platform.start). A line that comes in pieces, since it is longer than what a
/// pipe holds or several calls are written together, is joined first, so that nothing of others
/// stands in it. Thread-safe.
class EnvironmentLog {
public:
    explicit EnvironmentLog(engine::OutputSink next) : next_(std::move(next)) {}

    EnvironmentLog(const EnvironmentLog&) = delete;
    EnvironmentLog& operator=(const EnvironmentLog&) = delete;
    EnvironmentLog(EnvironmentLog&&) = delete;
    EnvironmentLog& operator=(EnvironmentLog&&) = delete;

    ~EnvironmentLog() { write({}); }

    /// A call begins; nullptr: one that nobody traces.
    void begin(std::shared_ptr<CallTrace> trace);

    void write(std::string_view bytes);

private:
    /// What of it can be used now, in `joined` if it does not stand in `bytes`.
    std::string_view join(std::string_view bytes, std::string& joined);
    void divide(std::string_view bytes);
    void start(std::string_view request_id);
    void add(std::string_view bytes);

    engine::OutputSink next_;
    std::mutex mutex_;
    std::shared_ptr<CallTrace> current_;
    std::deque<std::shared_ptr<CallTrace>> begun_; // their lines have not come yet
    std::string before_;                           // its first call, while it initialises
    bool called_ = false;
    std::string cut_; // the pieces of a line whose end has not come
};

} // namespace samara::invoke
