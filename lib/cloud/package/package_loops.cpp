#include "cloud/package/package_loops.h"

#include "cloud/package/package_walk.h"
#include "data/accessors.h"
#include "transform/core/loops.h"

#include <algorithm>
#include <utility>

namespace samara::cloud {

namespace {

bool has_loops(const data::Value& document) {
    const auto members = data::members_of(document.find("Resources"));
    return std::any_of(members.begin(), members.end(), [](const data::Entry& entry) {
        return entry.key.starts_with(transform::loop_prefix);
    });
}

/// What the loops of `document` have made, as a template of its own.
data::Value made_by_loops(const data::Value& document, const data::Value& expanded) {
    data::Map made;
    for (const data::Entry& entry : data::members_of(expanded.find("Resources"))) {
        if (document.find("Resources")->find(entry.key) == nullptr) {
            made.set(entry);
        }
    }
    data::Map result;
    if (const data::Value* globals = document.find("Globals")) {
        result.set("Globals", *globals);
    }
    result.set("Resources", std::move(made));
    return result;
}

} // namespace

base::Result<void>
write_out_loops(data::Value& document, const std::filesystem::path& file, const LoopRules& rules) {
    if (!rules.written_out || !has_loops(document)) {
        return {};
    }
    transform::Options options;
    options.region = rules.region;
    options.parameter_overrides = rules.parameters;
    data::Value expanded = document;
    base::Diagnostics diagnostics;
    transform::expand_template_loops(expanded, options, diagnostics);
    for (base::Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == base::Severity::error) {
            return base::fail(std::move(diagnostic.error));
        }
    }
    LoopRules inner = rules;
    inner.written_out = false;
    base::Diagnostics ignored;
    const auto found = find_artifacts(made_by_loops(document, expanded), file, {}, inner, ignored);
    // What is wrong with a path is told when the whole is packaged.
    if (!found || !(*found)->artifacts.empty() || !(*found)->nested.empty()) {
        document = std::move(expanded);
    }
    return {};
}

} // namespace samara::cloud
