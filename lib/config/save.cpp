#include "config/save.h"

#include "config/format.h"
#include "data/write.h"
#include "os/file.h"

#include <fmt/format.h>

namespace samara::config {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view new_file_version = "0.1";

base::Result<std::string> edit_tree(
    std::string_view text,
    const fs::path& path,
    std::string_view environment,
    std::string_view command,
    const Parameters& parameters) {
    auto document = text.empty() ? base::Result<data::Value>() : read_settings(text, path);
    if (!document) {
        return tl::unexpected(std::move(document.error()));
    }
    if (document->is_null()) {
        *document = data::Map{{"version", 0.1}};
    }
    data::Value* section = &*document;
    for (const std::string& name :
         {std::string(environment), section_name(command), std::string("parameters")}) {
        if (!section->is_map()) {
            return base::fail("must be a table", {}, section->where());
        }
        section = &(*section->as_map())[name];
        if (section->is_null()) {
            *section = data::Map();
        }
    }
    if (!section->is_map()) {
        return base::fail("parameters must be a table", {}, section->where());
    }
    for (const auto& [name, value] : parameters) {
        section->as_map()->set(name, value);
    }
    return format_of(path) == Format::json ? data::write_json(*document, 2) + "\n"
                                           : data::write_yaml(*document);
}

} // namespace

base::Result<void> save_parameters(
    const fs::path& path,
    std::string_view environment,
    std::string_view command,
    const Parameters& parameters) {
    std::string text;
    std::error_code ignored;
    if (fs::exists(path, ignored)) {
        auto content = os::read_file(path);
        if (!content) {
            return tl::unexpected(std::move(content.error()));
        }
        text = std::move(*content);
    }
    if (text.empty() && format_of(path) == Format::toml) {
        text = fmt::format("version = {}\n", new_file_version);
    }
    auto edited = format_of(path) == Format::toml
                      ? edit_toml(text, environment, command, parameters)
                      : edit_tree(text, path, environment, command, parameters);
    if (!edited) {
        if (edited.error().where.known()) {
            edited.error().where.file = std::make_shared<const std::string>(path.string());
        }
        return tl::unexpected(std::move(edited.error()));
    }
    return os::write_file_atomically(path, *edited);
}

} // namespace samara::config
