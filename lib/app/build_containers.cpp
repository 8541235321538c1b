#include "app/build_containers.h"

#include "app/image_builder.h"
#include "app/load/function_environment.h"
#include "app/load/stack_names.h"
#include "base/hash.h"
#include "base/strings.h"
#include "build/tool.h"
#include "engine/docker/docker_engine.h"
#include "engine/docker/tool_container.h"
#include "os/environment.h"

#include <array>
#include <map>
#include <mutex>

#include <fmt/format.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

// Values by the id of a function or layer; empty id: for all.
using ById = std::map<std::string, std::string>;

// "ID=IMAGE" or "IMAGE"; an image's digest ("name@sha256:...") has no "=".
ById images_by_id(const std::vector<std::string>& given) {
    ById images;
    for (const std::string& text : given) {
        const std::size_t equals = text.find('=');
        const bool for_all = equals == std::string::npos;
        images[for_all ? "" : text.substr(0, equals)] = for_all ? text : text.substr(equals + 1);
    }
    return images;
}

struct Variable {
    std::string id; ///< empty: for all
    std::string name;
    std::string value;
};

// "NAME=VALUE", or "FUNCTION.NAME=VALUE" for one function; nothing where that cannot be read.
std::optional<Variable> parse_variable(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view whole = base::trim(text.substr(0, equals));
    const std::string_view value = base::trim(text.substr(equals + 1));
    const std::size_t dot = whole.find('.');
    const bool for_all = dot == std::string_view::npos;
    const std::string_view id = for_all ? std::string_view() : base::trim(whole.substr(0, dot));
    const std::string_view name = for_all ? whole : base::trim(whole.substr(dot + 1));
    if (name.empty() || value.empty() || (!for_all && id.empty())) {
        return std::nullopt;
    }
    return Variable{std::string(id), std::string(name), std::string(value)};
}

// The user's own settings of package managers reach the container, and no log.
constexpr std::array settings_files{
    std::pair{".npmrc", "NPM_CONFIG_USERCONFIG"},
    std::pair{".config/pip/pip.conf", "PIP_CONFIG_FILE"},
    std::pair{".pip/pip.conf", "PIP_CONFIG_FILE"}};

std::string build_image(const std::string& runtime, const std::string& architecture) {
    return fmt::format("public.ecr.aws/sam/build-{}:latest-{}", runtime, architecture);
}

class ContainerHost : public build::ToolHost {
public:
    explicit ContainerHost(std::unique_ptr<engine::docker::ToolContainer> container)
        : container_(std::move(container)) {}

    base::Result<build::ToolOutput>
    run(const build::Tool& tool, const os::Cancellation& cancel) override {
        auto done = container_->run(tool.argv, tool.folder, tool.environment, cancel);
        if (!done) {
            return tl::unexpected(std::move(done.error()));
        }
        build::ToolOutput output;
        output.success = done->exit_code == 0;
        output.status = fmt::format("exit code {}", done->exit_code);
        output.all = done->output;
        output.out = std::move(done->output);
        return output;
    }

    std::optional<fs::path> find(std::string_view program) override {
        const std::vector<std::string> argv{
            "sh", "-c", "command -v \"$1\"", "sh", std::string(program)};
        const auto done = container_->run(argv, {}, {}, {});
        const std::string_view path =
            done && done->exit_code == 0 ? base::trim(done->output) : std::string_view();
        return path.starts_with('/') ? std::optional(fs::path(path)) : std::nullopt;
    }

private:
    std::unique_ptr<engine::docker::ToolContainer> container_;
};

// Asked once each, for many functions have the same one.
class Identities {
public:
    std::string of(const std::string& image) {
        const std::lock_guard lock(mutex_);
        const auto [known, fresh] = ids_.try_emplace(image);
        if (fresh) {
            known->second = images_.identity(image, {});
        }
        return known->second;
    }

    void forget(const std::string& image) {
        const std::lock_guard lock(mutex_);
        ids_.erase(image);
    }

private:
    std::mutex mutex_;
    EngineImageBuilder images_;
    std::map<std::string, std::string> ids_;
};

class Containers {
public:
    Containers(ContainerOptions options, std::vector<Variable> variables, VariableOverrides file)
        : options_(std::move(options)), images_(images_by_id(options_.images)),
          variables_(std::move(variables)), file_(std::move(file)) {}

    base::Result<std::unique_ptr<build::ToolHost>> start(
        const build::ContainerNeeds& needs,
        const base::Log& log,
        const os::Cancellation& cancel) const {
        engine::docker::ToolContainerSpec spec;
        spec.image = image_of(needs);
        spec.architecture = needs.architecture;
        spec.network = options_.network;
        spec.skip_pull = options_.skip_pull;
        spec.environment = environment_of(needs);
        for (const fs::path& path : needs.sources) {
            spec.mounts.push_back({path, options_.writable_sources});
        }
        for (const fs::path& path : needs.results) {
            spec.mounts.push_back({path, true});
        }
        add_settings(spec);
        auto container = engine::docker::start_tool_container(
            engine::docker::current_lookup(), spec, log, cancel);
        identities_.forget(spec.image); // it may have been pulled
        if (!container) {
            return tl::unexpected(std::move(container.error()));
        }
        return std::make_unique<ContainerHost>(std::move(*container));
    }

    // What an artifact depends on besides its sources: the image that the name stands for now.
    [[nodiscard]] std::string key(const build::ContainerNeeds& needs) const {
        const std::string image = image_of(needs);
        std::string text = fmt::format(
            "{} {} {} {}",
            image,
            identities_.of(image),
            options_.network,
            options_.writable_sources);
        for (const auto& [name, value] : environment_of(needs)) {
            text += fmt::format("\n{}={}", name, value);
        }
        return base::sha256_hex(text);
    }

private:
    [[nodiscard]] std::string image_of(const build::ContainerNeeds& needs) const {
        for (const std::string& id : needs.logical_ids) {
            for (const std::string& name : {id, std::string(last_of(id))}) {
                if (const auto found = images_.find(name); found != images_.end()) {
                    return found->second;
                }
            }
        }
        const auto all = images_.find("");
        return all != images_.end() ? all->second : build_image(needs.runtime, needs.architecture);
    }

    [[nodiscard]] Variables environment_of(const build::ContainerNeeds& needs) const {
        Variables environment{{"HOME", "/tmp"}};
        for (const auto& [name, value] : os::environment()) {
            for (const std::string& beginning : needs.environment) {
                if (name.starts_with(beginning)) {
                    environment[name] = value;
                }
            }
        }
        const auto add = [&](const std::string& id) {
            if (const auto own = file_.by_function().find(id); own != file_.by_function().end()) {
                for (const auto& [name, value] : own->second) {
                    environment[name] = value;
                }
            }
        };
        add(std::string(VariableOverrides::for_all));
        for (const std::string& id : needs.logical_ids) {
            add(std::string(last_of(id)));
            add(id);
        }
        for (const Variable& variable : variables_) {
            const bool for_it =
                variable.id.empty() ||
                std::any_of(
                    needs.logical_ids.begin(), needs.logical_ids.end(), [&](const auto& id) {
                        return variable.id == id || variable.id == last_of(id);
                    });
            if (for_it) {
                environment[variable.name] = variable.value;
            }
        }
        return environment;
    }

    static void add_settings(engine::docker::ToolContainerSpec& spec) {
        const fs::path home = os::variable("HOME").value_or("/");
        for (const auto& [name, variable] : settings_files) {
            std::error_code ignored;
            if (fs::is_regular_file(home / name, ignored) &&
                spec.environment.emplace(variable, (home / name).string()).second) {
                spec.mounts.push_back({home / name, false});
            }
        }
    }

    ContainerOptions options_;
    mutable Identities identities_;
    ById images_;
    std::vector<Variable> variables_;
    VariableOverrides file_;
};

} // namespace

std::vector<std::string> named_resources(const std::vector<std::string>& images) {
    std::vector<std::string> ids;
    for (const auto& [id, image] : images_by_id(images)) {
        if (!id.empty()) {
            ids.push_back(id);
        }
    }
    return ids;
}

base::Result<build::Containers>
build_containers(const ContainerOptions& options, const base::Log& log) {
    if (!options.use) {
        return build::Containers();
    }
    std::vector<Variable> variables;
    for (const std::string& text : options.variables) {
        if (auto variable = parse_variable(text)) {
            variables.push_back(std::move(*variable));
        } else { // its value may be a secret
            log.warning(fmt::format(
                "Invalid command line --container-env-var input {}, skipped: write NAME=VALUE, or "
                "FUNCTION.NAME=VALUE for one function",
                text.substr(0, text.find('='))));
        }
    }
    base::Result<VariableOverrides> file =
        options.variables_file.empty()
            ? base::Result<VariableOverrides>(VariableOverrides())
            : VariableOverrides::read(options.variables_file, VariableOverrides::Shape::flat_too);
    if (!file) {
        return tl::unexpected(std::move(file.error()));
    }
    const auto containers =
        std::make_shared<const Containers>(options, std::move(variables), std::move(*file));
    return build::Containers{
        [containers](
            const build::ContainerNeeds& needs,
            const base::Log& own,
            const os::Cancellation& cancel) { return containers->start(needs, own, cancel); },
        [containers](const build::ContainerNeeds& needs) { return containers->key(needs); }};
}

} // namespace samara::app
