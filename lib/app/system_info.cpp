#include "app/system_info.h"

#include "data/write.h"
#include "engine/docker/api.h"
#include "engine/docker/docker_engine.h"
#include "os/process.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include <sys/utsname.h>

namespace samara::app {

namespace {

constexpr std::string_view not_available = "Not available";

std::string operating_system() {
    utsname names{};
    if (::uname(&names) != 0) {
        return "Linux";
    }
    return fmt::format("{}-{}-{}", names.sysname, names.release, names.machine);
}

// The first "1.2.3" of a text.
std::string version_in(std::string_view text) {
    const std::size_t begin = text.find_first_of("0123456789");
    if (begin == std::string_view::npos) {
        return std::string(not_available);
    }
    text.remove_prefix(begin);
    return std::string(text.substr(0, text.find_first_not_of("0123456789.")));
}

std::string program_version(std::string_view program) {
    const auto path = os::find_program(program);
    if (!path) {
        return std::string(not_available);
    }
    os::Command command;
    command.argv = {path->string(), "--version"};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto done = os::run(command, {}, deadline);
    return done && done->status.success() ? version_in(done->out) : std::string(not_available);
}

std::string container_engine_version() {
    namespace docker = engine::docker;
    const os::Cancellation cancel;
    const auto api = docker::Api::connect(docker::current_lookup(), cancel);
    if (!api) {
        return std::string(not_available);
    }
    docker::ApiRequest request;
    request.path = "/version";
    request.timeout = std::chrono::seconds(10);
    const auto answer = (*api)->call_json(request, "cannot ask for the version", cancel);
    const data::Value* version = answer ? answer->find("Version") : nullptr;
    return std::string(version == nullptr ? not_available : version->text());
}

} // namespace

std::string system_info(std::string_view own_version, std::string_view compatible_version) {
    const data::Map info{
        {"version", compatible_version},
        {"samara", own_version},
        {"system", data::Map{{"os", operating_system()}}},
        {"additional_dependencies",
         data::Map{
             {"container_engine", container_engine_version()},
             {"aws_cdk", program_version("cdk")},
             {"terraform", program_version("terraform")}}},
        {"available_beta_feature_env_vars", data::List{}}};
    return data::write_json(data::Value(info), 2);
}

} // namespace samara::app
