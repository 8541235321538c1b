#include "aws_client/service_table.h"

#include "data/accessors.h"
#include "data/embedded_table.h"
#include "samara_aws_client_files.h"

#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

namespace samara::aws_client {

namespace {

constexpr std::string_view file = "aws_services.json";

std::string_view member(const data::Value& row, std::string_view key, std::string_view otherwise) {
    const data::Value* value = row.find(key);
    return value == nullptr ? otherwise : value->text();
}

Protocol protocol_of(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, Protocol>, 4> names{{
        {"json-1.0", Protocol::json_1_0},
        {"json-1.1", Protocol::json_1_1},
        {"rest-json", Protocol::rest_json},
        {"rest-xml", Protocol::rest_xml},
    }};
    for (const auto& [known, protocol] : names) {
        if (known == name) {
            return protocol;
        }
    }
    return Protocol::query;
}

using Table = std::map<std::string, Service, std::less<>>;

Table read_table() {
    static const data::Value rows = data::embedded_table(embedded(file), file);
    Table table;
    for (const data::Entry& entry : *rows.as_map()) {
        const data::Value& row = entry.value;
        const std::string_view host = member(row, "host", {});
        table.emplace(
            entry.key,
            Service{
                .name = entry.key,
                .host = host,
                .dual_stack_host = member(row, "dual_stack_host", host),
                .signing_name = member(row, "signing_name", entry.key),
                .id = member(row, "id", {}),
                .protocol = protocol_of(member(row, "protocol", {})),
                .version = member(row, "version", {}),
                .target = member(row, "target", {}),
                .global = data::is_true(row.find("global")),
                .is_unsigned = data::is_true(row.find("unsigned")),
                .query_errors = data::is_true(row.find("query_errors")),
                .operations = row.find("operations")});
    }
    return table;
}

} // namespace

const Service& service_named(std::string_view name) {
    static const Table table = read_table();
    const auto found = table.find(name);
    if (found == table.end()) {
        std::abort();
    }
    return found->second;
}

OperationRow operation_named(const Service& service, std::string_view name) {
    if (service.operations == nullptr) {
        return {};
    }
    const data::Value* row = service.operations->find(name);
    if (row == nullptr) {
        std::abort();
    }
    return {
        .method = member(*row, "method", {}),
        .path = member(*row, "path", {}),
        .body = member(*row, "body", {}),
        .raw_answer = data::is_true(row->find("raw_answer")),
        .once = data::is_true(row->find("once")),
        .query = row->find("query"),
        .headers = row->find("headers"),
        .header_maps = row->find("header_maps")};
}

} // namespace samara::aws_client
