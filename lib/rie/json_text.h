#pragma once

#include <string>
#include <string_view>

namespace samara::rie {

/// `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD.
std::string quote(std::string_view text);

/// `{"errorMessage": ..., "errorType": ...}`
std::string error_document(std::string_view type, std::string_view message);

} // namespace samara::rie
