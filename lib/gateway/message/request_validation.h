#pragma once

#include "gateway/message/gateway_response.h"
#include "model/schema_check.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What a REST API checks of a request before it asks the integration.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
namespace samara::gateway {

/// The shape of a body.
struct RequestModel {
    model::JsonSchema schema;
    bool has_patterns = false; ///< regular expressions, of its own or behind its formats
};

struct RequestValidation {
    /// "method.request.header.Name" or "method.request.querystring.name".
    std::vector<std::string> required_parameters;
    /// By media type of the body; a body of another type is not checked.
    std::map<std::string, RequestModel, std::less<>> models;
    bool needs_body = true; ///< an empty body does not match a model

    [[nodiscard]] bool empty() const { return required_parameters.empty() && models.empty(); }
};

/// Compiles `schema`, JSON Schema draft 4 with references into itself and to models of the API
/// ("https://apigateway.amazonaws.com/restapis/<id>/models/<name>"). `definitions` has what it
/// refers to, by the member of the document that it is in.
base::Result<RequestModel> compile_model(const data::Value& schema, const data::Map& definitions);

/// What is wrong with a request.
struct Violation {
    Refusal refusal; ///< bad_request_parameters or bad_request_body
    RefusalDetail detail;
};

/// Nothing when the request is as it should be.
std::optional<Violation> check_request(const RequestValidation& validation, const Call& call);

} // namespace samara::gateway
