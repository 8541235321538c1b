#include "app/load/dotenv.h"

#include "base/strings.h"

#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

namespace samara::app {

namespace {

constexpr std::string_view blanks = " \t";

class Reader {
public:
    Reader(std::string_view text, std::string_view file)
        : rest_(text), file_(std::make_shared<const std::string>(file)) {}

    Dotenv read() {
        Dotenv found;
        while (!rest_.empty()) {
            const std::uint32_t line = line_;
            skip(" \t\r\n\f\v");
            if (rest_.empty()) {
                break;
            }
            const std::uint32_t begins = line_;
            if (rest_.front() == '#') {
                line_rest();
                continue;
            }
            auto binding = read_binding();
            if (binding) {
                found.variables.push_back(std::move(*binding));
            } else {
                base::Error error;
                error.message = "this line gives no variable a value";
                error.hint = "write NAME=value";
                error.where = {file_, std::max(line, begins), 1};
                found.ignored.push_back({base::Severity::warning, std::move(error)});
            }
        }
        return found;
    }

private:
    void advance(std::size_t size) {
        line_ += static_cast<std::uint32_t>(
            std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(size), '\n'));
        rest_.remove_prefix(size);
    }

    void skip(std::string_view characters) {
        advance(std::min(rest_.find_first_not_of(characters), rest_.size()));
    }

    std::string_view line_rest() {
        const std::string_view line = rest_.substr(0, rest_.find_first_of("\r\n"));
        advance(line.size());
        return line;
    }

    std::optional<std::pair<std::string, std::string>> read_binding() {
        constexpr std::string_view exported = "export";
        if (rest_.starts_with(exported) && rest_.size() > exported.size() &&
            blanks.find(rest_[exported.size()]) != std::string_view::npos) {
            advance(exported.size());
            skip(blanks);
        }
        std::string name;
        if (rest_.starts_with('\'')) {
            const std::size_t end = rest_.find('\'', 1);
            name = rest_.substr(1, end == std::string_view::npos ? 0 : end - 1);
            advance(end == std::string_view::npos ? rest_.size() : end + 1);
        } else {
            const std::string_view bare = rest_.substr(0, rest_.find_first_of("=# \t\r\n\f\v"));
            name = bare;
            advance(bare.size());
        }
        skip(blanks);
        if (name.empty() || !rest_.starts_with('=')) {
            line_rest();
            return std::nullopt;
        }
        advance(1);
        skip(blanks);
        auto value = read_value();
        if (!value) {
            return std::nullopt;
        }
        return std::pair(std::move(name), std::move(*value));
    }

    std::optional<std::string> read_value() {
        if (!rest_.starts_with('\'') && !rest_.starts_with('"')) {
            const std::string_view line = line_rest();
            std::size_t end = line.size();
            for (std::size_t i = 0; i < line.size(); ++i) {
                const bool comment =
                    line[i] == '#' && i > 0 && blanks.find(line[i - 1]) != std::string_view::npos;
                if (comment) {
                    end = i;
                    break;
                }
            }
            return std::string(base::trim(line.substr(0, end)));
        }
        const char quote = rest_.front();
        std::size_t end = 1;
        while (end < rest_.size() && rest_[end] != quote) {
            end += rest_[end] == '\\' ? 2 : 1;
        }
        if (end >= rest_.size()) { // never closed
            line_rest();
            return std::nullopt;
        }
        const std::string value = unescaped(rest_.substr(1, end - 1), quote == '"');
        advance(end + 1);
        line_rest(); // a comment
        return value;
    }

    static std::string unescaped(std::string_view text, bool all) {
        constexpr std::string_view letters = "abfnrtv";
        constexpr std::string_view controls = "\a\b\f\n\r\t\v";
        std::string value;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
            const std::size_t control = all && next != '\0' ? letters.find(next) : letters.npos;
            if (control != letters.npos) {
                value += controls[control];
                ++i;
            } else if (next == '\\' || next == '\'' || (all && next == '"')) {
                value += next;
                ++i;
            } else {
                value += text[i];
            }
        }
        return value;
    }

    std::string_view rest_;
    std::uint32_t line_ = 1;
    std::shared_ptr<const std::string> file_;
};

} // namespace

Dotenv read_dotenv(
    std::string_view text,
    std::string_view file,
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
    Dotenv found = Reader(text, file).read();
    std::map<std::string, std::string> before;
    for (auto& [name, value] : found.variables) {
        std::string whole;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::size_t open = rest.find("${");
            const std::size_t close = open == std::string_view::npos ? open : rest.find('}', open);
            if (close == std::string_view::npos) {
                break;
            }
            const std::string_view inner = rest.substr(open + 2, close - open - 2);
            const std::size_t otherwise = std::min(inner.find(":-"), inner.size());
            const std::string other(inner.substr(0, otherwise));
            const auto own = before.find(other);
            whole += rest.substr(0, open);
            if (own != before.end()) {
                whole += own->second;
            } else if (const auto outer = environment(other)) {
                whole += *outer;
            } else if (otherwise < inner.size()) {
                whole += inner.substr(otherwise + 2);
            }
            rest.remove_prefix(close + 1);
        }
        whole += rest;
        value = whole;
        before[name] = value;
    }
    return found;
}

} // namespace samara::app
