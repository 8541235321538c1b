#include "engine/guest/code_folder.h"

#include <system_error>

#include <fmt/format.h>

namespace samara::engine {

base::Result<void> check_code_folder(const EnvironmentSpec& spec) {
    const auto* zip = std::get_if<ZipPackage>(&spec.package);
    std::error_code error;
    if (zip != nullptr && !std::filesystem::is_directory(zip->code, error)) {
        return base::fail(
            fmt::format("the code of {} is not a folder: {}", spec.function, zip->code.string()));
    }
    return {};
}

} // namespace samara::engine
