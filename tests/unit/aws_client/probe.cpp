#include "aws_client/endpoint.h"
#include "aws_client/session.h"
#include "aws_client/sigv4.h"
#include "base/trace.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"

#include <iostream>
#include <iterator>

// What the client does, for tests that compare it with another client: reads a list of questions as
// JSON, writes the list of answers.
namespace samara::aws_client {
namespace {

data::Value sign(const data::Value& question) {
    net::HttpRequest request;
    request.method = data::text_of(question, "method");
    request.target = data::text_of(question, "target");
    request.body = data::text_of(question, "body");
    for (const data::Value& header : *question.find("headers")->as_list()) {
        const data::List& pair = *header.as_list();
        request.headers.push_back({data::text_of(pair[0]), data::text_of(pair[1])});
    }
    const bool s3 = data::is_true(question.find("s3"));
    SigningRules rules;
    rules.path = s3 ? PathRule::as_sent : PathRule::normalized;
    rules.payload_hash = data::text_of(question, "payload");
    sign_sigv4(
        request,
        data::text_of(question, "key"),
        {{}, data::text_of(question, "secret"), data::text_of(question, "token")},
        data::text_of(question, "region"),
        data::text_of(question, "service"),
        std::chrono::system_clock::from_time_t(data::integer_of(question.find("time")).value()),
        rules);
    return *net::find_header(request.headers, "Authorization");
}

data::Value endpoint(const data::Value& question) {
    EndpointRules rules;
    rules.fips = data::is_true(question.find("fips"));
    rules.dual_stack = data::is_true(question.find("dual"));
    rules.ignore_configured = true;
    const auto found = find_endpoint(
        service_named(data::text_of(question, "service")),
        data::text_of(question, "region"),
        SharedConfig("", ""),
        "default",
        rules);
    return found->url;
}

data::Value failure(const AwsError& error) {
    data::Map answer;
    answer.set("error", error.message);
    answer.set("code", error.code);
    return answer;
}

AwsResult<std::shared_ptr<Session>> open(const data::Value& question) {
    SessionOptions options;
    options.profile = data::text_of(question, "profile");
    options.region = data::text_of(question, "region");
    if (const std::string code = data::text_of(question, "mfa"); !code.empty()) {
        options.ask_secret = [code](std::string_view) { return code; };
    }
    return Session::open(std::move(options));
}

data::Value credentials(const data::Value& question) {
    const auto session = open(question);
    if (!session) {
        return failure(session.error());
    }
    const auto keys = (*session)->keys();
    if (!keys) {
        return failure(keys.error());
    }
    data::Map answer;
    answer.set("key", keys->access_key_id);
    answer.set("secret", keys->secret_access_key);
    answer.set("token", keys->session_token);
    answer.set("source", keys->source);
    return answer;
}

data::Value call(const data::Value& question) {
    const auto session = open(question);
    if (!session) {
        return failure(session.error());
    }
    const std::string service = data::text_of(question, "service");
    const std::string operation = data::text_of(question, "operation");
    Call asked{.service = service, .operation = operation};
    asked.input = data::members_of(question.find("input"));
    asked.body = data::text_of(question, "body");
    const auto reply = (*session)->call(asked);
    if (!reply) {
        return failure(reply.error());
    }
    data::Map answer;
    answer.set("value", reply->value);
    answer.set("body", reply->body);
    return answer;
}

data::Value answer(const data::Value& question) {
    const std::string what = data::text_of(question, "ask");
    return what == "sign"          ? sign(question)
           : what == "endpoint"    ? endpoint(question)
           : what == "credentials" ? credentials(question)
                                   : call(question);
}

} // namespace
} // namespace samara::aws_client

int main(int argc, char** /*argv*/) {
    using namespace samara;
    if (argc > 1) { // --debug
        base::set_trace([](std::string_view line) { std::cerr << line << "\n"; });
    }
    const std::string text(std::istreambuf_iterator<char>(std::cin), {});
    data::List answers;
    const auto questions = data::read_json(text, "questions");
    for (const data::Value& question : *questions->as_list()) {
        answers.push_back(aws_client::answer(question));
    }
    std::cout << data::write_json(answers) << "\n";
    return 0;
}
