#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// What goes into one invocation of a function and what comes out, independent of engine and
/// caller.
namespace samara::invoke {

class CallTrace;

enum class InvocationType : std::uint8_t { request_response, event, dry_run };

/// Takes an answer while its function still writes it, on the thread of the call.
class ResponseStream {
public:
    ResponseStream() = default;
    ResponseStream(const ResponseStream&) = delete;
    ResponseStream& operator=(const ResponseStream&) = delete;
    ResponseStream(ResponseStream&&) = delete;
    ResponseStream& operator=(ResponseStream&&) = delete;
    virtual ~ResponseStream() = default;

    /// The function has begun to answer, and has not failed before.
    virtual void begin(std::string content_type) = 0;

    /// May wait: then the function does. False: nobody wants it any more, and it is dropped. A
    /// function goes on all the same:
    /// docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
    virtual bool write(std::string_view bytes) = 0;
};

struct Request {
    std::string function;  ///< logical id
    std::string qualifier; ///< version or alias that was asked for; empty: none
    std::string payload;   ///< the event, raw JSON bytes
    InvocationType type = InvocationType::request_response;
    std::string client_context;                  ///< base64, as X-Amz-Client-Context; may be empty
    std::string trace_id;                        ///< X-Amzn-Trace-Id; empty: the emulator makes one
    std::string request_id;                      ///< empty: the emulator makes one
    bool tail_log = false;                       ///< X-Amz-Log-Type: Tail
    std::string tenant_id;                       ///< X-Amz-Tenant-Id; empty: none
    std::shared_ptr<ResponseStream> stream = {}; ///< nullptr: the result is wanted as a whole
    std::shared_ptr<CallTrace> trace = {};       ///< notes what becomes of the call; may be empty
};

/// The error type of a call that took longer than the function's Timeout.
inline constexpr std::string_view timeout_error = "Sandbox.Timedout";

/// Mirrors the answer of the Lambda Invoke API.
/// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
struct Response {
    /// 202 queued, 204 dry run, 400 a tenant where none may be or none where one must, 413 too
    /// large, 429 throttled, else 200
    int status = 200;
    /// Raw bytes of the result, unless a stream has got them, or of the error document.
    std::string payload;
    std::string function_error; ///< "Handled" or "Unhandled"; empty when the function succeeded
    std::string error_type;     ///< timeout_error, or empty: nothing that a function says
    std::string log_result;     ///< base64 of the last 4 KB of log when asked for
    std::string request_id;
    bool cold = false; ///< an environment was started for it
};

} // namespace samara::invoke
