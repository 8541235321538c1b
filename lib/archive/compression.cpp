#include "archive/compression.h"

#include <archive.h>

namespace samara::archive {

void support_compression(struct ::archive* reader) {
    ::archive_read_support_filter_gzip(reader);
    ::archive_read_support_filter_bzip2(reader);
    ::archive_read_support_filter_xz(reader);
    ::archive_read_support_filter_zstd(reader);
}

} // namespace samara::archive
