#include "engine/payload/payload.h"
#include "engine/sandbox/sandbox_engine.h"
#include "engine/select.h"

#if __has_include("engine/docker/docker_engine.h")
#include "engine/docker/docker_engine.h"
#endif

namespace samara::engine {

namespace {

base::Result<std::unique_ptr<Engine>> make_docker(
    [[maybe_unused]] const base::Log& log, [[maybe_unused]] const os::Cancellation& cancel) {
#if __has_include("engine/docker/docker_engine.h")
    return connect_docker(log, cancel);
#else
    return base::fail("this samara is built without the Docker engine", "use --engine sandbox");
#endif
}

base::Result<std::unique_ptr<Engine>> make_sandbox(const base::Log& log) {
    sandbox::Options options;
    options.emulator = emulator();
    options.runtime_client = runtime_client;
    options.log = log;
    return sandbox::make_engine(std::move(options));
}

} // namespace

base::Result<std::unique_ptr<Engine>>
select_engine(const std::string& word, const base::Log& log, const os::Cancellation& cancel) {
    const auto choice = parse_engine_choice(word, {});
    if (!choice) {
        return tl::unexpected(choice.error());
    }
    auto selected = select_engine(
        *choice, [&] { return make_docker(log, cancel); }, [&] { return make_sandbox(log); });
    if (!selected) {
        return tl::unexpected(selected.error());
    }
    if (*choice == EngineChoice::automatic) {
        log.info(selected->explanation);
    }
    return std::move(selected->engine);
}

} // namespace samara::engine
