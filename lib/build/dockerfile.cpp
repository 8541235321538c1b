#include "build/dockerfile.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

namespace samara::build {

namespace {

struct Instruction {
    std::string name; // in capitals
    std::vector<std::string> words;
    std::size_t line = 0;
};

struct BuildkitOption {
    std::string_view instruction;
    std::string_view option;
};

constexpr std::array buildkit_options{
    BuildkitOption{"RUN", "--mount"},
    BuildkitOption{"RUN", "--network"},
    BuildkitOption{"RUN", "--security"},
    BuildkitOption{"COPY", "--chmod"},
    BuildkitOption{"COPY", "--link"},
    BuildkitOption{"COPY", "--parents"},
    BuildkitOption{"COPY", "--exclude"},
    BuildkitOption{"ADD", "--chmod"},
    BuildkitOption{"ADD", "--link"},
    BuildkitOption{"ADD", "--checksum"},
    BuildkitOption{"ADD", "--keep-git-dir"},
    BuildkitOption{"ADD", "--exclude"}};

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return text;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    constexpr std::string_view blank = " \t\r";
    for (std::size_t at = text.find_first_not_of(blank); at != text.npos;) {
        const std::size_t end = std::min(text.find_first_of(blank, at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = text.find_first_not_of(blank, end);
    }
    return words;
}

// "<<EOF", "<<-'EOF'": the lines up to EOF belong to the instruction.
std::string here_document(const std::vector<std::string>& words) {
    for (std::string_view word : words) {
        const std::size_t at = word.find("<<");
        if (at == word.npos) {
            continue;
        }
        word.remove_prefix(at + 2);
        word.remove_prefix(word.starts_with("-") ? 1 : 0);
        std::string name(base::trim(word));
        std::erase_if(name, [](char c) { return c == '"' || c == '\''; });
        if (!name.empty() && (std::isalpha(static_cast<unsigned char>(name[0])) != 0)) {
            return name;
        }
    }
    return {};
}

std::vector<Instruction> instructions_of(std::string_view text, std::string& buildkit) {
    std::vector<Instruction> found;
    char escape = '\\';
    std::string joined;
    std::size_t begin = 0;
    std::size_t number = 0;
    std::string end_of_document;
    for (const std::string_view raw : base::split(text, '\n')) {
        ++number;
        const std::string_view line = base::trim(raw);
        if (!end_of_document.empty()) {
            end_of_document = line == end_of_document ? std::string() : end_of_document;
            continue;
        }
        if (line.starts_with('#')) {
            const std::string directive = base::to_lower(std::string(line));
            if (found.empty() && joined.empty() && directive.starts_with("# escape=`")) {
                escape = '`';
            }
            if (found.empty() && joined.empty() && buildkit.empty() &&
                (directive.starts_with("# syntax=") || directive.starts_with("#syntax="))) {
                buildkit = fmt::format("# syntax (line {})", number);
            }
            continue;
        }
        if (line.empty()) {
            continue;
        }
        begin = joined.empty() ? number : begin;
        if (line.back() == escape) {
            joined += std::string(line.substr(0, line.size() - 1)) + " ";
            continue;
        }
        joined += line;
        std::vector<std::string> words = words_of(joined);
        joined.clear();
        Instruction instruction{upper(words.front()), {}, begin};
        instruction.words.assign(words.begin() + 1, words.end());
        if (instruction.name == "RUN" || instruction.name == "COPY" || instruction.name == "ADD") {
            end_of_document = here_document(instruction.words);
            if (!end_of_document.empty() && buildkit.empty()) {
                buildkit = fmt::format("{} << (line {})", instruction.name, begin);
            }
        }
        found.push_back(std::move(instruction));
    }
    return found;
}

// "$NAME", "${NAME}", "${NAME:-text}"; nothing where a value is not known.
std::optional<std::string>
substituted(std::string_view text, const std::map<std::string, std::string>& values) {
    std::string result;
    while (!text.empty()) {
        const std::size_t at = text.find('$');
        result += text.substr(0, at);
        if (at == text.npos) {
            break;
        }
        text.remove_prefix(at + 1);
        std::string_view otherwise;
        std::string_view name;
        bool has_default = false;
        if (text.starts_with('{')) {
            const std::size_t end = text.find('}');
            if (end == text.npos) {
                return std::nullopt;
            }
            name = text.substr(1, end - 1);
            text.remove_prefix(end + 1);
            if (const std::size_t mark = name.find(":-"); mark != name.npos) {
                otherwise = name.substr(mark + 2);
                name = name.substr(0, mark);
                has_default = true;
            }
        } else {
            const auto* const end = std::find_if(text.begin(), text.end(), [](unsigned char c) {
                return std::isalnum(c) == 0 && c != '_';
            });
            name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
            text.remove_prefix(name.size());
        }
        const auto value = values.find(std::string(name));
        if (value != values.end() && !(has_default && value->second.empty())) {
            result += value->second;
        } else if (has_default) {
            result += otherwise;
        } else {
            return std::nullopt;
        }
    }
    return result;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

class Reader {
public:
    Reader(Dockerfile& file, const std::map<std::string, std::string>& arguments)
        : file_(file), arguments_(arguments), values_() {}

    void read(const Instruction& instruction) {
        note_buildkit(instruction);
        if (instruction.name == "ARG" && stages_ == 0) {
            argument(instruction);
        } else if (instruction.name == "FROM") {
            from(instruction);
        } else if (instruction.name == "COPY" || instruction.name == "RUN") {
            options(instruction);
        } else if (instruction.name == "ADD") {
            for (const std::string& word : instruction.words) {
                const bool remote = word.find("://") != word.npos || word.starts_with("git@");
                file_.images = remote ? std::nullopt : std::move(file_.images);
            }
        }
    }

private:
    void note_buildkit(const Instruction& instruction) {
        for (const BuildkitOption& known : buildkit_options) {
            const bool has =
                known.instruction == instruction.name &&
                std::any_of(
                    instruction.words.begin(), instruction.words.end(), [&](std::string_view word) {
                        return word == known.option ||
                               word.starts_with(std::string(known.option) + "=");
                    });
            if (has && (file_.buildkit.empty() || file_.buildkit.starts_with('#'))) {
                file_.buildkit = fmt::format(
                    "{} {} (line {})", known.instruction, known.option, instruction.line);
            }
        }
    }

    void argument(const Instruction& instruction) {
        for (const std::string& word : instruction.words) {
            const std::size_t equals = word.find('=');
            const std::string name = word.substr(0, equals);
            const auto given = arguments_.find(name);
            if (given != arguments_.end()) {
                values_[name] = given->second;
            } else if (equals != word.npos) {
                std::string text = word.substr(equals + 1);
                std::erase_if(text, [](char c) { return c == '"' || c == '\''; });
                if (const auto value = substituted(text, values_)) {
                    values_[name] = *value;
                }
            }
        }
    }

    void from(const Instruction& instruction) {
        ++stages_;
        std::vector<std::string> words = instruction.words;
        std::erase_if(words, [](const std::string& word) { return word.starts_with("--"); });
        if (words.empty()) {
            return;
        }
        add(words[0]);
        if (words.size() > 2 && base::to_lower(words[1]) == "as") {
            names_.insert(base::to_lower(words[2]));
        }
    }

    // COPY --from=IMAGE, RUN --mount=type=bind,from=IMAGE
    void options(const Instruction& instruction) {
        for (const std::string& word : instruction.words) {
            if (!word.starts_with("--")) {
                break;
            }
            for (const std::string_view part : base::split(word, ',')) {
                const std::size_t at = part.find("from=");
                if (at != part.npos && (at == 0 || part.substr(0, at) == "--")) {
                    add(std::string(part.substr(at + 5)));
                }
            }
        }
    }

    void add(const std::string& text) {
        const auto name = substituted(text, values_);
        if (!name) {
            file_.images = std::nullopt;
        }
        if (!file_.images || *name == "scratch" || is_number(*name) ||
            names_.contains(base::to_lower(*name))) {
            return;
        }
        file_.images->push_back(*name);
    }

    Dockerfile& file_;
    const std::map<std::string, std::string>& arguments_;
    std::map<std::string, std::string> values_; // of ARGs before the first FROM
    std::set<std::string> names_;               // of stages
    std::size_t stages_ = 0;
};

} // namespace

Dockerfile
Dockerfile::parse(std::string_view text, const std::map<std::string, std::string>& arguments) {
    Dockerfile file;
    Reader reader(file, arguments);
    for (const Instruction& instruction : instructions_of(text, file.buildkit)) {
        reader.read(instruction);
    }
    return file;
}

} // namespace samara::build
