#include "rie/http.h"

#include "base/base64.h"
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

HttpReply shutting_down() {
    return error_reply(503, "ServiceException", "The execution environment shuts down");
}

Headers error_trailers(std::string_view type, std::string_view document) {
    return {
        {"Lambda-Runtime-Function-Error-Type", std::string(type)},
        {"Lambda-Runtime-Function-Error-Body", base::base64_encode(document)}};
}

} // namespace samara::rie
