#include "base/percent.h"

#include "base/strings.h"

namespace samara::base {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

} // namespace

std::string percent_decode(std::string_view text, bool plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                decoded += static_cast<char>(high * 16 + low);
                i += 2;
                continue;
            }
        }
        decoded += plus && text[i] == '+' ? ' ' : text[i];
    }
    return decoded;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> parameters;
    while (!query.empty()) {
        const std::string_view piece = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(piece.size() + 1, query.size()));
        if (piece.empty()) {
            continue;
        }
        const std::size_t equals = piece.find('=');
        parameters.emplace_back(
            // Names that differ in bytes no event can tell are one parameter.
            base::to_utf8(percent_decode(piece.substr(0, equals), true)),
            equals == std::string_view::npos ? std::string()
                                             : percent_decode(piece.substr(equals + 1), true));
    }
    return parameters;
}

} // namespace samara::base
