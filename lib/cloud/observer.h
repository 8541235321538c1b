#pragma once

#include "aws_client/cloudformation.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What whoever runs a command is shown while it works. The library decides what is told, the
/// program how it looks.
namespace samara::cloud {

enum class Tone : std::uint8_t { plain, good, notice, bad };

class Observer {
public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    Observer(Observer&&) = delete;
    Observer& operator=(Observer&&) = delete;
    virtual ~Observer() = default;

    /// A line of the result.
    virtual void say(std::string_view line, Tone tone) = 0;
    /// A line beside it.
    virtual void log(std::string_view line, Tone tone) = 0;

    void say(std::string_view line) { say(line, Tone::plain); }

    void log(std::string_view line) { log(line, Tone::plain); }

    /// An upload of `size` bytes: called again as `done` grows, until all is there or it has
    /// failed. From any thread.
    virtual void uploading(const std::string& key, std::uint64_t done, std::uint64_t size) = 0;
    virtual void upload_failed(const std::string& key) = 0;

    /// A piece of what a push of an image tells.
    virtual void pushing(std::string_view text) = 0;

    virtual void change_set(const std::vector<aws_client::Change>& changes) = 0;
    virtual void events_begin() = 0;
    virtual void event(const aws_client::StackEvent& event) = 0;
    virtual void events_end() = 0;
    virtual void outputs(const std::vector<aws_client::StackOutput>& outputs) = 0;
};

} // namespace samara::cloud
