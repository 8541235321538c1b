#include "engine/guest/about.h"

#include <fmt/format.h>

namespace samara::engine {

base::Error about(base::Error error, const EnvironmentSpec& spec) {
    error.message = fmt::format("{}: {}", spec.function, error.message);
    return error;
}

} // namespace samara::engine
