// The calls of the runtime and of extensions.
#include "base/base64.h"
#include "base/strings.h"
#include "rie/emulator.h"
#include "rie/json_text.h"
#include "rie/streamed_response.h"

#include <fmt/format.h>

namespace samara::rie {

namespace {

HttpReply unknown_extension() {
    return error_reply(403, "Extension.UnknownExtensionIdentifier", "Unknown extension");
}

HttpReply accepted() {
    return {202, R"({"status":"OK"})", {}};
}

HttpReply invalid_transition(std::string_view from, std::string_view to) {
    return error_reply(
        403,
        "InvalidStateTransition",
        fmt::format(
            "State transition from {} to {} failed for runtime. Error: State transition is not "
            "allowed",
            from,
            to));
}

} // namespace

void Emulator::next(ExchangePtr runtime) {
    switch (runtime_) {
    case RuntimeState::starting:
    case RuntimeState::responded:
        break;
    case RuntimeState::ready:
        // A client that gave up waiting and asks again gets the event instead of its forerunner.
        waiting_runtime_ = std::move(runtime);
        return;
    case RuntimeState::responding:
        if (const std::shared_ptr<Call> current = call(); current && current->stream_broken) {
            settle_stream(current); // it lives, so it will not tell why
            break;
        }
        [[fallthrough]];
    case RuntimeState::absent:
    case RuntimeState::busy:
        runtime->reply(invalid_transition("InvocationInProgress", "Ready"));
        return;
    }
    runtime_ = RuntimeState::ready;
    waiting_runtime_ = std::move(runtime);
    advance();
}

std::shared_ptr<Call>
Emulator::answerable(std::string_view request_id, const ExchangePtr& runtime) {
    std::shared_ptr<Call> current = call();
    if (!current && !last_id_.empty() && last_id_ == request_id) {
        runtime->reply(invalid_transition("ResponseSent", "InvocationResponse"));
        return nullptr;
    }
    if (!current || !current->delivered || current->id != request_id) {
        runtime->reply(error_reply(400, "InvalidRequestID", "Invalid request ID"));
        return nullptr;
    }
    if (runtime_ != RuntimeState::busy) {
        runtime->reply(invalid_transition("ResponseSent", "InvocationResponse"));
        return nullptr;
    }
    return current;
}

void Emulator::answer_too_large(Call& call) {
    call.function_error = "Unhandled";
    answer(
        call,
        fmt::format(
            R"({{"errorType":"Function.ResponseSizeTooLarge","errorMessage":)"
            R"("Response payload size exceeded maximum allowed payload size ({} bytes)."}})",
            call.invocation.caller.streaming() ? settings_.limits.streamed_payload
                                               : settings_.limits.payload),
        Status::error,
        "Function.ResponseSizeTooLarge");
}

void Emulator::response(
    std::string_view request_id, HttpRequest request, const ExchangePtr& runtime) {
    const std::shared_ptr<Call> current = answerable(request_id, runtime);
    if (!current) {
        return;
    }
    if (request.too_large) {
        runtime->reply(error_reply(
            413,
            "RequestEntityTooLarge",
            fmt::format(
                "Exceeded maximum allowed payload size ({} bytes).", settings_.limits.payload)));
        answer_too_large(*current);
        return;
    }
    runtime->reply(accepted());
    answer(*current, std::move(request.body), Status::success, {});
}

void Emulator::error(std::string_view request_id, HttpRequest request, const ExchangePtr& runtime) {
    const std::shared_ptr<Call> current = answerable(request_id, runtime);
    if (!current) {
        return;
    }
    const std::string_view type =
        net::header_text(request.headers, "Lambda-Runtime-Function-Error-Type");
    runtime->reply(accepted());
    // Only the oldest runtimes tell an error the function handed back ("Handled") from one it
    // threw.
    current->function_error = base::to_lower(type) == "handled" ? "Handled" : "Unhandled";
    std::string body = std::move(request.body);
    if (request.too_large || body.empty()) {
        body = fmt::format(R"({{"errorType":{}}})", quote(type.empty() ? "Unknown" : type));
    }
    answer(
        *current,
        std::move(body),
        Status::error,
        std::string(type.empty() ? "Runtime.Unknown" : type));
}

void Emulator::init_error(HttpRequest request, const ExchangePtr& runtime) {
    if (runtime_ != RuntimeState::starting) {
        runtime->reply(invalid_transition("Ready", "InitError"));
        return;
    }
    runtime->reply(accepted());
    const std::string_view type =
        net::header_text(request.headers, "Lambda-Runtime-Function-Error-Type");
    init_error_ = std::move(request.body);
    fail({Status::error, std::string(type.empty() ? "Runtime.Unknown" : type), "Init failed"});
}

std::shared_ptr<BodySink> Emulator::streamed_response(
    std::string_view request_id, const HttpRequest& head, const ExchangePtr& runtime) {
    const std::shared_ptr<Call> current = answerable(request_id, runtime);
    if (!current) {
        return nullptr;
    }
    runtime_ = RuntimeState::responding;
    current->response_ms = elapsed_ms(current->began);
    if (current->invocation.streamed) {
        HttpReply reply;
        std::string_view type = net::header_text(head.headers, "Content-Type");
        reply.headers = {
            {"Content-Type", std::string(type.empty() ? "application/octet-stream" : type)},
            {"X-Amzn-RequestId", current->id},
            {"X-Amz-Executed-Version", settings_.function_version},
            {"X-Amzn-Trace-Id", current->invocation.trace_id},
            {"Trailer",
             "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body, "
             "X-Amz-Log-Result"}};
        current->invocation.caller.begin(std::move(reply));
    }
    return std::make_shared<StreamedResponse>(current, runtime, settings_.limits);
}

void Emulator::stream_ended(Call& call, std::string collected, const Headers& trailers) {
    const std::string_view type = net::header_text(trailers, "Lambda-Runtime-Function-Error-Type");
    if (type.empty()) {
        answer(call, std::move(collected), Status::success, {});
        return;
    }
    const std::string_view encoded =
        net::header_text(trailers, "Lambda-Runtime-Function-Error-Body");
    call.function_error = "Unhandled";
    answer(
        call,
        base::base64_decode(encoded).value_or(std::string(encoded)),
        Status::error,
        std::string(type));
}

void Emulator::extension_register(
    std::string_view name,
    const std::vector<std::string>& events,
    bool with_account,
    const ExchangePtr& extension) {
    if (extensions_.count() >= settings_.limits.extensions + 1) {
        extension->reply(error_reply(
            403,
            "Extension.TooManyExtensions",
            fmt::format("Extension limit ({}) reached", settings_.limits.extensions)));
        return;
    }
    const auto joined = extensions_.join(name, events, initializing());
    if (!joined) {
        extension->reply(joined.error());
        return;
    }
    HttpReply reply;
    reply.body = fmt::format(
        R"({{"functionName":{},"functionVersion":{},"handler":{}{}}})",
        quote(settings_.function_name),
        quote(settings_.function_version),
        quote(settings_.handler),
        with_account ? fmt::format(R"(,"accountId":{})", quote(settings_.account)) : "");
    reply.headers = {{"Lambda-Extension-Identifier", (*joined)->id}};
    extension->reply(std::move(reply));
    if (runtime_ == RuntimeState::absent && extensions_.all_joined()) {
        launch_runtime();
    }
}

void Emulator::extension_next(std::string_view id, ExchangePtr extension) {
    Extension* known = extensions_.by_id(id);
    if (known == nullptr) {
        extension->reply(unknown_extension());
        return;
    }
    extensions_.wait(*known, std::move(extension));
    advance();
}

void Emulator::extension_error(
    std::string_view id, std::string_view error_type, bool in_init, const ExchangePtr& extension) {
    Extension* known = extensions_.by_id(id);
    if (known == nullptr) {
        extension->reply(unknown_extension());
        return;
    }
    extension->reply(accepted());
    const std::string type(
        !error_type.empty() ? error_type
                            : (in_init ? "Extension.InitError" : "Extension.ExitError"));
    extensions_.end(*known, type);
    if (!ending()) {
        fail({Status::error, type, fmt::format("Extension {} failed", known->name)});
    }
}

std::string Emulator::extension_name(std::string_view id) {
    const Extension* known = extensions_.by_id(id);
    return known == nullptr ? "" : known->name;
}

} // namespace samara::rie
