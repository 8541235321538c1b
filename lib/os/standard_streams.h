#pragma once

namespace samara::os {

/// Sees to it that the descriptors 0, 1 and 2 are open: a file or socket that got one of their
/// numbers would receive what is printed. One that was closed fails as before. For main().
void open_standard_streams() noexcept;

} // namespace samara::os
