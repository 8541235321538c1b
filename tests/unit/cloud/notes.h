#pragma once

#include "cloud/observer.h"

#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace samara::cloud {

/// What an observer was told, a line each, in order.
class Notes final : public Observer {
public:
    using Observer::log;
    using Observer::say;

    void say(std::string_view line, Tone /*tone*/) override { add("say", line); }

    void log(std::string_view line, Tone tone) override {
        add(tone == Tone::bad ? "bad" : "log", line);
    }

    void uploading(const std::string& key, std::uint64_t done, std::uint64_t size) override {
        add("upload", fmt::format("{} {}/{}", key, done, size));
    }

    void upload_failed(const std::string& key) override { add("upload failed", key); }

    void pushing(std::string_view text) override { add("push", text); }

    void change_set(const std::vector<aws_client::Change>& changes) override {
        for (const aws_client::Change& change : changes) {
            add("change", fmt::format("{} {}", change.action, change.logical_id));
        }
    }

    void events_begin() override { add("events", "begin"); }

    void event(const aws_client::StackEvent& event) override {
        add("event", fmt::format("{} {}", event.logical_id, event.status));
    }

    void events_end() override { add("events", "end"); }

    void outputs(const std::vector<aws_client::StackOutput>& outputs) override {
        for (const aws_client::StackOutput& output : outputs) {
            add("output", fmt::format("{}={}", output.key, output.value));
        }
    }

    /// Those of a kind, without blank lines around them.
    std::vector<std::string> of(std::string_view kind) const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> found;
        for (const auto& [its, line] : lines_) {
            if (its == kind) {
                const std::size_t begin = line.find_first_not_of("\n\t");
                const std::size_t end = line.find_last_not_of('\n');
                found.push_back(
                    begin == std::string::npos ? "" : line.substr(begin, end + 1 - begin));
            }
        }
        return found;
    }

private:
    void add(std::string_view kind, std::string_view line) {
        const std::lock_guard lock(mutex_);
        lines_.emplace_back(kind, line);
    }

    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> lines_;
};

} // namespace samara::cloud
