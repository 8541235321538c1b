#include "engine/sandbox/bubblewrap.h"

#include <utility>

namespace samara::engine::sandbox {

namespace {

constexpr int first_descriptor = 3;

} // namespace

void Bubblewrap::option(std::string_view name) {
    arguments_ += name;
    arguments_ += '\0';
}

void Bubblewrap::option(std::string_view name, std::string_view value) {
    option(name);
    option(value);
}

void Bubblewrap::option(std::string_view name, std::string_view first, std::string_view second) {
    option(name, first);
    option(second);
}

void Bubblewrap::bind_read_only(
    const std::filesystem::path& from, const std::filesystem::path& to) {
    option("--ro-bind", from.string(), to.string());
}

base::Result<void>
Bubblewrap::file(std::string_view bytes, const std::filesystem::path& to, bool executable) {
    auto content = os::make_memory_file(bytes);
    if (!content) {
        return tl::unexpected(content.error());
    }
    option("--perms", executable ? "0755" : "0644");
    option("--file", std::to_string(pass(std::move(*content))), to.string());
    return {};
}

void Bubblewrap::environment(const std::map<std::string, std::string>& variables) {
    option("--clearenv");
    for (const auto& [name, value] : variables) {
        option("--setenv", name, value);
    }
}

int Bubblewrap::pass(os::UniqueFd descriptor) {
    const int number = first_descriptor + static_cast<int>(passed_.size());
    passed_.push_back({descriptor.get(), number});
    owned_.push_back(std::move(descriptor));
    return number;
}

base::Result<os::Command> Bubblewrap::command(const std::vector<std::string>& command) {
    auto arguments = os::make_memory_file(arguments_);
    if (!arguments) {
        return tl::unexpected(arguments.error());
    }
    os::Command result;
    result.argv = {"bwrap", "--args", std::to_string(pass(std::move(*arguments))), "--"};
    result.argv.insert(result.argv.end(), command.begin(), command.end());
    result.descriptors = passed_;
    result.new_session = true;
    result.die_with_parent = true;
    result.grace = std::chrono::milliseconds(0);
    return result;
}

} // namespace samara::engine::sandbox
