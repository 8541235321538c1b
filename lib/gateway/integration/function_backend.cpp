#include "gateway/integration/function_backend.h"

#include "base/strings.h"
#include "data/accessors.h"
#include "data/json_check.h"
#include "data/read.h"

#include <fmt/format.h>

namespace samara::gateway {

tl::expected<invoke::Request, Untranslated>
function_request(const Call& call, const Mapping& mapping) {
    auto translated = translate_request(call, mapping);
    if (!translated) {
        return tl::unexpected(std::move(translated.error()));
    }
    invoke::Request request;
    // Without a payload the event is an empty object.
    request.payload = base::trim(translated->body).empty() ? "{}" : std::move(translated->body);
    if (const std::string problem = data::json_error(request.payload); !problem.empty()) {
        const std::string message =
            fmt::format("Could not parse request body into json: {}", problem);
        return tl::unexpected(Untranslated{Refusal::bad_request_body, message, message});
    }
    if (const std::string* type = net::find_header(translated->headers, "X-Amz-Invocation-Type");
        type != nullptr && net::equal_ignoring_case(*type, "Event")) {
        request.type = invoke::InvocationType::event;
    }
    return request;
}

Answer function_answer(const invoke::Response& reply) {
    Answer answer;
    answer.body = reply.payload;
    answer.content_type = "application/json";
    if (reply.function_error.empty()) {
        return answer;
    }
    const auto error = data::read_json(reply.payload, "error");
    answer.selector = error ? data::text_of(*error, "errorMessage") : "";
    if (answer.selector.empty()) {
        answer.selector = "null"; // a failure all the same: it is no success without its message
    }
    return answer;
}

} // namespace samara::gateway
