#pragma once

#include "gateway/route/model.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::gateway {

/// The routes of one API, compiled into a tree over path segments.
///
/// HTTP APIs choose the most specific route that has the method: literal segments before {id},
/// {id} before {proxy+}, those before $default, and a method before ANY.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
/// REST APIs choose the most specific resource and then look for the method there only.
class Router {
public:
    struct Match {
        const Route* route = nullptr;
        /// Name and value as in the path (still percent-encoded), in the order of the path.
        std::vector<std::pair<std::string_view, std::string_view>> parameters;
        /// Larger is more specific; compares matches of several APIs.
        std::vector<std::uint8_t> rank;
    };

    /// `api` must outlive the router. Of two routes with the same method and path the last counts.
    explicit Router(const Api& api);

    /// `path` is the raw path: escapes are not decoded before it is taken apart, so that %2F stays
    /// within a segment. The views in the result point into it and into the API.
    [[nodiscard]] std::optional<Match> match(std::string_view method, std::string_view path) const;

    /// Whether a route has this path, whatever its method.
    [[nodiscard]] bool has_path(std::string_view path) const;

private:
    struct Methods {
        std::map<std::string, const Route*, std::less<>> by_name;

        [[nodiscard]] const Route* find(std::string_view method) const;

        [[nodiscard]] bool empty() const { return by_name.empty(); }
    };

    struct Node {
        std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
        std::unique_ptr<Node> parameter;
        Methods methods; ///< of the path that ends here
        Methods greedy;  ///< of {proxy+} below this node
    };

    struct Search;

    void add(const Route& route);
    bool descend(const Node& node, Search& search) const;
    bool take(const Methods& methods, Search& search, std::uint8_t rank) const;

    ApiKind kind_;
    Node root_;
    Methods default_;
};

} // namespace samara::gateway
