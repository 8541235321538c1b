#pragma once

#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "gateway/read/apis.h"
#include "gateway/server.h"
#include "support/on_loop.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

/// What tests of integrations share: a gateway with one route, and what its function was asked.
namespace samara::gateway {

class IntegrationTest : public testing::Test {
protected:
    /// ANY /x/{id} of a REST API with this integration (YAML); $fn is the function's URI.
    void serve(std::string_view integration, ReadOptions read = {}, int stop_descriptor = -1) {
        constexpr std::string_view uri =
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
            "arn:aws:lambda:us-east-1:123456789012:function:Fn/invocations";
        const std::string text = fmt::format(
            "Fn: {{Type: 'AWS::Lambda::Function'}}\n"
            "Stage: {{Type: 'AWS::ApiGateway::Stage', Properties: {{RestApiId: Api, StageName: v1, "
            "Variables: {{team: red}}}}}}\n"
            "Api: {{Type: 'AWS::ApiGateway::RestApi', Properties: {{Body: {{paths: {{'/x/{{id}}': "
            "{{x-amazon-apigateway-any-method: {{x-amazon-apigateway-integration: {}}}}}}}}}}}}}\n",
            base::replace_all(integration, "$fn", uri));
        const auto resources = data::read_yaml(text, "template.yaml");
        ASSERT_TRUE(resources) << base::to_string(resources.error()) << text;
        serve_resources(*resources, read, stop_descriptor);
    }

    void serve_resources(
        const data::Value& resources, const ReadOptions& read = {}, int stop_descriptor = -1) {
        base::Diagnostics diagnostics;
        GatewayOptions options;
        options.stop_descriptor = stop_descriptor;
        options.log =
            base::Log([this](base::LogLevel, std::string_view line) { told_.emplace_back(line); });
        options.access_log = [this](const serving::AccessRecord& record) {
            logged_ = record.error;
        };
        gateway_ = std::make_unique<Gateway>(
            read_apis(resources, read, diagnostics),
            [this](const invoke::Request& request) -> base::Result<invoke::Response> {
                asked_ = request;
                return reply_;
            },
            std::move(options));
    }

    net::HttpResponse ask(net::HttpRequest request = {"GET", "/x/7", {}, {}, {}}) {
        asked_ = {};
        logged_.clear();
        net::HttpResponse response = gateway_->handle(request);
        if (response.answered) {
            response.answered(); // then it is logged
        }
        return response;
    }

    /// As the server asks it.
    net::HttpResponse ask_on_loop(net::HttpRequest request) {
        asked_ = {};
        return test::on_loop(gateway_->serve(std::move(request)));
    }

    static net::HttpRequest post(std::string type, std::string body, std::string target = "/x/7") {
        return {
            "POST", std::move(target), {{"Content-Type", std::move(type)}}, std::move(body), {}};
    }

    static std::string header(const net::HttpResponse& response, std::string_view name) {
        const std::string* value = net::find_header(response.headers, name);
        return value == nullptr ? "" : *value;
    }

    void reply(std::string payload, std::string error = {}) {
        reply_.payload = std::move(payload);
        reply_.function_error = std::move(error);
    }

    std::unique_ptr<Gateway> gateway_;
    invoke::Request asked_;
    invoke::Response reply_;
    std::string logged_;
    std::vector<std::string> told_;
};

} // namespace samara::gateway
