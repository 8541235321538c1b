#include "gateway/message/media_type.h"

#include "base/strings.h"

#include <algorithm>
#include <array>

namespace samara::gateway {

namespace {

constexpr std::array<std::string_view, 4> text_types{
    "application/json", "application/javascript", "application/xml", "application/graphql"};

} // namespace

std::string essence_of(std::string_view content_type) {
    return base::to_lower(base::trim(content_type.substr(0, content_type.find(';'))));
}

bool is_text(std::string_view content_type) {
    const std::string type = essence_of(content_type);
    return type.empty() || type.starts_with("text/") || type.ends_with("+json") ||
           type.ends_with("+xml") ||
           std::find(text_types.begin(), text_types.end(), type) != text_types.end();
}

bool is_binary(std::string_view content_type, const std::vector<std::string>& binary_media_types) {
    const std::string type = essence_of(content_type);
    return std::any_of(
        binary_media_types.begin(), binary_media_types.end(), [&](const std::string& binary) {
            if (binary == "*/*") {
                return true;
            }
            const std::string wanted = essence_of(binary);
            if (wanted.ends_with("/*")) {
                return type.starts_with(wanted.substr(0, wanted.size() - 1));
            }
            return type == wanted;
        });
}

} // namespace samara::gateway
