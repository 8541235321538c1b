#pragma once

#include <string>
#include <string_view>

/// Where tests find files of the source tree. One source alone knows the folder, so that the
/// objects of all other tests are the same in every clone and its compiler cache serves the next.
namespace samara::test {

/// The absolute path of a file named from the root of the source tree.
std::string source_path(std::string_view relative);

} // namespace samara::test
