#include "gateway/message/mangled_body.h"

#include "base/strings.h"
#include "gateway/message/media_type.h"

#include <fmt/format.h>

namespace samara::gateway {

std::string MangledBodies::warning(const Call& call) {
    const std::string_view type = call.header("Content-Type");
    if (call.api.kind != ApiKind::rest || is_binary(type, call.api.binary_media_types) ||
        base::is_utf8(call.request.body)) {
        return {};
    }
    {
        const std::scoped_lock lock(mutex_);
        if (!reported_.insert(call.api.id).second) {
            return {};
        }
    }
    const std::string essence = essence_of(type);
    return fmt::format(
        "{}: the body of {} is binary, and the function gets it as text with U+FFFD for what is no "
        "UTF-8, as behind API Gateway; name {} in the API's BinaryMediaTypes to get it as base64",
        call.api.id,
        route_key(*call.match.route),
        essence.empty() ? "its media type" : essence);
}

} // namespace samara::gateway
