#include "rie/options.h"

#include "base/try.h"

#include <charconv>
#include <utility>

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

using Flag = std::pair<std::string_view, bool*>;
using Text = std::pair<std::string_view, std::string*>;

// Reads the option at `next` and moves past it, and past its value.
base::Result<void> take_option(
    const std::vector<std::string>& arguments,
    std::size_t& next,
    const std::vector<Flag>& flags,
    const std::vector<Text>& values) {
    const std::string_view word = arguments[next++];
    for (const auto& [name, flag] : flags) {
        if (word == name) {
            *flag = true;
            return {};
        }
    }
    const std::size_t equals = word.find('=');
    for (const auto& [name, value] : values) {
        if (word.substr(0, equals) != name) {
            continue;
        }
        if (equals != std::string_view::npos) {
            *value = word.substr(equals + 1);
            return {};
        }
        if (next == arguments.size()) {
            return base::fail(fmt::format("{} needs a value", word));
        }
        *value = arguments[next++];
        return {};
    }
    return base::fail(fmt::format("{} is not an option", word));
}

} // namespace

base::Result<Options> parse_options(const std::vector<std::string>& arguments) {
    Options options;
    std::string ready;
    std::string listening;
    std::string lifeline;
    std::string runtime_api;
    const std::vector<Flag> flags{
        {"--no-limits", &options.no_limits},
        {"--no-timeout", &options.no_timeout},
        {"--help", &options.help},
        {"--version", &options.version}};
    const std::vector<Text> values{
        {"--listen", &options.listen},
        {"--runtime-api", &runtime_api},
        {"--extensions", &options.extensions},
        {"--ready-fd", &ready},
        {"--listen-fd", &listening},
        {"--lifeline-fd", &lifeline},
        {"--user", &options.user}};

    std::size_t next = 0;
    while (next < arguments.size() && arguments[next].starts_with('-')) {
        if (arguments[next] == "--") {
            ++next;
            break;
        }
        TRY(take_option(arguments, next, flags, values));
    }
    options.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
    const auto ready_descriptor = parse_descriptor("--ready-fd", ready);
    const auto listen_descriptor = parse_descriptor("--listen-fd", listening);
    const auto lifeline_descriptor = parse_descriptor("--lifeline-fd", lifeline);
    for (const auto* descriptor : {&ready_descriptor, &listen_descriptor, &lifeline_descriptor}) {
        if (!*descriptor) {
            return tl::unexpected(descriptor->error());
        }
    }
    options.ready_descriptor = *ready_descriptor;
    options.listen_descriptor = *listen_descriptor;
    options.lifeline_descriptor = *lifeline_descriptor;
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
  --lifeline-fd N        end at once, with everything in it, when descriptor N comes to its end
  --user UID:GID         become that user first, without any capability
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
