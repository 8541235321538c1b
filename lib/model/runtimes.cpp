#include "model/runtimes.h"

#include "base/strings.h"
#include "data/accessors.h"
#include "data/embedded_table.h"
#include "samara_model_files.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace samara::model {

namespace {

// 34 of "2.34".
int glibc_minor(std::string_view version) {
    version.remove_prefix(version.find('.') + 1);
    int minor = 0;
    std::from_chars(version.data(), version.data() + version.size(), minor);
    return minor;
}

std::vector<Runtime> read_table() {
    const data::Value table = data::embedded_table(embedded("runtimes.json"), "runtimes.json");
    std::vector<Runtime> rows;
    for (const data::Value& row : *table.as_list()) {
        Runtime runtime{
            data::text_of(row, "id"),
            data::text_of(row, "family"),
            data::text_of(row, "image"),
            {},
            glibc_minor(row.find("glibc")->text()),
            data::text_of(row, "deprecated"),
            data::text_of(row, "blocked")};
        for (const data::Value& architecture : *row.find("architectures")->as_list()) {
            runtime.architectures.emplace_back(architecture.text());
        }
        rows.push_back(std::move(runtime));
    }
    return rows;
}

} // namespace

const std::vector<Runtime>& runtimes() {
    static const std::vector<Runtime> table = read_table();
    return table;
}

std::optional<Runtime> find_runtime(std::string_view id) {
    const auto found = std::find_if(
        runtimes().begin(), runtimes().end(), [&](const Runtime& row) { return row.id == id; });
    return found == runtimes().end() ? std::nullopt : std::optional(*found);
}

std::string runtime_family(std::string_view id) {
    if (const auto known = find_runtime(id)) {
        return known->family;
    }
    const auto found = std::find_if(runtimes().begin(), runtimes().end(), [&](const Runtime& row) {
        return id.starts_with(row.family);
    });
    return found == runtimes().end() ? std::string() : found->family;
}

int glibc_minor_of(std::string_view runtime) {
    const auto known = find_runtime(runtime);
    return known ? known->glibc_minor : runtimes().front().glibc_minor;
}

std::string nearest_runtime(std::string_view id) {
    std::vector<std::string_view> ids;
    for (const Runtime& row : runtimes()) {
        ids.emplace_back(row.id);
    }
    return std::string(base::nearest(id, ids));
}

std::string today() {
    const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    const std::chrono::year_month_day date(now);
    return fmt::format(
        "{:04}-{:02}-{:02}",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()));
}

bool is_retired(const Runtime& runtime, std::string_view day) {
    return !runtime.blocked.empty() && runtime.blocked <= day;
}

} // namespace samara::model
