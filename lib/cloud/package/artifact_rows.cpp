#include "cloud/package/artifact_rows.h"

#include "base/strings.h"
#include "data/accessors.h"
#include "data/embedded_table.h"
#include "samara_cloud_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace samara::cloud {

namespace {

constexpr std::string_view file = "schemas/cloud/artifacts.json";

Form form_of(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, Form>, 6> names{{
        {"url", Form::url},
        {"code", Form::code},
        {"object", Form::object},
        {"image", Form::image},
        {"template", Form::packaged},
        {"https", Form::https},
    }};
    return std::find_if(
               names.begin(), names.end(), [&](const auto& row) { return row.first == name; })
        ->second;
}

std::vector<ArtifactRow> read_rows() {
    std::vector<ArtifactRow> rows;
    const data::Value table = data::embedded_table(embedded(file), file);
    for (const data::Value& row : *table.as_list()) {
        ArtifactRow read;
        read.type = data::text_of(row, "type");
        read.below = data::text_of(row, "below");
        const std::string property = data::text_of(row, "property");
        for (const std::string_view part : base::split(property, '.')) {
            read.property.emplace_back(part);
        }
        read.form = form_of(data::text_of(row, "form"));
        read.lambda = data::is_true(row.find("lambda"));
        read.own_folder = data::is_true(row.find("own_folder"));
        read.package_type = data::text_of(row, "package_type");
        rows.push_back(std::move(read));
    }
    return rows;
}

bool all_of(std::string_view text, bool (*is)(char)) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_repository_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') ||
           std::string_view("._/-").find(c) != std::string_view::npos;
}

bool is_region_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
}

bool is_ecr_host(std::string_view host) {
    const auto parts = base::split(host, '.');
    constexpr std::size_t least = 6; // 123456789012.dkr.ecr.REGION.amazonaws.com
    return parts.size() >= least && all_of(parts[0], is_digit) && parts[1] == "dkr" &&
           (parts[2] == "ecr" || parts[2] == "ecr-fips") && all_of(parts[3], is_region_character) &&
           parts[4].starts_with("amazonaws");
}

bool is_local_host(std::string_view host) {
    const std::size_t colon = host.find(':');
    const std::string_view name = host.substr(0, colon);
    return (name == "localhost" || name == "127.0.0.1") &&
           (colon == std::string_view::npos || all_of(host.substr(colon + 1), is_digit));
}

} // namespace

std::span<const ArtifactRow> artifact_rows() {
    static const std::vector<ArtifactRow> rows = read_rows();
    return rows;
}

bool is_s3_url(std::string_view text) {
    return text.starts_with("s3://") || text.starts_with("https://s3");
}

bool is_ecr_url(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return false;
    }
    const std::string_view host = text.substr(0, slash);
    std::string_view name = text.substr(slash + 1);
    name = name.substr(0, name.find_first_of(":@"));
    return (is_ecr_host(host) || is_local_host(host)) && all_of(name, is_repository_character);
}

} // namespace samara::cloud
