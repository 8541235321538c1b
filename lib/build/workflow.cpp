#include "build/workflow.h"

#include "base/hint.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/embedded_table.h"
#include "model/runtimes.h"
#include "os/environment.h"
#include "samara_build_files.h"

#include <algorithm>
#include <array>
#include <cassert>

#include <fmt/format.h>

namespace samara::build {

namespace {

constexpr std::string_view facts_file = "workflows.json";

struct Row {
    std::string_view name;
    Workflow run;
};

constexpr std::array rows{
    Row{"python-pip", build_python_pip},
    Row{"nodejs-npm", build_nodejs_npm},
    Row{"nodejs-esbuild", build_nodejs_esbuild},
    Row{"ruby-bundler", build_ruby_bundler},
    Row{"go-modules", build_go_modules},
    Row{"java", build_java},
    Row{"dotnet", build_dotnet},
    Row{"rust-cargolambda", build_rust_cargolambda},
    Row{"custom-make", build_custom_make},
};

WorkflowFacts read_facts(const data::Entry& entry) {
    WorkflowFacts facts;
    facts.name = entry.key;
    if (const std::string family = data::text_of(entry.value, "family"); !family.empty()) {
        for (const model::Runtime& runtime : model::runtimes()) {
            if (runtime.family == family) {
                facts.runtimes.push_back(runtime.id);
            }
        }
    }
    facts.tools = data::texts_of(entry.value.find("tools"));
    facts.environment = data::texts_of(entry.value.find("environment"));
    for (const data::Entry& tool : data::members_of(entry.value.find("pinned"))) {
        facts.pinned.emplace(tool.key, tool.value.text());
    }
    facts.writes = data::texts_of(entry.value.find("writes"));
    facts.builder = data::text_of(entry.value, "builder");
    facts.methods = data::texts_of(entry.value.find("methods"));
    facts.manifests = data::texts_of(entry.value.find("manifests"));
    facts.excludes = data::texts_of(entry.value.find("excludes"));
    facts.layer_folder = data::text_of(entry.value, "layer_folder");
    facts.by_function = data::is_true(entry.value.find("by_function"));
    facts.by_handler = data::is_true(entry.value.find("by_handler"));
    facts.plain = data::is_true(entry.value.find("plain"));
    return facts;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

const data::Map& WorkflowInput::properties() const {
    static const data::Map none;
    const data::Value* value = recipe.metadata.find("BuildProperties");
    return value != nullptr && value->is_map() ? *value->as_map() : none;
}

Workflows Workflows::load() {
    const data::Value table = data::embedded_table(embedded(facts_file), facts_file);
    Workflows workflows;
    for (const data::Entry& entry : *table.as_map()) {
        workflows.facts_.push_back(read_facts(entry));
    }
    return workflows;
}

base::Result<Selected>
Workflows::select(std::string_view runtime, std::string_view build_method) const {
    const bool by_method = !build_method.empty();
    const std::string_view name = by_method ? build_method : runtime;
    if (name.empty()) {
        return base::fail(
            "it has no Runtime",
            "set Runtime, or say how it is built: Metadata: BuildMethod: makefile");
    }
    std::vector<std::string_view> known;
    for (const WorkflowFacts& facts : facts_) {
        if (contains(facts.runtimes, name) || (by_method && contains(facts.methods, name))) {
            const auto* const row = std::find_if(
                rows.begin(), rows.end(), [&](const Row& r) { return r.name == facts.name; });
            assert(row != rows.end());
            return Selected{facts, row->run};
        }
        known.insert(known.end(), facts.runtimes.begin(), facts.runtimes.end());
        if (by_method) {
            known.insert(known.end(), facts.methods.begin(), facts.methods.end());
        }
    }
    const std::string_view near = base::nearest(name, known);
    return base::fail(
        fmt::format("unknown {} '{}'", by_method ? "BuildMethod" : "runtime", name),
        base::did_you_mean(near, fmt::format("known are: {}", fmt::join(known, ", "))));
}

bool is_debug_build() {
    return os::variable(build_mode_variable) == "debug";
}

} // namespace samara::build
