#include "rie/api_server.h"
#include "rie/asio_courier.h"
#include "rie/asio_host.h"
#include "rie/confine.h"
#include "rie/emulator.h"
#include "rie/hardening.h"
#include "rie/invoke_api.h"
#include "rie/lifeline.h"
#include "rie/options.h"
#include "rie/platform_log.h"
#include "rie/runtime_api.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace samara::rie {

namespace {

Variables read_environment() {
    Variables variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

/// For answers on their way when the emulator ends.
constexpr std::chrono::seconds answer_timeout{1};

int complain(const base::Error& error, int code) {
    fmt::print(stderr, "samara-rie: {}\n", base::to_string(error));
    return code;
}

base::Result<void> listen(ApiServer& server, const Options& options) {
    if (options.listen_descriptor >= 0) {
        return server.listen(options.listen_descriptor);
    }
    if (auto listening = server.listen(options.listen); !listening) {
        return tl::unexpected(listening.error());
    }
    return {};
}

int serve(const Options& options, const Settings& settings, const Variables& variables) {
    boost::asio::io_context context(1);

    AsioHost host(context, settings, variables);
    PlatformLog log(settings, host);
    Emulator emulator(settings, host, log);
    AsioCourier courier(context);
    Telemetry telemetry(courier, log);
    RuntimeApi runtime_api(emulator, telemetry, settings.limits);
    InvokeApi invoke_api(emulator, settings.limits);
    ServerLimits runtime_limits;
    runtime_limits.body = {}; // a call has its own time; without one somebody may be in a debugger
    ServerLimits invoke_limits;
    if (options.no_limits) {
        runtime_limits.collected = invoke_limits.collected = settings.limits.payload;
    }
    ApiServer runtime_server(context, runtime_api, runtime_limits);
    ApiServer invoke_server(context, invoke_api, invoke_limits);
    auto runtime_address = runtime_server.listen(options.runtime_api);
    if (!runtime_address && !options.runtime_api_given) {
        // Sandboxes share the host's network; who needs the address has it from the environment.
        runtime_address = runtime_server.listen("127.0.0.1:0");
    }
    if (!runtime_address) {
        return complain(runtime_address.error(), 1);
    }
    host.set_runtime_api(*runtime_address);
    if (const auto front = listen(invoke_server, options); !front) {
        return complain(front.error(), 1);
    }

    host.connect(emulator, [&] {
        invoke_server.when_quiet(answer_timeout, [&context] { context.stop(); });
    });
    const EndingSignals ending(context, [&] { emulator.shut_down(); });
    const Lifeline lifeline(context, options.lifeline_descriptor);
    emulator.start();
    if (options.ready_descriptor >= 0) {
        constexpr std::string_view word = "ready\n";
        static_cast<void>(!::write(options.ready_descriptor, word.data(), word.size()));
        ::close(options.ready_descriptor);
    }
    context.run();
    return 0;
}

int run(const std::vector<std::string>& arguments) {
    const auto options = parse_options(arguments);
    if (!options) {
        return complain(options.error(), 2);
    }
    if (options->help || options->version) {
        fmt::print("{}", options->help ? usage() : "samara-rie " SAMARA_VERSION "\n");
        return 0;
    }
    if (!options->user.empty()) {
        const auto became = parse_user_ids(options->user).and_then(become);
        if (!became) {
            return complain(became.error(), 1);
        }
    }
    const Variables variables = read_environment();
    auto settings = read_settings(variables);
    if (!settings) {
        return complain(settings.error(), 1);
    }
    settings->command = options->command;
    settings->extensions_folder = options->extensions;
    if (options->no_limits) {
        settings->limits = aws::LambdaLimits::none();
    }
    settings->limits.timeout = !options->no_timeout;
    return serve(*options, *settings, variables);
}

} // namespace

} // namespace samara::rie

int main(int argc, char** argv) {
    samara::rie::harden();
    return samara::rie::run({argv + 1, argv + argc});
}
