#pragma once

#include "base/error.h"
#include "gateway/integration/translation.h"

#include <string>
#include <string_view>

namespace samara::gateway {

/// Whether a URL names this machine itself: no other host is asked on behalf of a template.
/// Fails with what is wrong with it.
base::Result<void> check_loopback(std::string_view url);

/// Asks the server of an HTTP or HTTP_PROXY integration. A proxy hands on what the client sent.
/// docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
tl::expected<Answer, Untranslated>
ask_backend(const Call& call, const HttpIntegration& integration, TranslatedRequest request);

/// The backend's answer as a proxy gives it to the client.
net::HttpResponse proxied(Answer answer);

} // namespace samara::gateway
