#pragma once

#include "net/http_client.h"
#include "os/process.h"
#include "os/temp_dir.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// The real samara-rie with a runtime behind it, for tests.
namespace samara::test {

struct RieSetup {
    std::vector<std::string> command; ///< starts the runtime
    std::map<std::string, std::string> environment = {};
    std::vector<std::string> options = {};
    std::vector<std::string> program = {}; ///< another way to start it than the program itself
};

struct Answer {
    int status = 0;
    std::string body;
    net::HttpHeaders headers;

    [[nodiscard]] std::string header(std::string_view name) const;
};

class RieProcess {
public:
    /// Returns once it is ready; asserts that it becomes so within ten seconds.
    explicit RieProcess(const RieSetup& setup);
    RieProcess(const RieProcess&) = delete;
    RieProcess& operator=(const RieProcess&) = delete;
    RieProcess(RieProcess&&) = delete;
    RieProcess& operator=(RieProcess&&) = delete;
    ~RieProcess();

    Answer invoke(std::string payload, net::HttpHeaders headers = {});
    Answer send(net::ClientRequest request);

    /// What it has written to standard error.
    std::string log();
    /// Waits until the log has `text`; false after ten seconds.
    bool log_has(std::string_view text);

    /// SIGTERM; the exit status.
    os::ExitStatus stop();

    /// Waits for an end that is on its way; the exit status.
    os::ExitStatus wait();

    /// Through the process descriptor: one that has ended meanwhile gets nothing, and nobody else
    /// does (its pid is -1 then, which kill(2) takes for everyone).
    void signal(int number) const;

    [[nodiscard]] std::filesystem::path socket() const { return folder_.path() / "s"; }

    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }

private:
    os::TempDir folder_;
    std::optional<os::Process> process_;
    os::UniqueFd signal_descriptor_;
    os::Cancellation cancel_;
    std::thread waiter_;
    os::ExitStatus status_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string log_;
};

} // namespace samara::test
