#include "app/run/fingerprint.h"

#include "base/hash.h"
#include "os/tree_state.h"

#include <concepts>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

namespace samara::app {

namespace {

// Every member of a type stands in a structured binding, so that one that is added and forgotten
// here does not compile.
class Fingerprint {
public:
    [[nodiscard]] std::string result() const { return base::sha256_hex(text_); }

    void add(const std::string& text) { text_ += fmt::format("{}:{}|", text.size(), text); }

    void add(std::integral auto number) { text_ += fmt::format("{}|", number); }

    // Of a folder that cannot be read only the name counts: the engine says what is wrong with it.
    void add_folder(const std::filesystem::path& folder) {
        const auto state = os::tree_state(folder);
        add(folder.string());
        add(state ? state->digest : std::string());
    }

    template <class T>
    void add(const std::vector<T>& items) {
        add(items.size());
        for (const T& item : items) {
            add(item);
        }
    }

    template <class T>
    void add(const std::optional<T>& item) {
        add(item.has_value());
        if (item) {
            add(*item);
        }
    }

    void add(const std::map<std::string, std::string>& variables) {
        add(variables.size());
        for (const auto& [name, value] : variables) {
            add_all(name, value);
        }
    }

    void add(const engine::Layer& layer) {
        const auto& [name, folder, from_template] = layer;
        add(name);
        add_folder(folder);
        add(from_template);
    }

    void add(const engine::ZipPackage& package) {
        const auto& [code] = package;
        add_folder(code);
    }

    void add(const engine::ImagePackage& package) {
        const auto& [image, entry_point, command, working_directory, archive] = package;
        add_all(image, entry_point, command, working_directory, archive.string());
    }

    void add(const engine::NetworkSpec& spec) {
        const auto& [network, hosts, dns, container_host, interface, isolated] = spec;
        add_all(network, hosts, dns, container_host, interface, isolated);
    }

    void add(const engine::ImageCheck& check) {
        const auto& [skip_pull, force_build, classic] = check;
        add_all(skip_pull, force_build, classic);
    }

    void add(const engine::DebugSpec& spec) {
        const auto& [ports, args, debugger, environment] = spec;
        add_all(ports, args, debugger.string(), environment);
    }

    void add(const engine::EnvironmentSpec& spec) {
        const auto& [function, runtime, handler, architecture, package, layers, environment, memory, storage, timeout, memory_limit, limits, network, debug, invoke_image, image_check, mount_symlinks] =
            spec;
        add_all(function, runtime, handler, architecture, package.index());
        std::visit([this](const auto& kind) { add(kind); }, package);
        add_all(layers, environment, memory, storage, timeout, memory_limit, limits, network);
        add_all(debug, invoke_image, image_check, mount_symlinks);
    }

    void add_all(const auto&... items) { (add(items), ...); }

private:
    std::string text_;
};

} // namespace

std::string fingerprint_of(const model::Function& function, const engine::EnvironmentSpec& spec) {
    Fingerprint fingerprint;
    fingerprint.add(spec);
    fingerprint.add(function.layers);
    fingerprint.add(function.reserved_concurrency); // how many environments there may be
    return fingerprint.result();
}

} // namespace samara::app
