#pragma once

#include "net/http_message.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the page never shows. Private to console/.
namespace samara::console {

/// The rule, in one place:
///
/// - By name: the value of a header, a parameter of the query or a member of an event whose name
///   says that it is a secret (is_secret_name).
/// - By value, wherever it stands (paths, headers, bodies, events, results, logs, errors), also
///   JSON-escaped or percent-encoded: what was hidden by name in the same request, and the value of
///   every environment variable of a function, but for those that Lambda itself sets.
///
/// Values of less than 6 bytes, of 4 where the name says that they are secrets, are not looked for
/// by value: half of a page would be hidden with them ("1", "true"). What is hidden shows its name,
/// "(hidden:DB_PASSWORD)".
class Secrets {
public:
    static constexpr std::size_t shortest = 6;
    static constexpr std::size_t shortest_named = 4;

    using Variables = std::vector<std::pair<std::string, std::string>>;

    explicit Secrets(const Variables& variables = {});

    /// Hides what this request and its answer have by name.
    void add(const net::HttpRequest& request, const net::HttpHeaders& response);

    /// Texts without the values; of one that is `cut`, also without what may be the beginning of
    /// one at its end.
    [[nodiscard]] std::string hide(std::string_view text, bool cut = false) const;

    /// The same of JSON, which need not be whole: members by name, too.
    [[nodiscard]] std::string hide_json(std::string_view json, bool cut = false) const;

    [[nodiscard]] std::string hide_header(const net::HttpHeader& header) const;

    /// A path with its query.
    [[nodiscard]] std::string hide_target(std::string_view target) const;

private:
    struct Needle {
        std::string value;
        std::string shown;
    };

    void add_value(std::string_view name, std::string_view value, std::size_t least);
    void add_needle(std::string value, const std::string& shown);
    void add_header(const net::HttpHeader& header);
    [[nodiscard]] const Needle* at(std::string_view text, bool cut) const;

    std::array<std::vector<Needle>, 256> needles_; // by first byte, the longest first
};

/// "Authorization", "Set-Cookie", "x-api-key", "sessionToken", "client_secret".
bool is_secret_name(std::string_view name);

/// "(hidden:Authorization)"
std::string hidden(std::string_view name);

} // namespace samara::console
