#pragma once

#include "base/error.h"
#include "os/cancellation.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Engines create execution environments: a running samara-rie with the function's runtime behind
/// it. An engine knows nothing of events or HTTP routes; whoever invokes speaks to the
/// environment's endpoint (POST /2015-03-31/functions/function/invocations).
namespace samara::engine {

/// Code as a folder, run in the base image (or host interpreter) of its runtime.
struct ZipPackage {
    std::filesystem::path code; ///< absolute folder, seen read-only at /var/task
};

/// A container image of the user's, with the overrides of the function's ImageConfig.
struct ImagePackage {
    std::string image; ///< name:tag or id as `samara build` left it
    std::vector<std::string> entry_point = {};
    std::vector<std::string> command = {};
    std::string working_directory = {};
    /// What `docker save` wrote, absolute: loaded where the engine has no `image`, which is the
    /// name it gets. Empty for an image that the engine has.
    std::filesystem::path archive = {};
};

/// One layer in the order of the function's Layers; later ones win.
struct Layer {
    std::string name;             ///< its own, or with the version: part of the image's name
    std::filesystem::path folder; ///< absolute folder, its content goes to /opt
    bool from_template = false;   ///< defined in this template rather than fetched by ARN
};

/// How a container is reached and what it may reach. Of it the sandbox takes `extra_hosts` and
/// `isolated`, which is for it alone.
struct NetworkSpec {
    std::string network;                      ///< --docker-network: name or id
    std::vector<std::string> extra_hosts;     ///< --add-host: "name:address"
    std::vector<std::string> dns;             ///< --container-dns
    std::string container_host = "localhost"; ///< --container-host: where published ports answer
    std::string host_interface = "127.0.0.1"; ///< --container-host-interface: where they bind
    bool isolated = false; ///< --sandbox-network isolated: without the host's loopback
};

/// --debug-port and its companions; engines publish the ports, the plan has chosen the arguments.
struct DebugSpec {
    std::vector<std::uint16_t> ports;
    std::string args;
    std::filesystem::path debugger_path;
    std::map<std::string, std::string> environment = {}; ///< --container-env-vars
};

/// When images are pulled, and the added one is built.
struct ImageCheck {
    bool skip_pull = false;   ///< --skip-pull-image
    bool force_build = false; ///< --force-image-build
    bool classic = false;     ///< --image-check=classic
};

/// Everything one execution environment is made of.
struct EnvironmentSpec {
    std::string function; ///< logical id
    std::string runtime;  ///< "python3.12"; empty for an Image function
    std::string handler;
    std::string architecture = "x86_64"; ///< "x86_64" or "arm64"
    std::variant<ZipPackage, ImagePackage> package;
    std::vector<Layer> layers;
    std::map<std::string, std::string> environment; ///< all of it, AWS_* included
    std::uint32_t memory_mb = 128;
    std::uint32_t ephemeral_storage_mb = 512;
    std::uint32_t timeout_seconds = 3;
    bool memory_limit = true; ///< false for --no-memory-limit
    bool limits = true;       ///< false for --no-limits: /tmp, processes, open files, payloads
    NetworkSpec network;
    std::optional<DebugSpec> debug;
    std::string invoke_image; ///< --invoke-image: replaces the base image; may be empty
    ImageCheck image_check;
    bool mount_symlinks = false;
};

struct TcpEndpoint {
    std::string host;
    std::uint16_t port = 0;
};

struct UnixEndpoint {
    std::filesystem::path socket;
};

/// Where an environment's emulator answers.
using Endpoint = std::variant<TcpEndpoint, UnixEndpoint>;

/// Receives what the function and the emulator write, as it comes (not split at lines). Called from
/// a thread of the environment; not called after the environment is destroyed.
using OutputSink = std::function<void(std::string_view bytes)>;

/// One running execution environment. Destroying it stops and removes everything that belongs to
/// it: container or processes, mounts, temporary files.
class Environment {
public:
    Environment() = default;
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    Environment(Environment&&) = delete;
    Environment& operator=(Environment&&) = delete;
    virtual ~Environment() = default;

    /// Container id, or the sandbox's own.
    [[nodiscard]] virtual const std::string& id() const = 0;

    [[nodiscard]] virtual const Endpoint& endpoint() const = 0;

    /// Whether it still runs, as far as known without asking the engine. Thread-safe and cheap.
    [[nodiscard]] virtual bool alive() const = 0;

    /// Ends it now, with everything in it, from outside: nothing in it is asked, and nothing can
    /// hold it off. Returns when that has been done or is certain to be; alive() may follow later.
    /// Thread-safe.
    virtual void kill() noexcept = 0;

    /// What ended it, in a sentence, once `alive()` is false ("killed: out of memory (128 MB)").
    [[nodiscard]] virtual std::string end_reason() const = 0;
};

/// Creates environments. Thread-safe.
class Engine {
public:
    Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    Engine(Engine&&) = delete;
    Engine& operator=(Engine&&) = delete;
    virtual ~Engine() = default;

    /// "docker" or "sandbox".
    [[nodiscard]] virtual std::string_view name() const = 0;

    /// The address of this machine at which what runs in an environment reaches its servers: no
    /// other machine's, and not the one that stands for all. Fails, with what to do, where there is
    /// none.
    virtual base::Result<std::string>
    host_address(const NetworkSpec& /*network*/, const os::Cancellation& /*cancel*/) {
        return "127.0.0.1";
    }

    /// What tells apart two images that have had the same name; empty where there is none now.
    virtual std::string
    image_identity(const std::string& /*image*/, const os::Cancellation& /*cancel*/) {
        return {};
    }

    /// Fails where it is certain, without any work, that such an environment cannot be started
    /// here.
    [[nodiscard]] virtual base::Result<void> check(const EnvironmentSpec& spec) const = 0;

    /// Does once what every environment of this kind shares: pulls or builds the image on Docker,
    /// finds the interpreter for the sandbox. `start` does it too when it was not done.
    virtual base::Result<void>
    prepare(const EnvironmentSpec& spec, const os::Cancellation& cancel) = 0;

    /// Starts one environment and returns when its endpoint answers.
    virtual base::Result<std::unique_ptr<Environment>>
    start(const EnvironmentSpec& spec, OutputSink output, const os::Cancellation& cancel) = 0;
};

} // namespace samara::engine
