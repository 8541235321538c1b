#pragma once

#include "base/error.h"
#include "build/filter.h"
#include "os/cancellation.h"

#include <filesystem>
#include <string>

namespace samara::build {

/// What can be known of sources without reading them, with one stat a file: another text after
/// anything that the filter takes was written, added, removed, renamed or given another mode (by
/// names, inodes, sizes, modes and times). A link counts as what it points to. What is written
/// later has another one for certain: the call waits until the clock of the file system, which goes
/// in steps of some milliseconds, has gone on since the last change. A file is itself alone.
base::Result<std::string> source_state(
    const std::filesystem::path& source,
    const SourceFilter& filter,
    const os::Cancellation& cancel);

} // namespace samara::build
