#include "gateway/access/rejection.h"

#include "gateway/message/response.h"

namespace samara::gateway {

Rejection
reject(Refusal refusal, const Call& call, std::string reason, const RefusalDetail& detail) {
    return {refuse(refusal, call, detail), std::move(reason), status_of(refusal, call.api.kind)};
}

Rejection closed(const std::string& reason) {
    return {message_response(501, reason), reason};
}

} // namespace samara::gateway
