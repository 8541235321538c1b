#include "gateway/message/streamed_result.h"

#include "aws/api_gateway_limits.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/read.h"
#include "gateway/message/response.h"

namespace samara::gateway {

namespace {

constexpr std::string_view delimiter{"\0\0\0\0\0\0\0\0", 8};

bool has_metadata(const StreamBeginning& beginning) {
    constexpr std::string_view with_metadata =
        "application/vnd.awslambda.http-integration-response";
    return !beginning.function_url ||
           base::to_lower(beginning.content_type).starts_with(with_metadata);
}

} // namespace

bool has_head(const StreamBeginning& beginning) {
    return !has_metadata(beginning) || beginning.bytes.find(delimiter) != std::string_view::npos ||
           beginning.bytes.size() > aws::api_gateway::stream_metadata + delimiter.size();
}

base::Result<net::HttpResponse> streamed_response(const StreamBeginning& beginning) {
    if (!has_metadata(beginning)) {
        const std::string type = beginning.content_type.empty()
                                     ? "application/octet-stream"
                                     : std::string(beginning.content_type);
        return net::HttpResponse{200, {{"Content-Type", type}}, std::string(beginning.bytes)};
    }
    const std::size_t end = beginning.bytes.find(delimiter);
    if (end == std::string_view::npos || end > aws::api_gateway::stream_metadata) {
        return base::fail("the response stream does not begin with metadata and eight NUL");
    }
    TRY_ASSIGN(
        const auto metadata,
        data::read_json(std::string(beginning.bytes.substr(0, end)), "response metadata"));
    TRY_ASSIGN(auto response, response_head(metadata, !beginning.function_url));
    response.body = beginning.bytes.substr(end + delimiter.size());
    return response;
}

} // namespace samara::gateway
