#include "app/load/parameter_files.h"

#include "base/strings.h"
#include "base/try.h"
#include "base/usage_error.h"
#include "config/format.h"
#include "data/read.h"
#include "os/file.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_prefix = "file://";

tl::unexpected<base::Error>
usage(std::string message, std::string hint, const base::Location& where = {}) {
    base::Error error = base::usage_error(std::move(message), std::move(hint));
    error.where = where;
    return base::fail(std::move(error));
}

/// "A=1 file://b.yaml C=3" in pieces: a file's name ends at the next blank.
std::vector<std::string> pieces_of(std::string_view text) {
    std::vector<std::string> pieces;
    char quote = '\0';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\') {
            ++i; // what follows is only itself
            continue;
        }
        if (quote != '\0' || c == '"' || c == '\'') {
            quote = quote == '\0' ? c : c == quote ? '\0' : quote;
            continue;
        }
        const bool starts_word = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n';
        if (!starts_word || !text.substr(i).starts_with(file_prefix)) {
            continue;
        }
        pieces.emplace_back(base::trim(text.substr(begin, i - begin)));
        const std::size_t end = std::min(text.find_first_of(" \n", i), text.size());
        pieces.emplace_back(text.substr(i, end - i));
        begin = end;
        i = end;
    }
    pieces.emplace_back(base::trim(text.substr(std::min(begin, text.size()))));
    std::erase(pieces, "");
    return pieces;
}

/// As Python writes it, which the AWS SAM CLI takes it from.
std::string python_text(const data::Value& scalar) {
    if (const bool* boolean = scalar.as_boolean()) {
        return *boolean ? "True" : "False";
    }
    return scalar.is_null() ? std::string() : data::scalar_text(scalar);
}

class Reader {
public:
    base::Result<void> text(std::string_view text, const fs::path& folder) {
        for (const std::string& piece : pieces_of(text)) {
            if (piece.starts_with(file_prefix)) {
                TRY(file(folder / piece.substr(file_prefix.size())));
                continue;
            }
            TRY_ASSIGN(const auto pairs, model::parse_parameter_overrides({piece}));
            for (const auto& [key, value] : pairs) {
                values_[key] = value;
            }
        }
        return {};
    }

    model::ParameterOverrides take() && { return std::move(values_); }

private:
    base::Result<void> file(const fs::path& path) {
        std::error_code ignored;
        const fs::path whole = fs::weakly_canonical(path, ignored);
        if (std::find(open_.begin(), open_.end(), whole) != open_.end()) {
            return usage(
                fmt::format("--parameter-overrides: {} includes itself", path.string()),
                "take one of the $include or file:// out");
        }
        auto content = read(path);
        if (!content) {
            base::Error error = std::move(content).error();
            error.message = fmt::format("--parameter-overrides: {}", error.message);
            error.kind = base::ErrorKind::usage;
            return base::fail(std::move(error));
        }
        open_.push_back(whole);
        TRY(document(*content, path.parent_path()));
        open_.pop_back();
        return {};
    }

    static base::Result<data::Value> read(const fs::path& path) {
        TRY_ASSIGN(const auto text, os::read_file(path));
        return base::to_lower(path.extension().string()) == ".toml"
                   ? config::read_toml(text, path.string())
                   : data::read_document(text, path.string());
    }

    base::Result<void> document(const data::Value& value, const fs::path& folder) {
        if (const data::Map* values = value.as_map()) {
            return map(*values, folder);
        }
        if (value.is_string()) {
            return text(value.text(), folder);
        }
        if (value.is_null()) {
            return {};
        }
        const data::List* list = value.as_list();
        if (list == nullptr) {
            return usage(
                "--parameter-overrides: the file holds neither a map nor a list nor a text",
                "write a line Key: Value for each parameter",
                value.where());
        }
        for (const data::Value& item : *list) {
            if (item.is_list()) {
                return usage(
                    "--parameter-overrides: a list in a list",
                    "write maps of parameters, Key=Value and file://FILE in it",
                    item.where());
            }
            TRY(document(item, folder));
        }
        return {};
    }

    base::Result<void> map(const data::Map& values, const fs::path& folder) {
        // How CloudFormation's own files have a parameter.
        const data::Value* key = values.find("ParameterKey");
        const data::Value* value = values.find("ParameterValue");
        if (key != nullptr && value != nullptr && values.size() == 2) {
            return set(std::string(key->text()), *value);
        }
        for (const data::Entry& entry : values) {
            if (entry.key == "$include") {
                TRY(include(entry.value, folder));
            } else {
                TRY(set(entry.key, entry.value));
            }
        }
        return {};
    }

    base::Result<void> include(const data::Value& files, const fs::path& folder) {
        const data::List one{files};
        for (const data::Value& name : files.is_list() ? *files.as_list() : one) {
            std::string_view path = name.text();
            if (path.empty()) {
                return usage(
                    "--parameter-overrides: $include takes a file, or a list of files",
                    "write $include: other.yaml",
                    name.where());
            }
            path.remove_prefix(path.starts_with(file_prefix) ? file_prefix.size() : 0);
            TRY(file(folder / path));
        }
        return {};
    }

    base::Result<void> set(const std::string& name, const data::Value& value) {
        if (const data::List* list = value.as_list()) {
            std::vector<std::string> items;
            for (const data::Value& item : *list) {
                if (item.is_list() || item.is_map()) {
                    return not_a_value(name, item);
                }
                const std::string text = python_text(item);
                if (const std::string_view trimmed = base::trim(text); !trimmed.empty()) {
                    items.emplace_back(trimmed);
                }
            }
            values_[name] = base::join(items, ",");
            return {};
        }
        if (value.is_map()) {
            return not_a_value(name, value);
        }
        values_[name] = python_text(value);
        return {};
    }

    static tl::unexpected<base::Error>
    not_a_value(const std::string& name, const data::Value& value) {
        return usage(
            fmt::format("--parameter-overrides: {} is no value of a parameter", name),
            "write a text, a number, true, false, or a list of them",
            value.where());
    }

    model::ParameterOverrides values_;
    std::vector<fs::path> open_; // files that are being read
};

} // namespace

base::Result<model::ParameterOverrides>
read_parameter_overrides(const std::vector<std::string>& given) {
    Reader reader;
    for (const std::string& text : given) {
        TRY(reader.text(text, {}));
    }
    return std::move(reader).take();
}

} // namespace samara::app
