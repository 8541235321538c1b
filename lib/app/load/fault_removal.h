#pragma once

#include "app/load/fault_place.h"
#include "base/error.h"
#include "data/value.h"
#include "gateway/route/closed.h"
#include "transform/transform.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

/// Taking what is wrong out of a template. Private to app/.
namespace samara::app {

class FaultRemoval {
public:
    /// Works on `document`, which outlives it.
    FaultRemoval(data::Value& document, const transform::Options& options);

    /// Takes out the smallest part of the template that `error` names and that is still there, or
    /// writes the value of an intrinsic function in its place where that is known. Says what was
    /// done; nothing when the error names no part of the template.
    std::optional<std::string> remove(const base::Error& error);

    /// Whether it keeps Globals from being understood: then no resource has what it inherits, and
    /// what is said of resources may follow from that.
    [[nodiscard]] bool concerns_globals(const base::Error& error) const;

    gateway::Closed closed;
    std::map<std::string, base::Error, std::less<>> broken; ///< by logical id

private:
    static constexpr std::string_view rest_type = "AWS::Serverless::Api";
    static constexpr std::string_view http_type = "AWS::Serverless::HttpApi";
    static constexpr std::string_view socket_type = "AWS::Serverless::WebSocketApi";
    static constexpr std::string_view function_type = "AWS::Serverless::Function";
    static bool is_api(std::string_view type);

    data::Value* at(const Keys& keys);
    bool first_time(const Keys& keys);
    bool erase(Keys keys, std::size_t depth);
    bool take_any_value(const std::string& parameter);
    bool evaluate(const Keys& keys, std::string& shown);

    std::optional<std::string> not_inherited(const Keys& keys, const base::Error& error);
    std::optional<std::string> in_globals(const Keys& keys, const base::Error& error);
    std::optional<std::string> in_resource(const Keys& keys, const base::Error& error);
    std::optional<std::string> in_event(const Keys& keys, const base::Error& error);
    std::optional<std::string> in_api(const Keys& keys, const base::Error& error);
    std::optional<std::string> in_auth(const Keys& keys, const base::Error& error);
    std::optional<std::string> close_whole(const Keys& auth, const base::Error& error);
    std::optional<std::string> in_definition(const Keys& keys, const base::Error& error);
    std::optional<std::string> whole_resource(const std::string& id, const base::Error& error);
    std::string
    close_authorizer(const std::string& api, const std::string& name, const base::Error& error);
    void close_route(const Keys& event, const base::Error& error, bool protection);
    void close_api(const std::string& id, const base::Error& error);
    [[nodiscard]] std::string type_of(const std::string& id) const;

    data::Value& document_;
    const transform::Options& options_;
    std::set<std::string> done_; // paths that were worked on
};

} // namespace samara::app
