#include "engine/guest/architecture.h"

#include "os/architecture.h"

#include <fmt/format.h>

namespace samara::engine {

base::Result<void> check_architecture(const EnvironmentSpec& spec) {
    if (os::runs_architecture(spec.architecture)) {
        return {};
    }
    const std::string machine = os::machine_architecture();
    return base::fail(
        fmt::format(
            "{} is for {}, and this {} machine cannot run it",
            spec.function,
            spec.architecture,
            machine),
        fmt::format(
            "install an emulator (apt-get install qemu-user-static binfmt-support), or set "
            "Architectures to [{}]",
            machine));
}

} // namespace samara::engine
