#include "app/node_sdk.h"

#include "base/strings.h"
#include "base/try.h"
#include "base/usage_error.h"
#include "data/read.h"
#include "engine/sandbox/node_sdk.h"
#include "engine/sandbox/readable.h"
#include "os/file.h"
#include "os/process.h"
#include "os/signals.h"
#include "os/temp_dir.h"

#include <set>
#include <system_error>

#include <fmt/format.h>

namespace samara::app {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view scope = "@aws-sdk/";

// A package's name as npm has it: it goes into a command line.
base::Result<std::string> package_name(const std::string& given) {
    const std::string name = given.starts_with(scope) ? given : std::string(scope).append(given);
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const std::string_view rest = std::string_view(name).substr(scope.size());
    if (rest.empty() || rest.front() == '-' ||
        rest.find_first_not_of(allowed) != std::string_view::npos) {
        return base::fail(base::usage_error(
            fmt::format("'{}' is not a package of the AWS SDK", given),
            "write for example client-s3 or @aws-sdk/client-s3"));
    }
    return name;
}

// Those fetched before, as the package.json that npm wrote has them.
void add_present(const fs::path& folder, std::set<std::string>& names) {
    const auto text = os::read_file(folder / "package.json");
    const auto document =
        text ? data::read_json(*text, "package.json") : base::Result<data::Value>(data::Value());
    const data::Value* dependencies = document ? document->find("dependencies") : nullptr;
    if (dependencies != nullptr && dependencies->is_map()) {
        for (const data::Entry& dependency : *dependencies->as_map()) {
            if (auto name = package_name(dependency.key)) {
                names.insert(std::move(*name));
            }
        }
    }
}

base::Result<void> install(
    const fs::path& folder,
    const std::set<std::string>& names,
    const std::string& version,
    const base::Log& log,
    const os::Cancellation& cancel) {
    os::Command command;
    // No script of a package is run.
    command.argv = {"npm", "install", "--prefix", folder.string(), "--ignore-scripts"};
    command.argv.insert(command.argv.end(), {"--save-exact", "--no-audit", "--no-fund"});
    for (const std::string& name : names) {
        command.argv.push_back(fmt::format("{}@{}", name, version));
    }
    command.folder = folder;
    TRY_ASSIGN(const auto done, os::run(command, cancel));
    if (!done.status.success()) {
        for (const std::string_view line : base::split(base::trim(done.error), '\n')) {
            log.info(line);
        }
        return base::fail(
            fmt::format("the AWS SDK could not be fetched: npm: {}", os::to_string(done.status)),
            "npm needs the registry, or one that `npm config set registry` names");
    }
    return {};
}

} // namespace

base::Result<fs::path>
fetch_node_sdk(const std::vector<std::string>& packages, const base::Log& log) {
    const engine::sandbox::NodeSdk& sdk = engine::sandbox::node_sdk();
    std::set<std::string> names(sdk.packages.begin(), sdk.packages.end());
    for (const std::string& package : packages) {
        TRY_ASSIGN(auto name, package_name(package));
        names.insert(std::move(name));
    }
    if (!os::find_program("npm")) {
        return base::fail("npm is not installed", "apt-get install npm");
    }
    const fs::path folder = engine::sandbox::node_sdk_folder();
    TRY(os::make_folders(folder.parent_path()));
    os::sweep_temp_dirs(folder.parent_path());
    add_present(folder, names);
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    TRY_ASSIGN(auto staging, os::TempDir::create("sdk", folder.parent_path()));
    log.info(fmt::format("Fetching {} packages of the AWS SDK {}", names.size(), sdk.version));
    const fs::path fresh = staging.path() / "fresh";
    auto done = os::make_folders(fresh).and_then(
        [&] { return install(fresh, names, sdk.version, log, cancel); });
    if (done) {
        done = engine::sandbox::make_readable_to_all(fresh);
    }
    if (!done) {
        return base::fail(std::move(done).error());
    }
    // The old one goes with the staging folder.
    std::error_code failed;
    if (fs::exists(folder, failed)) {
        fs::rename(folder, staging.path() / "old", failed);
    }
    if (!failed) {
        fs::rename(fresh, folder, failed);
    }
    if (failed) {
        return base::fail(fmt::format("cannot replace {}: {}", folder.string(), failed.message()));
    }
    return folder;
}

} // namespace samara::app
