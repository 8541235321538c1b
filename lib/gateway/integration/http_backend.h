#pragma once

#include "base/error.h"
#include "gateway/integration/translation.h"
#include "net/http_client.h"

#include <string>
#include <string_view>
#include <vector>

namespace samara::gateway {

/// Whether a URL names this machine, or one of `hosts` (small letters): no other host is asked on
/// behalf of a template. Fails with what is wrong with it.
base::Result<void> check_host(std::string_view url, const std::vector<std::string>& hosts);

/// What the server of an integration is asked.
struct BackendRequest {
    net::HttpAddress address;
    net::ClientRequest request;
};

/// For an HTTP or HTTP_PROXY integration. A proxy hands on what the client sent.
/// `stop_descriptor` ends the waiting once it polls readable; -1: nothing does.
tl::expected<BackendRequest, Untranslated> backend_request(
    const Call& call,
    const HttpIntegration& integration,
    TranslatedRequest request,
    int stop_descriptor);

/// Why there is no answer.
Untranslated no_answer(const net::HttpError& error);

/// Headers of an answer that are not of one connection only.
net::HttpHeaders answer_headers(net::HttpHeaders headers);

/// Asks the server of an HTTP or HTTP_PROXY integration.
/// docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
tl::expected<Answer, Untranslated> ask_backend(
    const Call& call,
    const HttpIntegration& integration,
    TranslatedRequest request,
    int stop_descriptor = -1);

/// The backend's answer as a proxy gives it to the client.
tl::expected<net::HttpResponse, Untranslated>
proxied(const Call& call, const Mapping& mapping, Answer answer);

} // namespace samara::gateway
