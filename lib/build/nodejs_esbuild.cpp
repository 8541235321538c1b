#include "base/strings.h"
#include "base/try.h"
#include "build/node_packages.h"
#include "build/tool.h"
#include "build/workflow.h"
#include "data/read.h"
#include "data/write.h"
#include "os/environment.h"
#include "os/temp_dir.h"

#include <array>

#include <fmt/format.h>

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build-typescript.html
namespace samara::build {

namespace fs = std::filesystem;

namespace {

// BuildProperties that are options of esbuild.
// https://esbuild.github.io/api/
struct Option {
    std::string_view property;
    std::string_view flag;
    bool repeated; ///< a list gives one flag an item, else one flag with commas
};

constexpr std::array options{
    Option{"AssetNames", "asset-names", false},
    Option{"Banner", "banner", true},
    Option{"Charset", "charset", false},
    Option{"ChunkNames", "chunk-names", false},
    Option{"Conditions", "conditions", false},
    Option{"Define", "define", true},
    Option{"Drop", "drop", true},
    Option{"EntryNames", "entry-names", false},
    Option{"External", "external", true},
    Option{"Footer", "footer", true},
    Option{"Format", "format", false},
    Option{"Inject", "inject", true},
    Option{"JSX", "jsx", false},
    Option{"KeepNames", "keep-names", false},
    Option{"Loader", "loader", true},
    Option{"LogLevel", "log-level", false},
    Option{"MainFields", "main-fields", false},
    Option{"Metafile", "metafile", false},
    Option{"Minify", "minify", false},
    Option{"OutExtension", "out-extension", true},
    Option{"Packages", "packages", false},
    Option{"Sourcemap", "sourcemap", false},
    Option{"SourcesContent", "sources-content", false},
    Option{"Splitting", "splitting", false},
    Option{"Target", "target", false},
    Option{"TreeShaking", "tree-shaking", false},
};

std::vector<std::string> texts(const data::Value& value) {
    std::vector<std::string> result;
    if (const data::List* list = value.as_list()) {
        for (const data::Value& item : *list) {
            result.push_back(data::scalar_text(item));
        }
    } else if (const data::Map* map = value.as_map()) {
        for (const data::Entry& entry : *map) {
            result.push_back(fmt::format("{}={}", entry.key, data::scalar_text(entry.value)));
        }
    } else {
        result.push_back(data::scalar_text(value));
    }
    return result;
}

void add_option(
    std::vector<std::string>& arguments, const Option& option, const data::Value& value) {
    if (value.is_boolean()) {
        if (*value.as_boolean()) {
            arguments.push_back(fmt::format("--{}", option.flag));
        }
    } else if (option.repeated) {
        for (const std::string& text : texts(value)) {
            arguments.push_back(fmt::format("--{}:{}", option.flag, text));
        }
    } else {
        arguments.push_back(fmt::format("--{}={}", option.flag, base::join(texts(value), ",")));
    }
}

// BuildProperties.EntryPoints, else the file that Handler names.
std::vector<std::string> entry_points(const WorkflowInput& input) {
    if (const data::Value* entries = input.properties().find("EntryPoints")) {
        return texts(*entries);
    }
    const std::string stem = input.recipe.handler.substr(0, input.recipe.handler.rfind('.'));
    for (const char* extension : {".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx"}) {
        std::error_code ignored;
        if (!stem.empty() && fs::is_regular_file(input.source / (stem + extension), ignored)) {
            return {stem + extension};
        }
    }
    return {};
}

std::vector<std::string>
esbuild_arguments(const WorkflowInput& input, std::vector<std::string> arguments) {
    const data::Map& properties = input.properties();
    arguments.insert(
        arguments.end(), {"--bundle", "--platform=node", "--outdir=" + input.artifacts.string()});
    if (!properties.contains("EntryPoints")) {
        arguments.emplace_back("--outbase=."); // the bundle is where Handler says
    }
    const std::array defaults{
        data::Entry("Format", "cjs"),
        data::Entry("Minify", true),
        data::Entry("Target", "es2020"),
    };
    for (const data::Entry& entry : defaults) {
        if (!properties.contains(entry.key)) {
            for (const Option& option : options) {
                if (option.property == entry.key) {
                    add_option(arguments, option, entry.value);
                }
            }
        }
    }
    for (const Option& option : options) {
        if (const data::Value* value = properties.find(option.property)) {
            add_option(arguments, option, *value);
        }
    }
    return arguments;
}

// Into our own cache, once for all projects.
base::Result<fs::path> fetch_esbuild(const WorkflowInput& input) {
    const std::string& version = input.facts->pinned.at("esbuild");
    // A container sees the scratch folder only.
    const fs::path cache = input.host == nullptr ? os::cache_folder() : input.scratch / "cache";
    const fs::path folder = cache / ("esbuild-" + version);
    const fs::path program = fs::path("node_modules") / ".bin" / "esbuild";
    std::error_code ignored;
    if (fs::exists(folder / program, ignored)) {
        return folder / program;
    }
    constexpr const char* hint =
        "add it to the devDependencies of package.json, or install it: npm install -g esbuild";
    if (!find_tool(input, "npm")) {
        return base::fail("esbuild was not found", hint);
    }
    input.log.info(fmt::format(
        "esbuild is neither in the project nor on PATH: taking version {} from npm into {}",
        version,
        folder.string()));
    if (auto made = os::make_folders(cache); !made) {
        return tl::unexpected(std::move(made.error()));
    }
    TRY_ASSIGN(const auto staging, os::TempDir::create("esbuild", cache));
    const fs::path fresh = staging.path() / "fresh";
    auto installed = os::make_folders(fresh).and_then([&] {
        return run_npm(
            input,
            {"install",
             "--quiet",
             "--no-audit",
             "--no-fund",
             "--no-save",
             "--prefix",
             fresh.string(),
             "esbuild@" + version},
            fresh,
            "esbuild was not found, and could not be taken from npm");
    });
    if (!installed) {
        installed.error().hint = hint;
        return tl::unexpected(std::move(installed.error()));
    }
    fs::rename(fresh, folder, ignored); // another samara may have been faster
    return folder / program;
}

// The project's own esbuild before the machine's.
base::Result<fs::path> find_esbuild(const WorkflowInput& input, const fs::path& folder) {
    const fs::path own = folder / "node_modules" / ".bin" / "esbuild";
    std::error_code ignored;
    if (fs::exists(own, ignored)) {
        return own;
    }
    if (auto found = find_tool(input, "esbuild")) {
        return *found;
    }
    return fetch_esbuild(input);
}

// Source maps name the sources, not the copy that was bundled.
base::Result<void> repair_source_maps(const WorkflowInput& input, const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> maps;
    for (fs::recursive_directory_iterator entry(input.artifacts, error), end;
         !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".map") {
            maps.push_back(entry->path());
        }
    }
    for (const fs::path& path : maps) {
        const auto text = os::read_file(path);
        auto map = text ? data::read_json(*text, path.string()) : base::fail(text.error());
        data::Value* sources = map ? map->find("sources") : nullptr;
        if (sources == nullptr || !sources->is_list()) {
            continue;
        }
        for (data::Value& source : *sources->as_list()) {
            const fs::path whole = (path.parent_path() / source.text()).lexically_normal();
            const fs::path relative = whole.lexically_relative(folder);
            if (!relative.empty() && *relative.begin() != "..") {
                source = (input.source / relative).generic_string();
            }
        }
        if (auto w = os::replace_file(path, data::write_json(*map)); !w) {
            return w;
        }
    }
    return {};
}

base::Result<void> install(const WorkflowInput& input, const fs::path& folder) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / npm_manifest, ignored)) {
        return {};
    }
    auto manifest = read_npm_manifest(folder / npm_manifest);
    if (!manifest) {
        return tl::unexpected(std::move(manifest.error()));
    }
    if (!has_something_to_install(*manifest) && manifest->find("devDependencies") == nullptr) {
        return {};
    }
    report_step(input, "NpmInstall");
    return install_packages(input, folder, std::move(*manifest), NpmScope::all);
}

} // namespace

base::Result<void> build_nodejs_esbuild(const WorkflowInput& input) {
    std::vector<std::string> entries = entry_points(input);
    if (entries.empty()) {
        return base::fail(
            "esbuild needs to know where to begin",
            "add Metadata: BuildProperties: EntryPoints: [app.ts]");
    }
    fs::path folder = input.source;
    if (!input.build_in_source) {
        folder = input.scratch / "source";
        report_step(input, "CopySource");
        if (auto copied = os::copy_tree(input.source, folder, input.copy); !copied) {
            return copied;
        }
        std::error_code ignored;
        if (!input.manifest.empty() && !fs::is_regular_file(input.manifest, ignored)) {
            fs::remove(folder / npm_manifest, ignored); // nothing is installed then
        } else if (!input.manifest.empty()) {
            if (auto copied = os::copy_tree(input.manifest, folder / npm_manifest); !copied) {
                return copied;
            }
        }
    }
    if (auto installed = install(input, folder); !installed) {
        return installed;
    }
    TRY_ASSIGN(const auto program, find_esbuild(input, folder));
    report_step(input, "EsbuildBundle");
    Tool esbuild;
    esbuild.argv = esbuild_arguments(input, std::move(entries));
    esbuild.argv.insert(esbuild.argv.begin(), program.string());
    esbuild.folder = folder;
    return run_tool(
               input,
               esbuild,
               fmt::format("cannot bundle {}", input.source.string()),
               "see the output of esbuild above")
        .and_then([&](const std::string&) { return repair_source_maps(input, folder); });
}

} // namespace samara::build
