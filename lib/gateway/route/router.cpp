#include "gateway/route/router.h"

#include "base/percent.h"
#include "gateway/route/methods.h"

#include <algorithm>

namespace samara::gateway {

namespace {

constexpr std::uint8_t literal_rank = 4;
constexpr std::uint8_t parameter_rank = 3;
constexpr std::uint8_t greedy_rank = 2;
constexpr std::uint8_t default_rank = 1;

bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool is_greedy(std::string_view segment) {
    return is_parameter(segment) && segment[segment.size() - 2] == '+';
}

/// The first segment of "/a/b" and what follows it ("/b"); a trailing slash counts for nothing.
std::string_view next_segment(std::string_view& path) {
    path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash);
    return segment;
}

std::string_view without_trailing_slash(std::string_view path) {
    if (!path.empty() && path.back() == '/') {
        path.remove_suffix(1);
    }
    return path;
}

} // namespace

struct Router::Search {
    std::string_view method;
    std::string_view rest; ///< "/b/c" or empty: what is not matched yet
    std::vector<std::string_view> values;
    std::vector<std::uint8_t> rank;
    const Route* route = nullptr;
    bool any_method = false; ///< only the path counts
};

const Route* Router::Methods::find(std::string_view method) const {
    if (const auto found = by_name.find(method); found != by_name.end()) {
        return found->second;
    }
    const auto any = by_name.find(std::string_view("ANY"));
    return any == by_name.end() || !is_method(method) ? nullptr : any->second;
}

Router::Router(const Api& api) : kind_(api.kind) {
    for (const Route& route : api.routes) {
        add(route);
    }
}

void Router::add(const Route& route) {
    if (route.path == "$default") {
        default_.by_name.insert_or_assign(route.method, &route);
        return;
    }
    Node* node = &root_;
    std::string_view rest = without_trailing_slash(route.path);
    while (!rest.empty()) {
        const std::string_view segment = next_segment(rest);
        if (is_greedy(segment)) {
            node->greedy.by_name.insert_or_assign(route.method, &route);
            return;
        }
        std::unique_ptr<Node>& child =
            is_parameter(segment) ? node->parameter : node->literals[std::string(segment)];
        if (!child) {
            child = std::make_unique<Node>();
        }
        node = child.get();
    }
    node->methods.by_name.insert_or_assign(route.method, &route);
}

/// Whether the search ends at `methods`. A REST API has ended at a resource even when that lacks
/// the method; an HTTP API goes on looking.
bool Router::take(const Methods& methods, Search& search, std::uint8_t rank) const {
    if (methods.empty()) {
        return false;
    }
    if (search.any_method) {
        return true;
    }
    search.route = methods.find(search.method);
    if (search.route == nullptr) {
        return kind_ == ApiKind::rest;
    }
    search.rank.push_back(rank);
    return true;
}

/// Depth first, most specific child first. A node is reached by one path of the tree only, so the
/// work is bounded by the number of nodes however long the request's path is.
bool Router::descend(const Node& node, Search& search) const {
    if (search.rest.empty()) {
        return take(node.methods, search, literal_rank);
    }
    const std::string_view whole = search.rest;
    const std::string_view segment = next_segment(search.rest);
    const std::string_view after = search.rest;
    auto literal = node.literals.find(segment);
    if (literal == node.literals.end() && segment.find('%') != std::string_view::npos) {
        literal = node.literals.find(base::percent_decode(segment));
    }
    if (literal != node.literals.end()) {
        search.rank.push_back(literal_rank);
        if (descend(*literal->second, search)) {
            return true;
        }
        search.rank.pop_back();
    }
    if (node.parameter && !segment.empty()) {
        search.rest = after;
        search.rank.push_back(parameter_rank);
        search.values.push_back(segment);
        if (descend(*node.parameter, search)) {
            return true;
        }
        search.values.pop_back();
        search.rank.pop_back();
    }
    search.rest = whole;
    if (take(node.greedy, search, greedy_rank)) {
        search.values.push_back(whole.substr(1));
        return true;
    }
    return false;
}

bool Router::has_path(std::string_view path) const {
    Search search{{}, without_trailing_slash(path), {}, {}};
    search.any_method = true;
    return descend(root_, search) || take(default_, search, default_rank);
}

std::optional<Router::Match> Router::match(std::string_view method, std::string_view path) const {
    Search search{method, without_trailing_slash(path), {}, {}};
    if (!descend(root_, search) && !take(default_, search, default_rank)) {
        return std::nullopt;
    }
    if (search.route == nullptr) {
        return std::nullopt;
    }
    Match match{search.route, {}, std::move(search.rank)};
    if (search.route->path != "$default") {
        // The tree is shared by routes that name their parameters differently: names come from the
        // route that was chosen.
        auto value = search.values.begin();
        std::string_view names = without_trailing_slash(search.route->path);
        while (!names.empty() && value != search.values.end()) {
            const std::string_view segment = next_segment(names);
            if (is_parameter(segment)) {
                const std::size_t braces = is_greedy(segment) ? 3 : 2;
                match.parameters.emplace_back(segment.substr(1, segment.size() - braces), *value++);
            }
        }
    }
    return match;
}

} // namespace samara::gateway
