#pragma once

#include <string_view>
#include <vector>

/// What goes into execution environments; part of this program.
namespace samara::engine {

/// A file for /var/runtime.
struct PayloadFile {
    std::string_view name; ///< relative
    std::string_view bytes;
};

/// The program samara-rie, static, for this machine's architecture.
std::string_view emulator();

/// The same; in a build with the address sanitizer the one that carries it as well, which needs the
/// libraries under this machine's /usr.
std::string_view emulator_beside_usr();

/// The runtime client of a family, "python" or "nodejs": "bootstrap" and what that needs. Empty for
/// other families, whose functions bring theirs.
std::vector<PayloadFile> runtime_client(std::string_view family);

} // namespace samara::engine
