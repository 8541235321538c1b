#pragma once

#include "base/error.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/image/decision.h"
#include "engine/image/image_store.h"
#include "engine/image/names.h"
#include "os/cancellation.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace samara::engine::image {

/// Where the emulator is in every added image.
inline constexpr std::string_view emulator_path = "/var/rapid/aws-lambda-rie";

struct ProviderOptions {
    /// samara-rie for "x86_64" or "arm64"; empty where there is none.
    std::function<std::string_view(std::string_view architecture)> emulator;
    std::filesystem::path lock_folder; ///< made when it is missing
    std::filesystem::path memory;      ///< of content_digest()
    base::Log log;
};

/// The image an environment runs from.
struct AddedImage {
    std::string name;
    ImageInfo info;
};

/// Makes added images by the rule of decision.h. Thread-safe, and safe beside other processes: of
/// several that need the same image one builds it while the others wait.
class ImageProvider {
public:
    ImageProvider(std::shared_ptr<ImageStore> store, ProviderOptions options);

    /// Registries are asked, and builds forced, once for each image in the life of this object.
    base::Result<AddedImage> provide(const EnvironmentSpec& spec, const os::Cancellation& cancel);

private:
    struct Inputs;

    base::Result<Inputs> look(const EnvironmentSpec& spec, const os::Cancellation& cancel);
    base::Result<std::optional<ImageInfo>>
    load(const EnvironmentSpec& spec, const Names& names, const os::Cancellation& cancel);
    base::Result<void> ask_registry(Inputs& inputs, const os::Cancellation& cancel);
    base::Result<void> pull(const Inputs& inputs, const os::Cancellation& cancel);
    base::Result<void>
    build(const EnvironmentSpec& spec, const Inputs& inputs, const os::Cancellation& cancel);
    void remove_replaced(const std::string& id, const os::Cancellation& cancel);
    void remove_outdated(const Names& names, const os::Cancellation& cancel);
    void report(const Inputs& inputs, const Decision& decision) const;
    bool first_time(const std::string& what);

    std::shared_ptr<ImageStore> store_;
    ProviderOptions options_;
    std::mutex mutex_;                                    // for all of provide()
    std::map<std::string, std::string> emulator_digests_; // by architecture
    std::set<std::string> done_;
};

} // namespace samara::engine::image
