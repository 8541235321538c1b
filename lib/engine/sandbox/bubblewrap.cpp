#include "engine/sandbox/bubblewrap.h"

#include "base/strings.h"
#include "base/try.h"
#include "engine/sandbox/version_cache.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"

#include <cstdint>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace samara::engine::sandbox {

namespace {

constexpr int first_descriptor = 3;
constexpr std::uintmax_t largest_copy = 256U << 10U;

} // namespace

void Bubblewrap::option(std::string_view name) {
    arguments_.add(name);
}

void Bubblewrap::option(std::string_view name, std::string_view value) {
    arguments_.add(name);
    arguments_.add(value, fmt::format("the argument of {}", name));
}

void Bubblewrap::option(std::string_view name, std::string_view first, std::string_view second) {
    option(name, first);
    arguments_.add(second, fmt::format("the second argument of {}", name));
}

void Bubblewrap::bind_read_only(
    const std::filesystem::path& from, const std::filesystem::path& to) {
    make_parents(to);
    option("--ro-bind", from.string(), to.string());
    mounted_.insert(to);
}

void Bubblewrap::link(std::string_view target, const std::filesystem::path& at) {
    make_parents(at);
    option("--symlink", target, at.string());
}

void Bubblewrap::make_parents(const std::filesystem::path& path) {
    std::filesystem::path folder = "/";
    for (const std::filesystem::path& name : path.parent_path().relative_path()) {
        folder /= name;
        if (mounted_.contains(folder)) {
            return;
        }
        if (made_.insert(folder).second) {
            option("--dir", folder.string());
        }
    }
}

base::Result<void>
Bubblewrap::file(std::string_view bytes, const std::filesystem::path& to, bool executable) {
    TRY_ASSIGN(auto content, os::make_memory_file(bytes));
    make_parents(to);
    option("--perms", executable ? "0755" : "0644");
    option("--file", std::to_string(pass(std::move(content))), to.string());
    return {};
}

base::Result<void>
Bubblewrap::show(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code error;
    if (std::filesystem::is_regular_file(from, error) &&
        std::filesystem::file_size(from, error) <= largest_copy && !error) {
        if (const auto bytes = os::read_file(from)) {
            return file(*bytes, to);
        }
    }
    bind_read_only(from, to);
    return {};
}

base::Result<void> Bubblewrap::environment(const std::map<std::string, std::string>& variables) {
    TRY(os::VariableList(variables).checked());
    option("--clearenv");
    for (const auto& [name, value] : variables) {
        option("--setenv", name, value);
    }
    return {};
}

int Bubblewrap::pass(os::UniqueFd descriptor) {
    const int number = first_descriptor + static_cast<int>(passed_.size());
    passed_.push_back({descriptor.get(), number});
    owned_.push_back(std::move(descriptor));
    return number;
}

base::Result<os::Command> Bubblewrap::command(const std::vector<std::string>& command) {
    TRY_ASSIGN(const auto block, arguments_.block());
    TRY_ASSIGN(auto arguments, os::make_memory_file(block));
    os::Command result;
    result.argv = {"bwrap", "--args", std::to_string(pass(std::move(arguments))), "--"};
    result.argv.insert(result.argv.end(), command.begin(), command.end());
    result.descriptors = passed_;
    result.new_session = true;
    result.die_with_parent = true;
    result.grace = std::chrono::milliseconds(0);
    return result;
}

bool forbids_user_namespaces(const std::filesystem::path& program, const os::Cancellation& cancel) {
    const std::string version = cached_version(os::cache_folder() / "interpreters", program, [&] {
        os::Command command;
        command.argv = {program.string(), "--version"};
        const auto done = os::run(command, cancel);
        return done ? std::string(base::trim(done->out)) : std::string();
    });
    // "bubblewrap 0.8.0"
    const std::size_t blank = version.rfind(' ');
    const auto parts =
        base::split(std::string_view(version).substr(blank == version.npos ? 0 : blank + 1), '.');
    return parts.size() >= 2 && (parts[0] != "0" || parts[1].size() > 1 || parts[1] >= "8");
}

} // namespace samara::engine::sandbox
