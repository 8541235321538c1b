#pragma once

#include "model/pattern.h"
#include "vtl/template.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace samara::gateway {

/// By media type, in the order they are written.
using Templates = std::vector<std::pair<std::string, vtl::Template>>;

/// What becomes of a payload that no template is for.
/// docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
enum class Passthrough : std::uint8_t { when_no_match, when_no_templates, never };

/// How the bytes of a payload are converted on their way.
enum class ContentHandling : std::uint8_t { none, to_binary, to_text };

/// docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
struct MappedParameter {
    enum class Place : std::uint8_t { header, query, path };
    Place place = Place::header;
    std::string name;
    std::string value; ///< 'text', or an expression
};

/// What a client gets for an answer that `pattern` describes; without a pattern: for all that no
/// other takes.
struct MappedResponse {
    std::optional<model::Pattern> pattern;
    int status = 200;
    std::vector<MappedParameter> headers;
    Templates templates;
    ContentHandling handling = ContentHandling::none;
};

/// What an integration that is no proxy says of both directions.
struct Mapping {
    Templates request;
    Passthrough passthrough = Passthrough::when_no_match;
    ContentHandling handling = ContentHandling::none; ///< of the request
    std::vector<MappedParameter> parameters;
    std::vector<MappedResponse> responses;
};

} // namespace samara::gateway
