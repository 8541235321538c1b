#include "base/try.h"
#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

// https://docs.aws.amazon.com/lambda/latest/dg/ruby-package.html
namespace samara::build {

namespace fs = std::filesystem;

base::Result<void> build_ruby_bundler(const WorkflowInput& input) {
    report_step(input, "CopySource");
    if (auto copied = os::copy_tree(input.source, input.artifacts, input.copy); !copied) {
        return copied;
    }
    std::error_code ignored;
    const fs::path manifest = input.manifest.empty() ? input.artifacts / "Gemfile" : input.manifest;
    const bool there = fs::is_regular_file(manifest, ignored);
    if (there && !input.manifest.empty()) {
        if (auto copied = os::copy_tree(manifest, input.artifacts / "Gemfile"); !copied) {
            return copied;
        }
    }
    if (!there) {
        input.log.info("Gemfile file not found. Continuing the build without dependencies.");
        return {};
    }
    TRY(require_tool(
        input,
        "bundle",
        "install Ruby with Bundler (Debian: apt install ruby-bundler) and see that it is on PATH"));
    report_step(input, "RubyBundle");
    const std::string failure =
        fmt::format("cannot install the gems of {}", (input.source / "Gemfile").string());
    // These settings stay in .bundle/config: at run time Bundler finds the gems by them.
    const bool locked = fs::is_regular_file(input.artifacts / "Gemfile.lock", ignored);
    const std::vector<std::vector<std::string>> steps{
        {"bundle", "config", "set", "--local", "path", "vendor/bundle"},
        {"bundle", "config", "set", "--local", "without", "development:test"},
        {"bundle", "config", "set", "--local", "deployment", locked ? "true" : "false"},
        {"bundle", "install", "--quiet"}};
    for (const std::vector<std::string>& step : steps) {
        TRY(run_tool(input, {step, input.artifacts}, failure, "see the output of bundle above"));
    }
    return {};
}

} // namespace samara::build
