#include "gateway/websocket/connections.h"

#include "aws/api_gateway_limits.h"
#include "base/iso_time.h"
#include "base/json_writer.h"
#include "base/percent.h"
#include "base/strings.h"

#include <ctime>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

constexpr std::uint16_t going_away = 1001;
constexpr std::uint16_t normal_closure = 1000;

/// The id in "/@connections/<id>" or "/<stage>/@connections/<id>".
std::optional<std::string> connection_in(std::string_view path) {
    constexpr std::string_view marker = "/@connections/";
    const std::string decoded = base::percent_decode(path);
    const std::size_t at = decoded.find(marker);
    const bool behind_a_stage =
        at != std::string::npos && decoded.rfind('/', at) == at && decoded.find('/', 1) >= at;
    if (!behind_a_stage || at + marker.size() == decoded.size()) {
        return std::nullopt;
    }
    return decoded.substr(at + marker.size());
}

net::HttpResponse failure(int status, std::string_view type, std::string_view message) {
    net::HttpResponse response{
        status,
        {{"Content-Type", "application/json"}, {"x-amzn-ErrorType", std::string(type)}},
        {}};
    base::JsonWriter(response.body).begin_object().member("message", message).end_object();
    return response;
}

bool is_binary_payload(const net::HttpRequest& request) {
    return !base::is_utf8(request.body);
}

} // namespace

void Connections::add(
    std::shared_ptr<const SocketClient> client, std::shared_ptr<SocketPeer> peer) {
    const std::scoped_lock lock(mutex_);
    const std::string& id = client->id;
    const auto connected_at = client->connected_at;
    connections_.insert_or_assign(id, Connection{client, std::move(peer), connected_at});
}

void Connections::remove(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = connections_.find(id); found != connections_.end()) {
        connections_.erase(found);
    }
}

void Connections::touch(std::string_view id, std::chrono::system_clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = connections_.find(id); found != connections_.end()) {
        found->second.last_active = now;
    }
}

std::size_t Connections::size() const {
    const std::scoped_lock lock(mutex_);
    return connections_.size();
}

std::vector<Connections::View> Connections::list() const {
    const std::scoped_lock lock(mutex_);
    std::vector<View> views;
    views.reserve(connections_.size());
    for (const auto& [id, connection] : connections_) {
        views.push_back({connection.client, connection.last_active});
    }
    return views;
}

std::optional<Connections::Connection> Connections::find(std::string_view id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = connections_.find(id);
    return found == connections_.end() ? std::nullopt : std::optional(found->second);
}

bool Connections::send(
    std::string_view id,
    std::string message,
    bool binary,
    std::chrono::system_clock::time_point now) {
    const auto connection = find(id);
    if (!connection || !connection->peer->send(std::move(message), binary)) {
        return false;
    }
    touch(id, now);
    return true;
}

void Connections::close_expired(std::chrono::system_clock::time_point now) {
    std::vector<std::shared_ptr<SocketPeer>> expired;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& [id, connection] : connections_) {
            if (now - connection.last_active >= aws::api_gateway::socket_idle_timeout ||
                now - connection.client->connected_at >= aws::api_gateway::socket_duration) {
                expired.push_back(connection.peer);
            }
        }
    }
    for (const std::shared_ptr<SocketPeer>& peer : expired) {
        peer->close(going_away, "Going away");
    }
}

bool Connections::manages(const net::HttpRequest& request) {
    return connection_in(request.path()).has_value();
}

std::optional<net::HttpResponse>
Connections::manage(const net::HttpRequest& request, std::chrono::system_clock::time_point now) {
    const auto id = connection_in(request.path());
    if (!id) {
        return std::nullopt;
    }
    const auto connection = find(*id);
    const net::HttpResponse gone = failure(410, "GoneException", "Gone");
    if (request.method == "POST") {
        if (request.body.size() > aws::api_gateway::socket_message) {
            return failure(413, "PayloadTooLargeException", "Message too long");
        }
        return send(*id, request.body, is_binary_payload(request), now)
                   ? net::HttpResponse{200, {}, {}}
                   : gone;
    }
    if (!connection) {
        return gone;
    }
    if (request.method == "DELETE") {
        connection->peer->close(normal_closure, "Connection Closed Normally");
        return net::HttpResponse{204, {}, {}};
    }
    if (request.method != "GET") {
        return failure(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    net::HttpResponse response{200, {{"Content-Type", "application/json"}}, {}};
    base::JsonWriter json(response.body);
    json.begin_object();
    json.member("connectedAt", base::iso_seconds(connection->client->connected_at));
    json.key("identity").begin_object();
    json.member("sourceIp", connection->client->source_ip);
    json.member("userAgent", connection->client->user_agent).end_object();
    json.member("lastActiveAt", base::iso_seconds(connection->last_active)).end_object();
    return response;
}

} // namespace samara::gateway
