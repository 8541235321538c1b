#include "console/secrets.h"

#include "base/json_text.h"
#include "base/percent.h"
#include "base/strings.h"
#include "net/http_client.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::console {

namespace {

/// Parts of names, in small letters, without what separates words.
constexpr std::array<std::string_view, 12> secret_words{
    "authorization",
    "cookie",
    "apikey",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "signature",
    "privatekey",
    "accesskey"};

/// What Lambda itself sets is no secret: "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "_HANDLER". Its
/// credentials are, which their names tell.
bool is_of_lambda(std::string_view name) {
    return (name.starts_with("AWS_") && !is_secret_name(name)) || name == "_HANDLER";
}

std::string json_escaped(std::string_view text) {
    std::string quoted;
    base::append_json_bytes(quoted, text);
    return quoted.substr(1, quoted.size() - 2);
}

/// The end of the JSON string that begins at `from`, behind its quote; of the text where it is cut.
std::size_t end_of_string(std::string_view json, std::size_t from) {
    std::size_t at = from + 1;
    while (at < json.size() && json[at] != '"') {
        at += json[at] == '\\' ? 2 : 1;
    }
    return std::min(at + 1, json.size());
}

std::size_t skip_blanks(std::string_view json, std::size_t at) {
    while (at < json.size() && std::string_view(" \t\r\n").find(json[at]) != json.npos) {
        ++at;
    }
    return at;
}

/// The end of a list, a map or a scalar that begins at `from`.
std::size_t end_of_value(std::string_view json, std::size_t from) {
    std::size_t depth = 0;
    std::size_t at = from;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = end_of_string(json, at);
        } else if (c == '[' || c == '{') {
            ++depth;
            ++at;
        } else if (c == ']' || c == '}') {
            if (depth <= 1) {
                return depth == 0 ? at : at + 1;
            }
            --depth;
            ++at;
        } else if (depth == 0 && (c == ',' || c == ' ' || c == '\n')) {
            return at;
        } else {
            ++at;
        }
        if (depth == 0 && json[from] == '"') {
            return at;
        }
    }
    return json.size();
}

} // namespace

bool is_secret_name(std::string_view name) {
    std::string plain = base::to_lower(name);
    std::erase_if(plain, [](char c) { return c == '-' || c == '_' || c == '.' || c == ' '; });
    return std::any_of(secret_words.begin(), secret_words.end(), [&](std::string_view word) {
        return plain.find(word) != std::string::npos;
    });
}

std::string hidden(std::string_view name) {
    return fmt::format("(hidden:{})", name);
}

Secrets::Secrets(const Variables& variables) {
    for (const auto& [name, value] : variables) {
        if (!is_of_lambda(name)) {
            add_value(name, value, is_secret_name(name) ? shortest_named : shortest);
        }
    }
}

void Secrets::add_value(std::string_view name, std::string_view value, std::size_t least) {
    value = base::trim(value);
    if (value.size() < least) {
        return;
    }
    const std::string shown = hidden(name);
    add_needle(std::string(value), shown);
    add_needle(json_escaped(value), shown);
    add_needle(net::percent_encode(value), shown);
}

void Secrets::add_needle(std::string value, const std::string& shown) {
    std::vector<Needle>& row = needles_[static_cast<unsigned char>(value.front())];
    const auto place = std::find_if(row.begin(), row.end(), [&](const Needle& other) {
        return other.value.size() < value.size() || other.value == value;
    });
    if (place == row.end() || place->value != value) {
        row.insert(place, Needle{std::move(value), shown});
    }
}

void Secrets::add_header(const net::HttpHeader& header) {
    if (!is_secret_name(header.name)) {
        return;
    }
    const std::string_view value = header.value;
    add_value(header.name, value, shortest_named);
    if (net::equal_ignoring_case(header.name, "Cookie")) {
        for (const std::string_view pair : base::split(value, ';')) {
            add_value(header.name, pair, shortest_named);
            add_value(header.name, pair.substr(pair.find('=') + 1), shortest_named);
        }
    } else if (net::equal_ignoring_case(header.name, "Set-Cookie")) {
        const std::string_view pair = value.substr(0, value.find(';'));
        add_value(header.name, pair.substr(pair.find('=') + 1), shortest_named);
    } else if (const std::size_t blank = value.find(' '); blank != value.npos) { // "Bearer ..."
        add_value(header.name, value.substr(blank + 1), shortest_named);
    }
}

void Secrets::add(const net::HttpRequest& request, const net::HttpHeaders& response) {
    for (const net::HttpHeader& header : request.headers) {
        add_header(header);
    }
    for (const net::HttpHeader& header : response) {
        add_header(header);
    }
    for (const auto& [name, value] : base::parse_query(request.query())) {
        if (is_secret_name(name)) {
            add_value(name, value, shortest_named);
        }
    }
}

const Secrets::Needle* Secrets::at(std::string_view text, bool cut) const {
    const std::vector<Needle>& row = needles_[static_cast<unsigned char>(text.front())];
    const auto found = std::find_if(row.begin(), row.end(), [&](const Needle& needle) {
        return text.starts_with(needle.value) ||
               (cut && text.size() >= shortest_named && needle.value.starts_with(text));
    });
    return found == row.end() ? nullptr : &*found;
}

std::string Secrets::hide(std::string_view text, bool cut) const {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        if (const Needle* needle = at(text, cut)) {
            shown += needle->shown;
            text.remove_prefix(std::min(needle->value.size(), text.size()));
        } else {
            shown.push_back(text.front());
            text.remove_prefix(1);
        }
    }
    return shown;
}

std::string Secrets::hide_json(std::string_view json, bool cut) const {
    std::string shown;
    std::size_t from = 0; // what is not looked at yet by value
    for (std::size_t at = 0; at < json.size();) {
        if (json[at] != '"') {
            ++at;
            continue;
        }
        const std::size_t end = end_of_string(json, at);
        const std::size_t colon = skip_blanks(json, end);
        const std::string_view name = json.substr(at + 1, end - at - 1);
        at = end;
        if (colon >= json.size() || json[colon] != ':' || !name.ends_with('"') ||
            !is_secret_name(name.substr(0, name.size() - 1))) {
            continue;
        }
        const std::size_t value = skip_blanks(json, colon + 1);
        at = end_of_value(json, value);
        if (json.substr(value, at - value) == "null") {
            continue;
        }
        shown += hide(json.substr(from, value - from));
        shown += '"' + hidden(name.substr(0, name.size() - 1)) + '"';
        from = at;
    }
    return shown + hide(json.substr(from), cut);
}

std::string Secrets::hide_header(const net::HttpHeader& header) const {
    return is_secret_name(header.name) ? hidden(header.name) : hide(header.value);
}

std::string Secrets::hide_target(std::string_view target) const {
    const std::size_t mark = target.find('?');
    std::string shown = hide(target.substr(0, mark));
    if (mark == target.npos) {
        return shown;
    }
    char separator = '?';
    for (const std::string_view parameter : base::split(target.substr(mark + 1), '&')) {
        const std::size_t equals = parameter.find('=');
        const std::string name = base::percent_decode(parameter.substr(0, equals), true);
        shown.push_back(separator);
        shown += equals != parameter.npos && is_secret_name(name)
                     ? std::string(parameter.substr(0, equals + 1)) + hidden(name)
                     : hide(parameter);
        separator = '&';
    }
    return shown;
}

} // namespace samara::console
