#pragma once

#include "gateway/route/call.h"
#include "net/http_message.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What HTTP APIs change in requests and responses.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
namespace samara::gateway {

struct ParameterChange {
    enum class Action : std::uint8_t { append, overwrite, remove };
    enum class Place : std::uint8_t { header, query, path, status };
    Action action = Action::append;
    Place place = Place::header;
    std::string name;
    std::string value; ///< "$request.header.name", "${context.stage}-x", "text"
};

struct ParameterMapping {
    std::vector<ParameterChange> request;
    std::map<int, std::vector<ParameterChange>> responses; ///< by the integration's status
};

/// The request as the integration gets it.
net::HttpRequest mapped_request(const Call& call, const ParameterMapping& mapping);

/// Whether the mapping says another path than the client's.
bool overwrites_path(const ParameterMapping& mapping);

/// Changes an integration's response on its way to the client.
void map_response(const Call& call, const ParameterMapping& mapping, net::HttpResponse& response);

/// Headers that API Gateway keeps to itself.
bool is_reserved_header(std::string_view name);

} // namespace samara::gateway
