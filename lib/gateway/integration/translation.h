#pragma once

#include "gateway/integration/mapping.h"
#include "gateway/message/gateway_response.h"
#include "gateway/route/call.h"
#include "net/http_message.h"

#include <optional>
#include <string>

/// A request on its way through the mapping of its integration, and the answer on its way back.
namespace samara::gateway {

/// What the integration is asked.
struct TranslatedRequest {
    std::string body;
    bool by_template = false; ///< the body is made by one
    std::string content_type;
    net::HttpHeaders headers; ///< mapped ones only
    TextPairs query;
    TextPairs path;
};

/// What the integration has answered.
struct Answer {
    /// What patterns select by: a status, or the errorMessage of a function that failed. Empty: a
    /// function that did not.
    std::string selector;
    std::string body;
    net::HttpHeaders headers;
    /// What an answer without a template is sent as; empty: it has no body.
    std::string content_type;
};

/// Why there is nothing to send on.
struct Untranslated {
    Refusal refusal = Refusal::api_configuration_error;
    std::string reason; ///< for the log
    std::string message = {};
};

tl::expected<TranslatedRequest, Untranslated>
translate_request(const Call& call, const Mapping& mapping);

tl::expected<net::HttpResponse, Untranslated>
translate_answer(const Call& call, const Mapping& mapping, const Answer& answer);

/// What is for an answer that `selector` describes; nullptr: nothing.
const MappedResponse* response_for(const Mapping& mapping, const std::string& selector);

/// Parameters alone, as proxy integrations have them.
void map_parameters(const Call& call, const Mapping& mapping, TranslatedRequest& request);

} // namespace samara::gateway
