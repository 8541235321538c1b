#include "gateway/message/streamed_result.h"

#include "base/try.h"
#include "data/read.h"
#include "data/write.h"
#include "gateway/message/response.h"

namespace samara::gateway {

base::Result<net::HttpResponse> response_streamed(const invoke::Response& result, bool body_alone) {
    static const std::string delimiter(8, '\0');
    if (!result.function_error.empty()) {
        return base::fail("the function failed");
    }
    const std::size_t end = result.payload.find(delimiter);
    if (end == std::string::npos && !body_alone) {
        return base::fail("the response stream does not begin with metadata and eight NUL");
    }
    if (end == std::string::npos) {
        return net::HttpResponse{
            200, {{"Content-Type", "application/octet-stream"}}, result.payload};
    }
    TRY_ASSIGN(auto metadata, data::read_json(result.payload.substr(0, end), "response metadata"));
    if (!metadata.is_map()) {
        return base::fail("the metadata before the response stream is no JSON object");
    }
    if (metadata.find("statusCode") == nullptr) {
        metadata.as_map()->set("statusCode", std::int64_t{200});
    }
    invoke::Response head;
    head.payload = data::write_json(metadata);
    TRY_ASSIGN(auto response, response_v2(head));
    response.body = result.payload.substr(end + delimiter.size());
    return response;
}

} // namespace samara::gateway
