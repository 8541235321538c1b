#pragma once

#include "base/error.h"
#include "os/cancellation.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Whether bubblewrap may make the namespaces that a sandbox consists of.
namespace samara::engine::sandbox {

/// The content of a file; nothing when it is not there.
using ReadSetting = std::function<std::optional<std::string>(const std::filesystem::path&)>;

/// `said` is what bubblewrap wrote before it gave up. When it was refused a namespace: an error
/// that tells what on this machine refuses them, with the command that mends it as its hint.
/// Nothing when it is about something else.
///
/// Ubuntu 23.10 and later let only programs with an AppArmor profile have user namespaces:
/// https://ubuntu.com/blog/ubuntu-23-10-restricted-unprivileged-user-namespaces
std::optional<base::Error> explain_refusal(std::string_view said, const ReadSetting& setting);

/// The same with the settings of this machine.
std::optional<base::Error> explain_refusal(std::string_view said);

/// Makes the namespaces of a sandbox around a program that does nothing, as this user would.
base::Result<void>
try_namespaces(const std::filesystem::path& bubblewrap, const os::Cancellation& cancel);

} // namespace samara::engine::sandbox
