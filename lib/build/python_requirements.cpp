#include "build/python_requirements.h"

#include "base/strings.h"
#include "base/try.h"
#include "build/tool.h"
#include "config/format.h"

#include <array>

#include <fmt/format.h>

// https://pip.pypa.io/en/stable/reference/requirements-file-format/
namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr const char* project_file = "pyproject.toml";

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

// The value of "-e value", "--editable value" or "--editable=value".
std::optional<std::string_view>
option_value(std::string_view line, std::string_view brief, std::string_view full) {
    for (const std::string_view name : {full, brief}) {
        if (!line.starts_with(name)) {
            continue;
        }
        const std::string_view rest = line.substr(name.size());
        if (rest.starts_with('=') || rest.starts_with(' ') || rest.starts_with('\t')) {
            return base::trim(rest.substr(1));
        }
    }
    return std::nullopt;
}

bool is_relative_path(std::string_view text) {
    return text.starts_with("./") || text.starts_with("../") || text == "." || text == "..";
}

// A requirements file with its paths made absolute, and those that it includes.
class Requirements {
public:
    explicit Requirements(fs::path scratch) : scratch_(std::move(scratch)) {}

    base::Result<fs::path> treat(const fs::path& file) {
        TRY_ASSIGN(const auto text, os::read_file(file));
        const fs::path folder = file.parent_path();
        std::string changed;
        for (const std::string_view line : base::split(text, '\n')) {
            TRY_ASSIGN(const auto treated, treat_line(line, folder));
            changed += treated + '\n';
        }
        changed.pop_back();
        if (changed == text) {
            return file;
        }
        fs::path copy = scratch_ / fmt::format("requirements-{}.txt", ++count_);
        TRY(os::replace_file(copy, changed));
        names_[copy.string()] = file.lexically_normal().string(); // line by line the same
        return copy;
    }

    /// What the copies are of.
    [[nodiscard]] const ToolNames& names() const { return names_; }

private:
    base::Result<std::string> treat_line(std::string_view line, const fs::path& folder) {
        const std::string_view trimmed = base::trim(line);
        if (const auto included = option_value(trimmed, "-r", "--requirement")) {
            auto treated = depth_ < deepest ? include(folder / *included) : folder / *included;
            return treated ? base::Result<std::string>("-r " + treated->string())
                           : tl::unexpected(std::move(treated.error()));
        }
        if (const auto file = option_value(trimmed, "-c", "--constraint")) {
            return fmt::format("-c {}", absolute(*file, folder));
        }
        if (const auto links = option_value(trimmed, "-f", "--find-links");
            links && is_relative_path(*links)) {
            return fmt::format("--find-links {}", absolute(*links, folder));
        }
        std::string_view rest = trimmed;
        if (const auto editable = option_value(trimmed, "-e", "--editable")) {
            if (editable->find("://") != std::string_view::npos &&
                !editable->starts_with("file:")) {
                return std::string(*editable); // a repository
            }
            rest = *editable;
        } else if (!is_relative_path(trimmed) && !trimmed.starts_with("file:")) {
            return named_file(line, folder);
        }
        if (rest.starts_with("file:") && !rest.starts_with("file:///")) {
            rest.remove_prefix(std::string_view("file:").size());
        }
        return rest.starts_with("file:") ? std::string(rest) : absolute(rest, folder);
    }

    // "name @ file:../folder"
    static std::string named_file(std::string_view line, const fs::path& folder) {
        constexpr std::string_view scheme = "@ file:";
        const std::size_t at = line.find(scheme);
        if (at == std::string_view::npos || line.substr(at + scheme.size()).starts_with("//")) {
            return std::string(line);
        }
        return fmt::format(
            "{}@ file://{}", line.substr(0, at), absolute(line.substr(at + scheme.size()), folder));
    }

    // "../x[extra]; marker" keeps what follows the path.
    static std::string absolute(std::string_view text, const fs::path& folder) {
        const std::size_t end = std::min(text.find_first_of("[; \t#"), text.size());
        fs::path path = (folder / text.substr(0, end)).lexically_normal();
        if (!path.has_filename()) {
            path = path.parent_path();
        }
        return path.string() + std::string(text.substr(end));
    }

    base::Result<fs::path> include(const fs::path& file) {
        ++depth_;
        auto treated = treat(file);
        --depth_;
        return treated;
    }

    static constexpr int deepest = 20; // pip says what is wrong with a file that includes itself
    fs::path scratch_;
    ToolNames names_;
    int count_ = 0;
    int depth_ = 0;
};

struct Exporter {
    std::string_view lock;
    std::string_view program;
    std::vector<std::string> arguments; ///< before the file to write
    std::string_view how_to_get_it;
};

const std::array<Exporter, 2>& exporters() {
    static const std::array<Exporter, 2> all{
        Exporter{
            "uv.lock",
            "uv",
            {"export",
             "--frozen",
             "--no-dev",
             "--no-emit-project",
             "--no-hashes",
             "--quiet",
             "--output-file"},
            "install uv (https://docs.astral.sh/uv/getting-started/installation)"},
        Exporter{
            "poetry.lock",
            "poetry",
            {"export", "--without-hashes", "--format", "requirements.txt", "--output"},
            "install Poetry with its export plugin (https://python-poetry.org)"}};
    return all;
}

base::Result<PythonRequirements> export_lock(const WorkflowInput& input, const Exporter& exporter) {
    TRY(require_tool(input, exporter.program, exporter.how_to_get_it));
    const std::string lock = (input.source / exporter.lock).string();
    const fs::path file = input.scratch / "exported.txt";
    Tool tool;
    tool.argv = {std::string(exporter.program)};
    tool.argv.insert(tool.argv.end(), exporter.arguments.begin(), exporter.arguments.end());
    tool.argv.push_back(file.string());
    tool.folder = input.source;
    return run_tool(
               input,
               tool,
               fmt::format("cannot read {}", lock),
               fmt::format("see the output of {} above", exporter.program))
        .map([&](const std::string&) {
            return PythonRequirements{file, {{file.string(), lock}}};
        });
}

// The dependencies of [project]; nothing where there are none.
base::Result<std::optional<PythonRequirements>> from_project(const WorkflowInput& input) {
    const fs::path file = input.source / project_file;
    TRY_ASSIGN(const auto written, os::read_file(file));
    TRY_ASSIGN(const auto project, config::read_toml(written, file.string()));
    const data::Value* section = project.find("project");
    const data::Value* dependencies = section == nullptr ? nullptr : section->find("dependencies");
    if (dependencies == nullptr || !dependencies->is_list()) {
        return std::nullopt;
    }
    std::string text;
    for (const data::Value& dependency : *dependencies->as_list()) {
        text += std::string(dependency.text()) + "\n";
    }
    const fs::path copy = input.scratch / "project.txt";
    TRY(os::replace_file(copy, text));
    return PythonRequirements{copy, {{copy.string(), file.string()}}};
}

} // namespace

bool uses_uv(const WorkflowInput& input) {
    return is_file(input.source / "uv.lock") && find_tool(input, "uv").has_value();
}

base::Result<std::optional<PythonRequirements>> python_requirements(const WorkflowInput& input) {
    const fs::path file =
        input.manifest.empty() ? input.source / "requirements.txt" : input.manifest;
    if (is_file(file)) {
        Requirements requirements(input.scratch);
        TRY_ASSIGN(auto treated, requirements.treat(file));
        return PythonRequirements{std::move(treated), requirements.names()};
    }
    if (!input.manifest.empty()) {
        return std::nullopt; // another one than what was asked for is none
    }
    for (const Exporter& exporter : exporters()) {
        if (is_file(input.source / exporter.lock)) {
            TRY_ASSIGN(auto exported, export_lock(input, exporter));
            return exported;
        }
    }
    return is_file(input.source / project_file) ? from_project(input)
                                                : base::Result<std::optional<PythonRequirements>>();
}

} // namespace samara::build
