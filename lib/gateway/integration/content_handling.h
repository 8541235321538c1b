#pragma once

#include "gateway/integration/translation.h"

#include <string>
#include <string_view>

namespace samara::gateway {

/// The payload of a request as a REST API hands it to an integration that is no Lambda proxy: text,
/// bytes or base64, by its media type, the API's binary media types and contentHandling. With
/// CONVERT_TO_BINARY it is what templates have left of it that is converted.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
tl::expected<std::string, Untranslated>
converted_request(const Call& call, ContentHandling handling, std::string body);

/// The payload of an answer of media type `type` as the client gets it, which the first media type
/// of its Accept header decides about, too.
tl::expected<std::string, Untranslated> converted_answer(
    const Call& call, ContentHandling handling, std::string_view type, std::string body);

} // namespace samara::gateway
