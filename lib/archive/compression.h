#pragma once

struct archive;

namespace samara::archive {

/// Lets a reader of libarchive take what is compressed by gzip, bzip2, xz or Zstandard. Not all
/// that libarchive knows: the rest starts programs, or needs libraries that the program would
/// carry.
void support_compression(struct ::archive* reader);

} // namespace samara::archive
