#include "engine/guest/guest.h"

#include "samara_engine_guest_files.h"

#include <cassert>
#include <string>

namespace samara::engine {

namespace {

std::string_view program(std::string_view name) {
    for (const guest::EmbeddedFile& file : guest::embedded_files()) {
        if (file.name.ends_with(name)) {
            return file.bytes;
        }
    }
    return {};
}

} // namespace

std::string_view emulator() {
    const std::string_view bytes = program("samara-rie");
    assert(!bytes.empty());
    return bytes;
}

std::string_view emulator_beside_usr() {
    const std::string_view checked = program("samara-rie-checked");
    return checked.empty() ? emulator() : checked;
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
