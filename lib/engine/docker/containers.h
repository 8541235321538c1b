#pragma once

#include "base/error.h"
#include "base/log.h"
#include "engine/docker/api.h"
#include "os/cancellation.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace samara::engine::docker {

struct ContainerState {
    bool running = false;
    bool out_of_memory = false;
    int exit_code = 0;
    std::string error; ///< the engine's, when it could not be started
    std::optional<std::uint16_t> published_port = {}; ///< of the invoke port
    std::string host_name = {};                       ///< its own
    std::string address = {}; ///< on the first of its networks; may be empty
    std::string gateway = {}; ///< of that network
};

/// One container that is ours; removed, whatever its state, with this object.
class Container {
public:
    /// Once begun it cannot be cancelled: an engine that has created a container must be believed
    /// to have one.
    static base::Result<std::unique_ptr<Container>> create(
        std::shared_ptr<Api> api,
        const std::string& name,
        const data::Value& body,
        const base::Log& log);

    Container(const Container&) = delete;
    Container& operator=(const Container&) = delete;
    Container(Container&&) = delete;
    Container& operator=(Container&&) = delete;
    ~Container();

    [[nodiscard]] const std::string& id() const { return id_; }

    base::Result<void> start(const os::Cancellation& cancel);

    base::Result<ContainerState> inspect(const os::Cancellation& cancel);

    /// All that it has written and will write, until it ends.
    base::Result<void>
    follow_logs(const std::function<void(std::string_view)>& sink, const os::Cancellation& cancel);

    /// Returns when it has ended.
    base::Result<void> wait(const os::Cancellation& cancel);

    /// "SIGTERM" and the like. One that has ended is no error.
    base::Result<void> signal(std::string_view name);

    /// Also done by the destructor, which can only log a failure.
    base::Result<void> remove();

private:
    Container(std::shared_ptr<Api> api, std::string id, base::Log log)
        : api_(std::move(api)), id_(std::move(id)), log_(std::move(log)) {}

    [[nodiscard]] std::string path(std::string_view what) const;

    std::shared_ptr<Api> api_;
    std::string id_;
    base::Log log_;
    bool removed_ = false;
};

/// Removes the containers that a dead samara of this machine left: those whose owner label names a
/// process that is gone. Nothing else is touched, and nothing at all on an engine elsewhere.
/// Returns how many.
base::Result<std::size_t>
sweep_leftovers(Api& api, const base::Log& log, const os::Cancellation& cancel);

} // namespace samara::engine::docker
