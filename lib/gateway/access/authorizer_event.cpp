#include "base/strings.h"
#include "gateway/message/event.h"
#include "gateway/message/socket_event.h"

namespace samara::gateway {

std::string authorizer_event(
    const Call& call,
    const LambdaAuthorizer& authorizer,
    const std::vector<std::string>& identity,
    std::string_view arn) {
    if (call.socket != nullptr) {
        return socket_authorizer_event(
            {call.api, *call.socket, call.match.route->path, call.request_id, call.time},
            call.request,
            arn);
    }
    std::string event;
    base::JsonWriter json(event);
    json.begin_object();
    if (authorizer.kind == LambdaAuthorizer::Kind::token) {
        json.member("type", "TOKEN");
        json.member("authorizationToken", identity.empty() ? std::string() : identity.front());
        json.member("methodArn", arn);
        json.end_object();
        return event;
    }
    const bool v2 = authorizer.format == PayloadFormat::v2;
    const bool http = call.api.kind == ApiKind::http;
    if (http) {
        json.member("version", v2 ? "2.0" : "1.0");
    }
    json.member("type", "REQUEST");
    json.member(v2 ? "routeArn" : "methodArn", arn);
    if (v2) {
        json.key("identitySource").begin_list();
        for (const std::string& value : identity) {
            json.text(value);
        }
        json.end_list();
        write_request_v2(json, call);
    } else {
        if (http) {
            const std::string joined = base::join(identity, ",");
            json.member("identitySource", joined);
            json.member("authorizationToken", joined);
        }
        write_request_v1(json, call, NoParameters::empty);
    }
    json.end_object();
    return event;
}

} // namespace samara::gateway
