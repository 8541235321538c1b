#pragma once

#include "data/value.h"

#include <cstdint>
#include <string_view>

/// What there is to know of AWS's services and operations before one can be called: a row each of
/// schemas/aws_services.json. Query and JSON services take every operation alike, so only those of
/// REST services have rows of their own.
namespace samara::aws_client {

enum class Protocol : std::uint8_t { query, json_1_0, json_1_1, rest_json, rest_xml };

struct Service {
    std::string_view name;
    std::string_view host;            ///< first part of the host name: "api.ecr"
    std::string_view dual_stack_host; ///< the same where the host has IPv6 addresses
    std::string_view signing_name;
    std::string_view id; ///< as in AWS_ENDPOINT_URL_<ID>
    Protocol protocol = Protocol::query;
    std::string_view version; ///< of the API: Query
    std::string_view target;  ///< prefix of X-Amz-Target: JSON
    bool global = false;      ///< one host for a partition
    bool is_unsigned = false;
    bool query_errors = false; ///< asks for the codes it had as a Query service
    const data::Value* operations = nullptr;
};

/// An operation of a REST service; for others the defaults hold.
struct OperationRow {
    std::string_view method = "POST";
    std::string_view path = "/"; ///< "/{Bucket}/{Key+}?uploads": members, "+" keeps their slashes
    std::string_view body;       ///< member that is the whole body
    bool raw_answer = false;     ///< the answer's body is one member
    bool once = false;           ///< runs code of others: not sent again once it may have begun
    const data::Value* query = nullptr; ///< member to parameter
    const data::Value* headers = nullptr;
    const data::Value* header_maps = nullptr; ///< member to the prefix of its headers
};

/// A name that is not in the table is a mistake of the program, and ends it.
const Service& service_named(std::string_view name);
OperationRow operation_named(const Service& service, std::string_view name);

} // namespace samara::aws_client
