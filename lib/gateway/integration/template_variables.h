#pragma once

#include "gateway/route/call.h"
#include "vtl/input.h"
#include "vtl/template.h"
#include "vtl/util.h"

#include <string>

namespace samara::gateway {

/// What mapping templates know of a request: $input, $util, $context, $stageVariables.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
class TemplateVariables {
public:
    /// `payload` is the request's, or the answer of the integration.
    TemplateVariables(const Call& call, std::string payload);

    base::Result<std::string> render(const vtl::Template& rendered);

    /// What the template has put into $context.requestOverride or $context.responseOverride:
    /// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
    [[nodiscard]] TextPairs override_of(std::string_view side, std::string_view place);
    /// $context.responseOverride.status, 0 when it was not set.
    [[nodiscard]] int status_override();

private:
    vtl::Variable find(std::string_view name, vtl::Work& work);
    vtl::Map* context(vtl::Work& work);

    const Call& call_;
    vtl::Work work_;
    vtl::Input input_;
    vtl::Util util_;
    vtl::Map* context_ = nullptr;
};

} // namespace samara::gateway
