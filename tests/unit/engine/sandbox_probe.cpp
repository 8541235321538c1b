#include "unit/engine/sandbox_probe.h"

#include "os/file.h"

#include <array>
#include <fstream>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view probe = R"(#!/usr/bin/python3 -I
import ctypes, os, signal, socket, sys, threading, traceback

def stop(*_):
    os.write(1, b'stopped\n')
    os._exit(0)

options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
if '--user' in options: # as samara-rie does
    user = int(options['--user'].split(':')[0])
    os.chown('/tmp', user, user)
    libc = ctypes.CDLL(None)
    for capability in range(64):
        libc.prctl(24, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)

def watch(lifeline):
    os.read(lifeline, 1)
    os._exit(0)

threading.Thread(target=watch, args=(int(options['--lifeline-fd']),), daemon=True).start()
signal.signal(signal.SIGTERM, stop)
listener = socket.socket(fileno=int(options['--listen-fd']))
ready = int(options['--ready-fd'])
os.write(ready, b'x')
os.close(ready)
while True:
    caller, _ = listener.accept()
    with caller:
        code = b''.join(iter(lambda: caller.recv(65536), b''))
        scope = {}
        try:
            exec(code, scope)
            answer = str(scope['answer'])
        except BaseException:
            answer = traceback.format_exc()
        caller.sendall(answer.encode())
)";

} // namespace

SandboxProbe::SandboxProbe() {
    EXPECT_TRUE(os::make_folders(code_));
    EXPECT_TRUE(os::write_file_atomically(code_ / "app.py", "code\n"));
}

std::unique_ptr<Engine> SandboxProbe::make_engine(bool control_groups) {
    Options options;
    options.control_groups = control_groups;
    options.emulator = probe;
    options.runtime_client = [](std::string_view family) {
        return std::vector<PayloadFile>{{"bootstrap", "#!/bin/sh\n"}, {"family", family}};
    };
    options.log = base::Log([this](base::LogLevel level, std::string_view line) {
        if (level == base::LogLevel::warning) {
            warnings_.emplace_back(line);
        }
    });
    auto engine = sandbox::make_engine(std::move(options));
    EXPECT_TRUE(engine) << (engine ? "" : engine.error().message);
    return engine ? std::move(*engine) : nullptr;
}

EnvironmentSpec SandboxProbe::spec() const {
    EnvironmentSpec spec;
    spec.function = "Function";
    spec.runtime = "python3.11";
    spec.handler = "app.handler";
    spec.package = ZipPackage{code_};
    return spec;
}

std::unique_ptr<Environment> SandboxProbe::start(const EnvironmentSpec& spec) {
    auto environment = engine_->start(
        spec,
        [this](std::string_view bytes) {
            const std::lock_guard guard(mutex_);
            output_ += bytes;
        },
        cancel_);
    EXPECT_TRUE(environment) << (environment ? "" : base::to_string(environment.error()));
    return environment ? std::move(*environment) : nullptr;
}

std::string SandboxProbe::ask(const Environment& environment, std::string_view python) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = std::get<UnixEndpoint>(environment.endpoint()).socket.string();
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::send(socket.get(), python.data(), python.size(), MSG_NOSIGNAL) < 0) {
        return "no connection";
    }
    ::shutdown(socket.get(), SHUT_WR);
    std::string answer;
    std::array<char, 4096> chunk{};
    for (ssize_t count = 0; (count = ::read(socket.get(), chunk.data(), chunk.size())) > 0;) {
        answer.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return answer;
}

std::string SandboxProbe::output() {
    const std::lock_guard guard(mutex_);
    return output_;
}

std::vector<pid_t> SandboxProbe::processes_with(std::string_view text) {
    std::vector<pid_t> found;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        const auto line = os::read_file(entry.path() / "cmdline");
        if (line && line->find(text) != std::string::npos) {
            found.push_back(std::stoi(name));
        }
    }
    return found;
}

} // namespace samara::engine::sandbox
