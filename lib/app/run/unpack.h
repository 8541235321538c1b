#pragma once

#include "base/error.h"
#include "base/log.h"
#include "os/cancellation.h"

#include <cstdint>
#include <filesystem>
#include <functional>

/// Folders that are made once, for all processes, and then only looked at.
namespace samara::app {

/// Fills an empty folder.
using Fill = std::function<base::Result<void>(const std::filesystem::path& empty)>;

/// Sees to it that `folder` is there: where it is not, `fill` makes it, under another name until it
/// is whole. Of several processes one fills and the others wait; they take over when it dies. What
/// a killed one left is removed.
base::Result<void>
make_once(const std::filesystem::path& folder, const Fill& fill, const os::Cancellation& cancel);

/// A folder with what a zip archive holds, unpacked once for each content into the cache; it must
/// not be written to. Folders that nobody asked for in a month are removed. Fails on what
/// archive::extract() refuses and on more than Lambda's quota.
base::Result<std::filesystem::path>
unpack(const std::filesystem::path& archive, const base::Log& log, const os::Cancellation& cancel);

} // namespace samara::app
