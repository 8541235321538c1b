#include "engine/docker/docker_engine.h"

#include "base/try.h"
#include "engine/docker/api.h"
#include "engine/docker/container_body.h"
#include "engine/docker/containers.h"
#include "engine/docker/docker_environment.h"
#include "engine/docker/images.h"
#include "engine/guest/architecture.h"
#include "engine/guest/code_folder.h"
#include "net/local_address.h"
#include "os/environment.h"
#include "os/temp_dir.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <unistd.h>

namespace samara::engine::docker {

namespace {

// A name that says whose it is; unique as long as the process lives.
std::string container_name(const std::string& function) {
    static std::atomic<unsigned> count = 0;
    std::string name = fmt::format("samara-{}-{}-{}", function, ::getpid(), ++count);
    std::replace_if(
        name.begin(),
        name.end(),
        [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; },
        '-');
    return name;
}

// The IPv4 address of a network's gateway: as the engine tells it, else that of the bridge, which
// is there when the engine shares this machine's networks.
std::string gateway_of(const data::Value& network) {
    const data::Value* ipam = network.find("IPAM");
    const data::Value* configs = ipam == nullptr ? nullptr : ipam->find("Config");
    if (configs != nullptr && configs->is_list()) {
        for (const data::Value& config : *configs->as_list()) {
            const data::Value* gateway = config.find("Gateway");
            if (gateway != nullptr && !gateway->text().empty() &&
                gateway->text().find(':') == std::string_view::npos) {
                return std::string(gateway->text());
            }
        }
    }
    const data::Value* options = network.find("Options");
    const data::Value* bridge =
        options == nullptr ? nullptr : options->find("com.docker.network.bridge.name");
    return bridge == nullptr ? std::string()
                             : net::address_of_interface(std::string(bridge->text()));
}

class DockerEngine final : public Engine {
public:
    DockerEngine(std::shared_ptr<Api> api, Options options)
        : api_(std::move(api)), options_(std::move(options)),
          images_(
              make_image_store(api_, options_.lookup),
              {.emulator = options_.emulator,
               .lock_folder = options_.lock_folder,
               .memory = os::cache_folder() / "layers",
               .log = options_.log}) {}

    DockerEngine(const DockerEngine&) = delete;
    DockerEngine(DockerEngine&&) = delete;
    DockerEngine& operator=(const DockerEngine&) = delete;
    DockerEngine& operator=(DockerEngine&&) = delete;

    /// Once more: a container that Docker was still making when a samara was killed was not there
    /// yet at the start.
    ~DockerEngine() override {
        static_cast<void>(sweep_leftovers(*api_, options_.log, os::Cancellation()));
    }

    [[nodiscard]] std::string_view name() const override { return "docker"; }

    base::Result<std::string>
    host_address(const NetworkSpec& network, const os::Cancellation& cancel) override {
        const std::string name = network.network.empty() ? "bridge" : network.network;
        if (name == "host") {
            return "127.0.0.1";
        }
        const auto answer = api_->call_json(
            {.path = fmt::format("/networks/{}", net::percent_encode(name))},
            fmt::format("cannot look at the network {}", name),
            cancel);
        if (!answer) {
            return tl::unexpected(answer.error());
        }
        const std::string gateway = gateway_of(*answer);
        if (!api_->local() || !net::is_local_address(gateway)) {
            return base::fail(
                fmt::format(
                    "containers on the network {} do not reach this machine at an address of its "
                    "own "
                    "({})",
                    name,
                    gateway.empty() ? "it has no gateway" : gateway),
                "with a rootless engine or one in a virtual machine, use --engine sandbox, or a "
                "--docker-network whose gateway is this machine's");
        }
        return gateway;
    }

    std::string image_identity(const std::string& image, const os::Cancellation& cancel) override {
        const auto answer = api_->call_json(
            {.path = fmt::format("/images/{}/json", net::percent_encode(image))},
            "cannot look at the image",
            cancel);
        const data::Value* id = answer ? answer->find("Id") : nullptr;
        return id == nullptr ? std::string() : std::string(id->text());
    }

    // An engine elsewhere has a kernel and files of its own.
    [[nodiscard]] base::Result<void> check(const EnvironmentSpec& spec) const override {
        if (!api_->local()) {
            return {};
        }
        if (auto able = check_architecture(spec); !able) {
            return able;
        }
        return check_code_folder(spec); // some engines would make it
    }

    base::Result<void>
    prepare(const EnvironmentSpec& spec, const os::Cancellation& cancel) override {
        if (auto able = check(spec); !able) {
            return able;
        }
        const auto image = images_.provide(spec, cancel);
        return image ? base::Result<void>() : tl::unexpected(image.error());
    }

    base::Result<std::unique_ptr<Environment>>
    start(const EnvironmentSpec& spec, OutputSink output, const os::Cancellation& cancel) override {
        TRY(check(spec));
        TRY_ASSIGN(const auto image, images_.provide(spec, cancel));
        TRY_ASSIGN(const auto body, container_body(spec, image, owner_));
        TRY_ASSIGN(
            auto container,
            Container::create(api_, container_name(spec.function), body, options_.log));
        options_.log.info(fmt::format("SAM_CONTAINER_ID: {}", container->id()));
        return DockerEnvironment::start(
            std::move(container), spec, std::move(output), options_.connection_limit, cancel);
    }

private:
    std::shared_ptr<Api> api_;
    Options options_;
    image::ImageProvider images_;
    os::Owner owner_ = os::this_process();
};

} // namespace

HostLookup current_lookup() {
    HostLookup lookup;
    lookup.environment = os::environment();
    lookup.home = os::variable("HOME").value_or("");
    return lookup;
}

base::Result<std::unique_ptr<Engine>> make_engine(Options options, const os::Cancellation& cancel) {
    TRY_ASSIGN(auto api, Api::connect(options.lookup, cancel));
    if (options.lock_folder.empty()) {
        options.lock_folder = os::cache_folder() / "locks";
    }
    os::sweep_temp_dirs();
    if (const auto swept = sweep_leftovers(*api, options.log, cancel); !swept) {
        options.log.warning(swept.error().message);
    }
    return std::make_unique<DockerEngine>(std::move(api), std::move(options));
}

base::Result<std::shared_ptr<image::ImageStore>>
connect_images(const HostLookup& lookup, const os::Cancellation& cancel) {
    TRY_ASSIGN(auto api, Api::connect(lookup, cancel));
    return make_image_store(std::move(api), lookup);
}

} // namespace samara::engine::docker
