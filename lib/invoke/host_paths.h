#pragma once

#include "engine/engine.h"

#include <filesystem>

namespace samara::invoke {

/// A sink for the log of a function whose code is in the folder `code`, for people to read: a line
/// that names a place in the code ("/var/task/app.py", line 3, or /var/task/app.js:3) has the same
/// place on this machine behind it, as terminals and editors open it:
///
///       File "/var/task/app.py", line 3, in handler  (/home/me/app/hello/app.py:3)
///
/// Of several places in a line it is the first that is not in a dependency. What has no line end
/// yet is passed on at once all the same.
engine::OutputSink with_host_paths(engine::OutputSink sink, std::filesystem::path code);

} // namespace samara::invoke
