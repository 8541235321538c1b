#include "rie/http.h"

#include "base/base64.h"
#include "rie/json_text.h"

#include <fmt/format.h>

namespace samara::rie {

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
