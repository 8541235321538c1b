#include "rie/options.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace samara::rie {

namespace {

base::Result<int> parse_descriptor(std::string_view option, const std::string& text) {
    int value = -1;
    if (text.empty()) {
        return value;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
        return base::fail(fmt::format("{} is '{}', not a descriptor", option, text));
    }
    return value;
}

} // namespace

base::Result<Options> parse_options(const std::vector<std::string>& arguments) {
    Options options;
    std::string ready;
    std::string listening;
    std::string runtime_api;
    const std::array flags{
        std::pair{"--no-limits", &options.no_limits},
        std::pair{"--no-timeout", &options.no_timeout},
        std::pair{"--help", &options.help},
        std::pair{"--version", &options.version}};
    const std::array values{
        std::pair{"--listen", &options.listen},
        std::pair{"--runtime-api", &runtime_api},
        std::pair{"--extensions", &options.extensions},
        std::pair{"--ready-fd", &ready},
        std::pair{"--listen-fd", &listening}};

    std::size_t next = 0;
    const auto take = [&]() -> base::Result<bool> {
        const std::string& word = arguments[next];
        for (const auto& [name, flag] : flags) {
            if (word == name) {
                *flag = true;
                ++next;
                return true;
            }
        }
        for (const auto& [name, value] : values) {
            const std::string joined = fmt::format("{}=", name);
            if (word.starts_with(joined)) {
                *value = word.substr(joined.size());
                ++next;
                return true;
            }
            if (word == name) {
                if (next + 1 == arguments.size()) {
                    return base::fail(fmt::format("{} needs a value", word));
                }
                *value = arguments[next + 1];
                next += 2;
                return true;
            }
        }
        return base::fail(fmt::format("{} is not an option", word));
    };
    while (next < arguments.size() && arguments[next].starts_with('-')) {
        if (arguments[next] == "--") {
            ++next;
            break;
        }
        if (const auto taken = take(); !taken) {
            return tl::unexpected(taken.error());
        }
    }
    options.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
    const auto ready_descriptor = parse_descriptor("--ready-fd", ready);
    const auto listen_descriptor = parse_descriptor("--listen-fd", listening);
    for (const auto* descriptor : {&ready_descriptor, &listen_descriptor}) {
        if (!*descriptor) {
            return tl::unexpected(descriptor->error());
        }
    }
    options.ready_descriptor = *ready_descriptor;
    options.listen_descriptor = *listen_descriptor;
    if (!runtime_api.empty()) {
        options.runtime_api = runtime_api;
        options.runtime_api_given = true;
    }
    return options;
}

std::string_view usage() {
    return R"(samara-rie: AWS Lambda's execution environment around a runtime

Usage: samara-rie [OPTION]... [COMMAND [ARG]...]

COMMAND starts the runtime; without one it is the first there is of
/var/runtime/bootstrap, /var/task/bootstrap and /opt/bootstrap.

  --listen ADDRESS       where functions are invoked: HOST:PORT or unix:PATH (0.0.0.0:8080)
  --listen-fd N          take the listening socket that is descriptor N instead
  --runtime-api ADDRESS  what the runtime speaks to: HOST:PORT, port 0 picks one (127.0.0.1:9001,
                         or another port where that is taken)
  --ready-fd N           write the line "ready" to descriptor N when calls are taken
  --extensions DIR       folder of external extensions (/opt/extensions)
  --no-limits            lift the limits on payloads and open files
  --no-timeout           let init and calls take as long as they like
  --help, --version

Invoke: curl -d '{}' http://localhost:8080/2015-03-31/functions/function/invocations
The function is described by AWS_LAMBDA_FUNCTION_NAME, _VERSION, _MEMORY_SIZE (MB), _TIMEOUT
(seconds), AWS_REGION, AWS_ACCOUNT_ID and _HANDLER.
)";
}

} // namespace samara::rie
