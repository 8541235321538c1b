#include "support/rie/rie_process.h"

#include "os/environment.h"

#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace samara::test {

namespace {

constexpr std::chrono::seconds patience{10};

template <class T>
T must(base::Result<T> result) {
    if (!result) {
        throw std::runtime_error(base::to_string(result.error()));
    }
    return std::move(*result);
}

} // namespace

std::string Answer::header(std::string_view name) const {
    const std::string* value = net::find_header(headers, name);
    return value == nullptr ? "" : *value;
}

RieProcess::RieProcess(const RieSetup& setup) : folder_(must(os::TempDir::create("rie-test"))) {
    if (!setup.program.empty()) { // perhaps as another user
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    }
    auto ready = must(os::make_pipe());
    os::Command command;
    command.argv = setup.program.empty() ? std::vector<std::string>{SAMARA_RIE} : setup.program;
    const std::vector<std::string> options{
        "--listen", "unix:" + socket().string(), "--ready-fd", "3", "--runtime-api", "127.0.0.1:0"};
    command.argv.insert(command.argv.end(), options.begin(), options.end());
    command.argv.insert(command.argv.end(), setup.options.begin(), setup.options.end());
    command.argv.insert(command.argv.end(), setup.command.begin(), setup.command.end());
    command.environment = setup.environment;
    command.environment->emplace("PATH", "/usr/bin:/bin");
    command.descriptors = {{ready.write.get(), 3}};
    os::OutputSinks sinks;
    sinks.error = [this](std::string_view bytes) {
        const std::lock_guard lock(mutex_);
        log_ += bytes;
        changed_.notify_all();
    };
    process_ = must(os::Process::start(command, std::move(sinks)));
    signal_descriptor_.reset(::fcntl(process_->descriptor(), F_DUPFD_CLOEXEC, 0));
    ready.write.reset();
    waiter_ = std::thread([this] { status_ = process_->wait(cancel_); });
    const auto deadline = std::chrono::steady_clock::now() + patience;
    char byte = 0;
    if (os::wait_readable(ready.read.get(), {}, deadline) != os::Wake::ready ||
        ::read(ready.read.get(), &byte, 1) != 1) {
        cancel_.cancel();
        waiter_.join();
        throw std::runtime_error("samara-rie does not become ready: " + log_);
    }
}

RieProcess::~RieProcess() {
    stop();
}

Answer RieProcess::send(net::ClientRequest request) {
    net::HttpClient client(net::UnixAddress{socket().string()});
    const auto response = client.send(request);
    if (!response) {
        return {0, response.error().message, {}};
    }
    return {response->status, response->body, response->headers};
}

Answer RieProcess::invoke(std::string payload, net::HttpHeaders headers) {
    net::ClientRequest request;
    request.method = "POST";
    request.target = "/2015-03-31/functions/function/invocations";
    request.headers = std::move(headers);
    request.body = std::move(payload);
    return send(std::move(request));
}

std::string RieProcess::log() {
    const std::lock_guard lock(mutex_);
    return log_;
}

bool RieProcess::log_has(std::string_view text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return log_.find(text) != std::string::npos; });
}

void RieProcess::signal(int number) const {
    ::syscall(SYS_pidfd_send_signal, signal_descriptor_.get(), number, nullptr, 0);
}

os::ExitStatus RieProcess::stop() {
    signal(SIGTERM);
    return wait();
}

os::ExitStatus RieProcess::wait() {
    if (waiter_.joinable()) {
        waiter_.join();
    }
    return status_;
}

} // namespace samara::test
