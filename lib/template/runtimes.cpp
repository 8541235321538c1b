#include "template/runtimes.h"

#include "base/strings.h"
#include "data/read.h"
#include "samara_template_files.h"

namespace samara::model {

namespace {

const data::List& rows() {
    static const data::Value table =
        data::read_json(embedded("runtimes.json").value_or("[]"), "runtimes.json").value();
    return *table.as_list();
}

std::string_view text(const data::Value& row, std::string_view name) {
    const data::Value* value = row.find(name);
    return value == nullptr ? std::string_view() : value->text();
}

} // namespace

std::optional<Runtime> find_runtime(std::string_view id) {
    for (const data::Value& row : rows()) {
        if (text(row, "id") != id) {
            continue;
        }
        Runtime runtime{
            std::string(id),
            std::string(text(row, "family")),
            std::string(text(row, "image")),
            {},
            std::string(text(row, "deprecated"))};
        for (const data::Value& architecture : *row.find("architectures")->as_list()) {
            runtime.architectures.emplace_back(architecture.text());
        }
        return runtime;
    }
    return std::nullopt;
}

std::string nearest_runtime(std::string_view id) {
    std::vector<std::string_view> ids;
    for (const data::Value& row : rows()) {
        ids.push_back(text(row, "id"));
    }
    return std::string(base::nearest(id, ids));
}

} // namespace samara::model
