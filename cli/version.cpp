#include "version.h"

#include "samara_commit.h"

#include <fmt/format.h>

namespace samara::cli {

std::string version_text() {
    return fmt::format(
        "samara, version {}\n"
        "commit {}\n"
        "command line of AWS SAM CLI {}\n"
        "engines: docker, sandbox\n",
        own_version,
        commit,
        compatible_version);
}

} // namespace samara::cli
