#include "gateway/integration/content_handling.h"

#include "base/base64.h"
#include "base/strings.h"
#include "data/read.h"
#include "gateway/message/media_type.h"

namespace samara::gateway {

namespace {

/// What a function of JavaScript or Python returns is a JSON text: its quotes are not part of the
/// base64.
tl::expected<std::string, Untranslated> decoded(std::string body) {
    std::string text(base::trim(body));
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        const auto value = data::read_json(text, "payload");
        text = value && value->is_string() ? *value->as_string() : text;
    }
    auto bytes = base::base64_decode(text);
    if (!bytes) {
        return tl::unexpected(Untranslated{
            Refusal::api_configuration_error,
            "the payload is to become binary (contentHandling, binary media types) and is no "
            "base64"});
    }
    return std::move(*bytes);
}

} // namespace

tl::expected<std::string, Untranslated>
converted_request(const Call& call, ContentHandling handling, std::string body) {
    if (call.api.kind == ApiKind::http) {
        return body;
    }
    const bool binary = is_binary(call.header("Content-Type"), call.api.binary_media_types);
    switch (handling) {
    case ContentHandling::to_binary:
        return binary ? std::move(body) : decoded(std::move(body));
    case ContentHandling::to_text:
        return binary ? base::base64_encode(body) : base::to_utf8(std::move(body));
    case ContentHandling::none:
        break;
    }
    return binary ? std::move(body) : base::to_utf8(std::move(body));
}

tl::expected<std::string, Untranslated> converted_answer(
    const Call& call, ContentHandling handling, std::string_view type, std::string body) {
    if (call.api.kind == ApiKind::http) {
        return body;
    }
    const std::string_view accept = call.header("Accept");
    const bool binary = is_binary(type, call.api.binary_media_types);
    bool wanted = handling == ContentHandling::to_binary;
    if (handling == ContentHandling::none) {
        wanted = is_binary(accept.substr(0, accept.find(',')), call.api.binary_media_types);
    }
    if (binary) {
        return wanted ? std::move(body) : base::base64_encode(body);
    }
    return wanted ? decoded(std::move(body)) : base::to_utf8(std::move(body));
}

} // namespace samara::gateway
