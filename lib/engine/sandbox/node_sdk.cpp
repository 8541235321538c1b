#include "engine/sandbox/node_sdk.h"

#include "data/embedded_table.h"
#include "os/environment.h"
#include "samara_engine_sandbox_files.h"

namespace samara::engine::sandbox {

namespace {

NodeSdk read_facts() {
    const data::Value facts = data::embedded_table(embedded("nodejs_sdk.json"), "nodejs_sdk.json");
    NodeSdk sdk;
    if (const data::Value* version = facts.find("version")) {
        sdk.version = version->text();
    }
    if (const data::Value* packages = facts.find("packages");
        packages != nullptr && packages->is_list()) {
        for (const data::Value& package : *packages->as_list()) {
            sdk.packages.emplace_back(package.text());
        }
    }
    return sdk;
}

} // namespace

const NodeSdk& node_sdk() {
    static const NodeSdk sdk = read_facts();
    return sdk;
}

std::filesystem::path node_sdk_folder() {
    return os::cache_folder() / "nodejs-sdk" / node_sdk().version;
}

} // namespace samara::engine::sandbox
