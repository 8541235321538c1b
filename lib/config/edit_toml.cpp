#include "base/try.h"
#include "config/format.h"
#include "config/save.h"

#include <sstream>
#include <vector>

#include <fmt/format.h>

#include <toml++/toml.h>

namespace samara::config {

namespace {

// Byte offsets of places, whose columns count characters.
class Text {
public:
    explicit Text(std::string_view text) : text_(text) {
        lines_.push_back(0);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n') {
                lines_.push_back(i + 1);
            }
        }
    }

    [[nodiscard]] std::size_t offset(const toml::source_position& position) const {
        std::size_t at = lines_.at(position.line - 1);
        for (toml::source_index column = 1; column < position.column && at < text_.size();
             ++column) {
            ++at;
            while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U) {
                ++at;
            }
        }
        return at;
    }

    // Where the line after the one of `position` begins.
    [[nodiscard]] std::size_t next_line(const toml::source_position& position) const {
        return position.line < lines_.size() ? lines_[position.line] : text_.size();
    }

private:
    std::string_view text_;
    std::vector<std::size_t> lines_;
};

struct Change {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string text;
};

std::string apply(std::string_view text, std::vector<Change> changes) {
    std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
        return a.begin < b.begin;
    });
    std::string result;
    std::size_t done = 0;
    for (const Change& change : changes) {
        result += text.substr(done, change.begin - done);
        result += change.text;
        done = change.end;
    }
    result += text.substr(done);
    return result;
}

std::string assignments(const Parameters& parameters) {
    std::string lines;
    for (const auto& [name, value] : parameters) {
        lines += fmt::format("{} = {}\n", toml_key(name), toml_value(value));
    }
    return lines;
}

// Replaces the values that are there in place and puts the others below the last of the section.
std::vector<Change>
section_changes(std::string_view text, const toml::table& section, Parameters parameters) {
    const Text places(text);
    std::vector<Change> changes;
    std::size_t end_of_section = places.next_line(section.source().begin);
    for (const auto& [key, value] : section) {
        const toml::source_region& region = value.source();
        end_of_section = std::max(end_of_section, places.next_line(region.end));
        const auto wanted = parameters.find(section_name(key.str()));
        if (wanted != parameters.end()) {
            changes.push_back(
                {places.offset(region.begin),
                 places.offset(region.end),
                 toml_value(wanted->second)});
            parameters.erase(wanted);
        }
    }
    if (!parameters.empty()) {
        const bool unfinished = end_of_section > 0 && text[end_of_section - 1] != '\n';
        changes.push_back(
            {end_of_section, end_of_section, (unfinished ? "\n" : "") + assignments(parameters)});
    }
    return changes;
}

// What the edited text must read as; tells when a file is written in a way this cannot edit.
data::Value expected(
    data::Value document,
    std::string_view environment,
    std::string_view command,
    const Parameters& parameters) {
    data::Value* section = &document;
    for (const std::string& name :
         {std::string(environment), section_name(command), std::string("parameters")}) {
        section = &(*section->as_map())[name];
        if (!section->is_map()) {
            *section = data::Map();
        }
    }
    for (const auto& [name, value] : parameters) {
        std::string key = name;
        for (const data::Entry& entry : *section->as_map()) {
            key = section_name(entry.key) == name ? entry.key : key;
        }
        section->as_map()->set(key, value);
    }
    return document;
}

} // namespace

base::Result<std::string> edit_toml(
    std::string_view text,
    std::string_view environment,
    std::string_view command,
    const Parameters& parameters) {
    TRY_ASSIGN(const auto before, read_toml(text, "samconfig.toml"));
    if (parameters.empty()) {
        return std::string(text);
    }
    const toml::table document = toml::parse(text);
    const toml::table* section =
        document[environment][section_name(command)]["parameters"].as_table();
    std::string edited(text);
    if (section != nullptr) {
        edited = apply(text, section_changes(text, *section, parameters));
    } else {
        edited += edited.empty() || edited.back() == '\n' ? "" : "\n";
        edited += fmt::format(
            "{}[{}.{}.parameters]\n{}",
            edited.empty() ? "" : "\n",
            toml_key(environment),
            section_name(command),
            assignments(parameters));
    }
    const auto after = read_toml(edited, "samconfig.toml");
    if (!after || !(*after == expected(before, environment, command, parameters))) {
        return base::fail(
            fmt::format(
                "cannot edit the section {}.{}.parameters", environment, section_name(command)),
            "give it a header of its own, with one option a line");
    }
    return edited;
}

} // namespace samara::config
