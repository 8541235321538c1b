#pragma once

#include "cloud/observer.h"
#include "console.h"
#include "table.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace samara::cli {

/// Shows a command for AWS what it does: tables and lines of the result on standard output,
/// uploads and notes beside it. On a terminal, what goes on is shown below and written anew.
class CloudObserver final : public cloud::Observer {
public:
    struct Look {
        bool progress = true; ///< of uploads and pushes
        bool quiet = false;   ///< nothing on standard output: the result is JSON
    };

    CloudObserver(Console& console, Look look) : console_(console), look_(look) {}

    void say(std::string_view line, cloud::Tone tone) override;
    void log(std::string_view line, cloud::Tone tone) override;
    void uploading(const std::string& key, std::uint64_t done, std::uint64_t size) override;
    void upload_failed(const std::string& key) override;
    void pushing(std::string_view text) override;
    void change_set(const std::vector<aws_client::Change>& changes) override;
    void events_begin() override;
    void event(const aws_client::StackEvent& event) override;
    void events_end() override;
    void outputs(const std::vector<aws_client::StackOutput>& outputs) override;

    using Observer::log;
    using Observer::say;

private:
    void show_uploads();
    void show_resources();

    struct Upload {
        std::uint64_t done = 0;
        std::uint64_t size = 0;
    };

    Console& console_;
    Look look_;
    std::mutex mutex_;
    std::map<std::string, Upload> uploads_;          // by key, that go on
    std::map<std::string, std::string> in_progress_; // resource to its status
    std::chrono::steady_clock::time_point shown_;
    std::unique_ptr<Table> events_;
};

} // namespace samara::cli
