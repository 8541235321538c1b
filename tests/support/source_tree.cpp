#include "support/source_tree.h"

namespace samara::test {

std::string source_path(std::string_view relative) {
    return std::string(SAMARA_SOURCE_DIR "/").append(relative);
}

} // namespace samara::test
