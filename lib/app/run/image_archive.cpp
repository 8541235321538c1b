#include "app/run/image_archive.h"

#include "archive/sniff.h"
#include "base/hash.h"

#include <fmt/format.h>

#include <sys/stat.h>

namespace samara::app {

namespace fs = std::filesystem;

fs::path image_archive(const Application& application, const model::Function& function) {
    if (function.package_type != model::PackageType::image || function.image_uri.empty()) {
        return {};
    }
    std::error_code ignored;
    const fs::path path =
        fs::absolute(application.folder() / function.template_folder / function.image_uri, ignored)
            .lexically_normal();
    return archive::is_tar(path) ? path : fs::path();
}

std::string archive_image_name(const fs::path& archive) {
    constexpr std::size_t digits = 16;

    struct stat status {};

    static_cast<void>(::stat(archive.c_str(), &status)); // what is gone fails when it is loaded
    const std::string state = fmt::format(
        "{} {} {}.{}",
        status.st_ino,
        status.st_size,
        status.st_mtim.tv_sec,
        status.st_mtim.tv_nsec);
    return fmt::format(
        "samara-archive/{}:{}",
        base::sha256_hex(archive.string()).substr(0, digits),
        base::sha256_hex(state).substr(0, digits));
}

} // namespace samara::app
