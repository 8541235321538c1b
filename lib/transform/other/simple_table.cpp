#include "transform/core/expanders.h"
#include "transform/core/resource.h"
#include "transform/core/tags.h"

#include <array>

#include <fmt/format.h>

/// AWS::Serverless::SimpleTable
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-simpletable.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

struct AttributeType {
    std::string_view name;
    std::string_view letter;
};

constexpr std::array attribute_types{
    AttributeType{"String", "S"}, AttributeType{"Number", "N"}, AttributeType{"Binary", "B"}};

struct PrimaryKey {
    Value name = "id";
    std::string_view type = "S";
};

/// Nothing after an error.
std::optional<PrimaryKey> primary_key(const Resource& table) {
    const Value* given = table.given("PrimaryKey");
    if (given == nullptr) {
        return PrimaryKey{};
    }
    if (!given->is_map()) {
        return std::nullopt; // told with the other properties
    }
    const auto key = table.below("PrimaryKey");
    if (!key || !key->check("SimpleTable/PrimaryKey")) {
        return std::nullopt;
    }
    const std::string_view type = (*key)["Type"].text();
    for (const AttributeType& known : attribute_types) {
        if (known.name == type) {
            return PrimaryKey{(*key)["Name"], known.letter};
        }
    }
    key->error(
        "Type", fmt::format("a primary key is not of Type {}", type), "String, Number or Binary");
    return std::nullopt;
}

} // namespace

void expand_simple_table(Resource& table) {
    const bool good = table.check("SimpleTable");
    auto key = primary_key(table);
    if (!good || !key) {
        return;
    }
    Map out{
        {"AttributeDefinitions",
         List{Map{{"AttributeName", key->name}, {"AttributeType", key->type}}}},
        {"KeySchema", List{Map{{"AttributeName", key->name}, {"KeyType", "HASH"}}}}};
    if (const Value* throughput = table.given("ProvisionedThroughput")) {
        out.set("ProvisionedThroughput", *throughput);
    } else {
        out.set("BillingMode", "PAY_PER_REQUEST");
    }
    for (const char* name : {"TableName", "SSESpecification", "PointInTimeRecoverySpecification"}) {
        if (const Value* value = table.given(name)) {
            out.set(name, *value);
        }
    }
    if (const Map* tags = table["Tags"].as_map(); tags != nullptr && !tags->empty()) {
        out.set("Tags", tag_list(*tags));
    }
    table.emit_main(table.logical_id(), "AWS::DynamoDB::Table", std::move(out));
}

} // namespace samara::transform
