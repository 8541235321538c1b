#pragma once

#include "net/http_message.h"
#include "serving/access_log.h"
#include "serving/function_stream.h"
#include "serving/functions.h"
#include "serving/invoke.h"
#include "serving/page_guard.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace samara::lambda_api {

/// Of a server with this API: beyond Lambda's own limits, which are reported in its words.
inline constexpr std::size_t body_limit = 32UL * 1024 * 1024;

struct LambdaApiOptions {
    std::string region = "us-east-1"; ///< in the ARNs of error messages
    bool payload_limits = true;       ///< false: requests of any size
    serving::AccessLog access_log;
    serving::PageGuard guard = serving::PageGuard(); ///< keeps web pages out
};

/// Invoke and InvokeWithResponseStream of the Lambda API for the functions of a template, as SDKs
/// and the AWS CLI speak them: `start-lambda` puts them on the network. Thread-safe.
/// docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
class LambdaApi {
public:
    LambdaApi(serving::Functions functions, serving::Invoke invoke, LambdaApiOptions options);

    base::Task<net::HttpResponse> serve(net::HttpRequest request);

    /// The same on a thread that may wait.
    net::HttpResponse handle(net::HttpRequest request);

    /// Other functions for the requests that come from now on.
    void replace(serving::Functions functions);

private:
    base::Task<net::HttpResponse>
    answer(const net::HttpRequest& request, serving::AccessRecord& record);
    base::Task<net::HttpResponse> invoke_function(
        const net::HttpRequest& request,
        const std::string& name,
        bool streamed,
        serving::AccessRecord& record);

    net::HttpResponse
    stream_function(invoke::Request call, std::string version, serving::AccessRecord& record);

    serving::Invoke invoke_;
    serving::StreamingInvoker streams_;
    LambdaApiOptions options_;
    std::mutex mutex_;
    std::shared_ptr<const serving::Functions> functions_; // replaced as a whole
};

} // namespace samara::lambda_api
