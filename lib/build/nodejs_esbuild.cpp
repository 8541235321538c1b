#include "base/strings.h"
#include "build/npm.h"
#include "build/tool.h"
#include "build/workflow.h"

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

std::vector<std::string> esbuild_arguments(const WorkflowInput& input) {
    const data::Map& properties = input.properties();
    std::vector<std::string> arguments;
    if (const data::Value* entries = properties.find("EntryPoints")) {
        arguments = texts(*entries);
    }
    arguments.insert(
        arguments.end(), {"--bundle", "--platform=node", "--outdir=" + input.artifacts.string()});
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

// The project's own esbuild before the machine's.
base::Result<fs::path> find_esbuild(const fs::path& folder) {
    const fs::path own = folder / "node_modules" / ".bin" / "esbuild";
    std::error_code ignored;
    if (fs::exists(own, ignored)) {
        return own;
    }
    if (auto found = os::find_program("esbuild")) {
        return *found;
    }
    return base::fail(
        "esbuild was not found",
        "add it to the devDependencies of package.json, or install it: npm install -g esbuild");
}

base::Result<void> install(const WorkflowInput& input, const fs::path& folder) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / npm_manifest, ignored)) {
        return {};
    }
    if (auto there = require_npm(); !there) {
        return there;
    }
    auto manifest = read_npm_manifest(folder / npm_manifest);
    if (!manifest) {
        return tl::unexpected(std::move(manifest.error()));
    }
    if (!has_something_to_install(*manifest) && manifest->find("devDependencies") == nullptr) {
        return {};
    }
    return install_npm_packages(input, folder, std::move(*manifest), NpmScope::all);
}

} // namespace

base::Result<void> build_nodejs_esbuild(const WorkflowInput& input) {
    if (!input.properties().contains("EntryPoints")) {
        return base::fail(
            "esbuild needs to know where to begin",
            "add Metadata: BuildProperties: EntryPoints: [app.ts]");
    }
    fs::path folder = input.source;
    if (!input.build_in_source) {
        folder = input.scratch / "source";
        if (auto copied = os::copy_tree(input.source, folder, input.copy); !copied) {
            return copied;
        }
        if (!input.manifest.empty()) {
            if (auto copied = os::copy_tree(input.manifest, folder / npm_manifest); !copied) {
                return copied;
            }
        }
    }
    if (auto installed = install(input, folder); !installed) {
        return installed;
    }
    const auto program = find_esbuild(folder);
    if (!program) {
        return tl::unexpected(program.error());
    }
    Tool esbuild;
    esbuild.argv = esbuild_arguments(input);
    esbuild.argv.insert(esbuild.argv.begin(), program->string());
    esbuild.folder = folder;
    return run_tool(
               esbuild,
               fmt::format("cannot bundle {}", input.source.string()),
               "see the output of esbuild above",
               input.log,
               input.cancel)
        .map([](const std::string&) {});
}

} // namespace samara::build
