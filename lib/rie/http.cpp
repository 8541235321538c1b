#include "rie/http.h"

#include "rie/json_text.h"

#include <fmt/format.h>

#include <strings.h>

namespace samara::rie {

std::string_view find(const Headers& headers, std::string_view name) {
    for (const Header& header : headers) {
        if (header.name.size() == name.size() &&
            ::strncasecmp(header.name.data(), name.data(), name.size()) == 0) {
            return header.value;
        }
    }
    return {};
}

HttpReply error_reply(unsigned status, std::string_view type, std::string_view message) {
    return {status, error_document(type, message), {}};
}

} // namespace samara::rie
