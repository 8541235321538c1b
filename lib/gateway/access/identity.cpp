#include "gateway/access/identity.h"

#include "base/percent.h"
#include "gateway/message/event.h"
#include "gateway/message/request_value.h"

namespace samara::gateway {

namespace {

std::string context_value(const Call& call, std::string_view name) {
    if (name == "httpMethod") {
        return call.request.method;
    }
    if (name == "path") {
        return std::string(call.request.path());
    }
    if (name == "routeKey") {
        return route_key(*call.match.route);
    }
    if (name == "resourcePath") {
        return call.match.route->path;
    }
    if (name == "stage") {
        return call.api.stage;
    }
    if (name == "identity.sourceIp") {
        return call.request.remote_address;
    }
    return name == "requestId" ? call.request_id : std::string();
}

void join(std::string& values, std::string_view value) {
    values.append(values.empty() ? "" : ",").append(value);
}

} // namespace

std::string identity_value(const Call& call, const IdentitySource& source) {
    // All values of a header or parameter that occurs more than once, as the function gets to see
    // them: what is checked and what is used must not be two of them.
    std::string values;
    switch (source.kind) {
    case IdentitySource::Kind::header:
        for (const net::HttpHeader& header : call.request.headers) {
            if (net::equal_ignoring_case(header.name, source.name)) {
                join(values, header.value);
            }
        }
        return values;
    case IdentitySource::Kind::query:
        for (const auto& [name, value] : base::parse_query(call.request.query())) {
            if (name == source.name) {
                join(values, value);
            }
        }
        return values;
    case IdentitySource::Kind::stage_variable:
        for (const auto& [name, value] : call.api.stage_variables) {
            if (name == source.name) {
                return value;
            }
        }
        return {};
    case IdentitySource::Kind::context:
        return context_value(call, source.name);
    }
    return {};
}

} // namespace samara::gateway
