#include "base/strings.h"
#include "build/tool.h"
#include "build/workflow.h"
#include "data/read.h"
#include "model/runtimes.h"
#include "os/environment.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

// https://www.cargo-lambda.info/commands/build.html
namespace samara::build {

namespace fs = std::filesystem;

namespace {

struct Binary {
    std::string name;
    fs::path path;
};

std::string failure_of(const WorkflowInput& input) {
    return fmt::format("cannot compile {}", input.source.string());
}

std::string wanted_binary(const WorkflowInput& input) {
    const data::Value* binary = input.properties().find("Binary");
    return binary == nullptr ? std::string() : data::scalar_text(*binary);
}

void optimize(Tool& cargo) {
    if (!is_debug_build()) {
        cargo.argv.emplace_back("--release");
    }
}

base::Result<std::vector<Binary>> build_with_cargo_lambda(const WorkflowInput& input) {
    report_step(input, "CargoLambdaBuild");
    const fs::path made = input.scratch / "lambda";
    const std::string name = wanted_binary(input);
    Tool cargo;
    cargo.argv = {"cargo", "lambda", "build"};
    optimize(cargo);
    cargo.argv.insert(cargo.argv.end(), {"--lambda-dir", made.string()});
    if (input.recipe.architecture == "arm64") {
        cargo.argv.emplace_back("--arm64");
    }
    if (!name.empty()) {
        cargo.argv.insert(cargo.argv.end(), {"--bin", name});
    }
    cargo.folder = input.source;
    auto built = run_tool(input, cargo, failure_of(input), "see the output of cargo above");
    if (!built) {
        return tl::unexpected(std::move(built.error()));
    }
    std::vector<Binary> binaries;
    std::error_code error;
    for (fs::directory_iterator entry(made, error), end; !error && entry != end;
         entry.increment(error)) {
        binaries.push_back({entry->path().filename().string(), entry->path() / "bootstrap"});
    }
    return binaries;
}

// Linked against no library of this machine where the toolchain can do that.
std::string rust_target(const WorkflowInput& input) {
    const std::string machine = input.recipe.architecture == "arm64" ? "aarch64" : "x86_64";
    Tool rustc;
    rustc.argv = {"rustc", "--print", "sysroot"};
    rustc.folder = input.source;
    const auto output = try_tool(input, rustc);
    const std::string musl = machine + "-unknown-linux-musl";
    std::error_code ignored;
    const bool there =
        output && output->success &&
        fs::is_directory(fs::path(base::trim(output->out)) / "lib/rustlib" / musl / "lib", ignored);
    return there ? musl : machine + "-unknown-linux-gnu";
}

// https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages
std::vector<Binary> binaries_of(std::string_view messages) {
    std::vector<Binary> binaries;
    for (const std::string_view line : base::split(messages, '\n')) {
        const auto message = data::read_json(line, "cargo");
        const data::Value* path = message ? message->find("executable") : nullptr;
        const data::Value* target = message ? message->find("target") : nullptr;
        const data::Value* name = target == nullptr ? nullptr : target->find("name");
        if (path != nullptr && path->is_string() && name != nullptr) {
            binaries.push_back({std::string(name->text()), std::string(path->text())});
        }
    }
    return binaries;
}

// The newest "GLIBC_2.<n>" that a program asks for.
unsigned glibc_of(std::string_view program) {
    constexpr std::string_view mark = "GLIBC_2.";
    unsigned newest = 0;
    for (std::size_t at = program.find(mark); at != program.npos; at = program.find(mark, at + 1)) {
        unsigned minor = 0;
        const char* const begin = program.data() + at + mark.size();
        std::from_chars(begin, program.data() + program.size(), minor);
        newest = std::max(newest, minor);
    }
    return newest;
}

void check_glibc(const WorkflowInput& input, const fs::path& program) {
    const auto there = static_cast<unsigned>(model::glibc_minor_of(input.recipe.runtime));
    const auto bytes = os::read_file(program);
    const unsigned wanted = bytes ? glibc_of(*bytes) : 0;
    if (wanted > there) {
        input.log.warning(fmt::format(
            "{} wants glibc 2.{}, and {} has 2.{}: build for musl (rustup target add "
            "{}-unknown-linux-musl) or with cargo-lambda",
            program.filename().string(),
            wanted,
            input.recipe.runtime,
            there,
            input.recipe.architecture == "arm64" ? "aarch64" : "x86_64"));
    }
}

base::Result<std::vector<Binary>> build_with_cargo(const WorkflowInput& input) {
    report_step(input, "CargoBuild");
    const std::string target = rust_target(input);
    const std::string name = wanted_binary(input);
    Tool cargo;
    cargo.argv = {"cargo", "build", "--target", target, "--message-format=json-render-diagnostics"};
    optimize(cargo);
    if (!name.empty()) {
        cargo.argv.insert(cargo.argv.end(), {"--bin", name});
    }
    cargo.folder = input.source;
    auto built = run_tool(
        input,
        cargo,
        failure_of(input),
        fmt::format(
            "see the output of cargo above; for {} it needs the target (rustup target add {}) and "
            "a linker, or cargo-lambda, which brings one",
            input.recipe.architecture,
            target));
    if (!built) {
        return tl::unexpected(std::move(built.error()));
    }
    return binaries_of(*built);
}

} // namespace

base::Result<void> build_rust_cargolambda(const WorkflowInput& input) {
    const bool lambda = find_tool(input, "cargo-lambda").has_value();
    if (!lambda && !find_tool(input, "cargo")) {
        return require_tool(
                   input,
                   "cargo-lambda",
                   "install it: https://www.cargo-lambda.info/guide/installation")
            .map([](const fs::path&) {});
    }
    if (!lambda) {
        input.log.info("cargo-lambda is not installed: building with cargo itself");
    }
    auto built = lambda ? build_with_cargo_lambda(input) : build_with_cargo(input);
    if (!built) {
        return tl::unexpected(std::move(built.error()));
    }
    const std::string name = wanted_binary(input);
    std::erase_if(*built, [&](const Binary& made) { return !name.empty() && made.name != name; });
    if (built->size() != 1) {
        return base::fail(
            fmt::format("{}: the package makes {} programs", failure_of(input), built->size()),
            "say which: Metadata: BuildProperties: Binary: <name>");
    }
    if (!lambda) {
        check_glibc(input, built->front().path);
    }
    return os::copy_tree(built->front().path, input.artifacts / "bootstrap");
}

} // namespace samara::build
