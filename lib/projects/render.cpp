#include "base/strings.h"
#include "model/runtimes.h"
#include "projects/projects.h"
#include "samara_projects_files.h"

#include <map>
#include <set>

#include <fmt/format.h>

// A file of a template is its text but for
//   #include NAME       a line that is replaced by common/NAME, trailing blanks aside
//   ... #? WORD         a line that is there only with that choice; the mark goes
//   {{WORD}}            a value
namespace samara::projects {

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

struct Facts {
    Values values;
    std::set<std::string, std::less<>> chosen;
};

constexpr std::string_view include_mark = "#include ";
constexpr std::string_view choice_mark = " #? ";

std::string lines_of(const std::vector<std::string>& lines) {
    return base::join(lines, "\n");
}

std::string included(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        if (line.starts_with(include_mark)) {
            const std::string name = fmt::format("common/{}", line.substr(include_mark.size()));
            if (const auto part = embedded(name)) {
                result += included(*part);
            }
        } else {
            result += fmt::format("{}\n", line);
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return result;
}

std::string with_choices(std::string_view text, const Facts& facts) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        const std::size_t mark = line.rfind(choice_mark);
        if (mark == std::string_view::npos) {
            result += fmt::format("{}\n", line);
        } else if (facts.chosen.contains(line.substr(mark + choice_mark.size()))) {
            result += fmt::format("{}\n", line.substr(0, mark));
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return result;
}

std::string with_values(std::string text, const Values& values) {
    for (const auto& [name, value] : values) {
        text = base::replace_all(text, fmt::format("{{{{{}}}}}", name), value);
    }
    return text;
}

std::string rendered(std::string_view text, const Facts& facts) {
    return with_values(with_choices(included(text), facts), facts.values);
}

Facts facts_of(const Match& match, const Choices& choices) {
    Facts facts;
    const std::string image =
        model::find_runtime(match.runtime).value_or(model::Runtime{}).image; // "python:3.12"
    const std::string version = image.substr(image.find(':') + 1);
    const std::string number = version.substr(0, version.find('.'));
    facts.values = {
        {"name", choices.name},
        {"stack", stack_name(choices.name)},
        {"runtime", match.runtime},
        {"architecture", choices.architecture},
        {"image", image},
        {"version", version},
        {"tag", fmt::format("{}-v1", version)},
        {"family", match.variant->family},
        {"java", number == "8" ? "1.8" : number},
        {"about", match.project->about},
        {"function", match.project->function},
        {"path", match.project->path},
        {"code", match.variant->code},
        {"tests", match.variant->tests},
        {"test", lines_of(match.variant->test)},
        {"notes", match.project->notes}};
    const auto choose = [&](std::string_view word, bool chosen) {
        if (chosen) {
            facts.chosen.emplace(word);
        }
    };
    choose("api", match.project->api);
    choose("image", match.variant->package_type == "Image");
    choose("tracing", choices.tracing);
    choose("application-insights", choices.application_insights);
    choose("structured-logging", choices.structured_logging);
    return facts;
}

} // namespace

std::vector<File> files_of(const Match& match, const Choices& choices) {
    const Facts facts = facts_of(match, choices);
    const std::string prefix = match.variant->folder + "/";
    std::vector<File> files;
    for (const EmbeddedFile& file : embedded_files()) {
        if (file.name.starts_with(prefix)) {
            files.push_back(
                {std::string(file.name.substr(prefix.size())), rendered(file.bytes, facts)});
        }
    }
    for (const auto& [from, to] :
         {std::pair("common/gitignore", ".gitignore"),
          std::pair("common/samconfig.toml", "samconfig.toml"),
          std::pair("common/README.md", "README.md")}) {
        files.push_back({to, rendered(embedded(from).value_or(""), facts)});
    }
    return files;
}

} // namespace samara::projects
