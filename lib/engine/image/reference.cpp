#include "engine/image/reference.h"

namespace samara::engine::image {

Reference parse_reference(std::string_view text) {
    Reference reference;
    if (const std::size_t at = text.find('@'); at != text.npos) {
        reference.digest = text.substr(at + 1);
        text = text.substr(0, at);
    }
    // A colon before the last slash is that of a registry's port.
    const std::size_t colon = text.rfind(':');
    const std::size_t slash = text.rfind('/');
    if (colon != text.npos && (slash == text.npos || colon > slash)) {
        reference.tag = text.substr(colon + 1);
        text = text.substr(0, colon);
    }
    reference.repository = text;
    return reference;
}

} // namespace samara::engine::image
