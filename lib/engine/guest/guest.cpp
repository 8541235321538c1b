#include "engine/guest/guest.h"

#include "samara_engine_guest_files.h"

#include <cassert>
#include <string>

namespace samara::engine {

namespace {

constexpr std::string_view emulator_name = "samara-rie";

} // namespace

std::string_view emulator() {
    for (const guest::EmbeddedFile& file : guest::embedded_files()) {
        if (file.name.ends_with(emulator_name)) {
            return file.bytes;
        }
    }
    assert(false);
    return {};
}

std::vector<PayloadFile> runtime_client(std::string_view family) {
    const std::string folder = "templates/runtimes/" + std::string(family) + "/";
    std::vector<PayloadFile> files;
    for (const guest::EmbeddedFile& file : guest::embedded_files()) {
        if (file.name.starts_with(folder)) {
            files.push_back({file.name.substr(folder.size()), file.bytes});
        }
    }
    return files;
}

} // namespace samara::engine
