#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::engine::sandbox {

/// How the interpreter of a family of runtimes is called on a host: a row of
/// schemas/interpreters.json, in which "{}" stands for the version in the runtime's name. A runtime
/// client of ours exists for each.
struct Family {
    std::string name;               ///< "python"
    std::string prefix;             ///< of the runtime identifier, before the version
    std::string suffix;             ///< after it
    std::vector<std::string> exact; ///< programs of that version: "python{}"
    std::string any;                ///< a program of some version: "python3"
    std::vector<std::string>
        version;          ///< arguments that make it print its version as a runtime has it
    std::string packages; ///< of Debian, to install
    std::vector<std::string> libraries;     ///< folders of modules, below the installation's
    std::vector<std::string> modules;       ///< those that Lambda has
    std::vector<std::string> debug_modules; ///< those of a debugger

    /// "3.12" of "python3.12"; nothing when the identifier is of another family.
    [[nodiscard]] std::optional<std::string_view> version_of(std::string_view runtime) const;
};

const std::vector<Family>& families();

} // namespace samara::engine::sandbox
