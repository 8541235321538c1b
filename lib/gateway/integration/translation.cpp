#include "gateway/integration/translation.h"

#include "gateway/integration/content_handling.h"
#include "gateway/integration/payload_value.h"
#include "gateway/integration/template_variables.h"
#include "gateway/message/media_type.h"
#include "gateway/message/request_value.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

constexpr std::string_view json_type = "application/json";

const vtl::Template* template_for(const Templates& templates, std::string_view media_type) {
    for (const auto& [type, found] : templates) {
        if (essence_of(type) == media_type) {
            return &found;
        }
    }
    return nullptr;
}

tl::unexpected<Untranslated> failed(const base::Error& error) {
    return tl::unexpected(Untranslated{
        Refusal::api_configuration_error, "a mapping template failed: " + base::to_string(error)});
}

bool is_quoted(std::string_view text) {
    return text.size() >= 2 && text.front() == '\'' && text.back() == '\'';
}

using Texts = std::vector<std::string>;

Texts parameter_values(const Call& call, const std::string& expression) {
    if (is_quoted(expression)) {
        return {expression.substr(1, expression.size() - 2)};
    }
    constexpr std::string_view body = "method.request.body";
    if (expression.starts_with(body)) {
        return {payload_value(call.request.body, std::string_view(expression).substr(body.size()))};
    }
    return request_values(call, expression);
}

/// 'static' stands in quotes, as a rule: SAM writes what the template has.
Texts header_values(const Call& call, const Answer& answer, const std::string& expression) {
    constexpr std::string_view response = "integration.response.";
    if (!expression.starts_with(response)) {
        return is_quoted(expression) || is_request_expression(expression)
                   ? parameter_values(call, expression)
                   : Texts{expression};
    }
    constexpr std::string_view header = "header.";
    constexpr std::string_view headers = "multivalueheader.";
    constexpr std::string_view body = "body";
    const std::string_view rest = std::string_view(expression).substr(response.size());
    if (rest.starts_with(header)) {
        const std::string* value = net::find_header(answer.headers, rest.substr(header.size()));
        return value == nullptr ? Texts() : Texts{*value};
    }
    if (rest.starts_with(headers)) {
        return net::header_values(answer.headers, rest.substr(headers.size()));
    }
    return rest.starts_with(body) ? Texts{payload_value(answer.body, rest.substr(body.size()))}
                                  : Texts();
}

void set_headers(net::HttpHeaders& headers, std::string_view name, Texts values) {
    std::erase_if(values, [&](const std::string& value) {
        return value.empty() || !net::is_valid_header(name, value);
    });
    if (values.empty()) {
        return; // what is not there, or what would break the message
    }
    std::erase_if(headers, [&](const net::HttpHeader& header) {
        return net::equal_ignoring_case(header.name, name);
    });
    for (std::string& value : values) {
        headers.push_back({std::string(name), std::move(value)});
    }
}

void set_header(net::HttpHeaders& headers, std::string_view name, std::string value) {
    set_headers(headers, name, {std::move(value)});
}

void set_pairs(TextPairs& pairs, const std::string& name, Texts values) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == name; });
    for (std::string& value : values) {
        pairs.emplace_back(name, std::move(value));
    }
}

void set_pair(TextPairs& pairs, const std::string& name, std::string value) {
    set_pairs(pairs, name, {std::move(value)});
}

/// By what the client accepts, else JSON, else the first.
const std::pair<std::string, vtl::Template>*
answer_template(const Call& call, const Templates& templates) {
    if (templates.empty()) {
        return nullptr;
    }
    const std::string_view accept = call.header("Accept");
    for (const std::string& type :
         {essence_of(accept.substr(0, accept.find(','))), std::string(json_type)}) {
        for (const auto& row : templates) {
            if (essence_of(row.first) == type) {
                return &row;
            }
        }
    }
    return &templates.front();
}

} // namespace

/// The pattern that describes the answer; a function that did not fail has the default, or what is
/// there for 200.
const MappedResponse* response_for(const Mapping& mapping, const std::string& selector) {
    const MappedResponse* fallback = nullptr;
    for (const MappedResponse& response : mapping.responses) {
        if (!response.pattern) {
            fallback = &response;
        } else if (!selector.empty() && response.pattern->matches(selector)) {
            return &response;
        }
    }
    return fallback != nullptr || !selector.empty() ? fallback : response_for(mapping, "200");
}

void map_parameters(const Call& call, const Mapping& mapping, TranslatedRequest& request) {
    for (const MappedParameter& parameter : mapping.parameters) {
        Texts values = parameter_values(call, parameter.value);
        switch (parameter.place) {
        case MappedParameter::Place::header:
            set_headers(request.headers, parameter.name, std::move(values));
            break;
        case MappedParameter::Place::query:
            std::erase(values, "");
            if (!values.empty()) {
                set_pairs(request.query, parameter.name, std::move(values));
            }
            break;
        case MappedParameter::Place::path:
            set_pair(request.path, parameter.name, values.empty() ? "" : std::move(values.back()));
            break;
        }
    }
}

tl::expected<TranslatedRequest, Untranslated>
translate_request(const Call& call, const Mapping& mapping) {
    TranslatedRequest request;
    map_parameters(call, mapping, request);
    request.content_type = call.header("Content-Type");
    std::string type = essence_of(request.content_type);
    type = type.empty() ? json_type : type;
    const vtl::Template* used = template_for(mapping.request, type);
    if (used == nullptr) {
        const bool passes =
            mapping.passthrough == Passthrough::when_no_match ||
            (mapping.passthrough == Passthrough::when_no_templates && mapping.request.empty());
        if (!passes) {
            return tl::unexpected(Untranslated{
                Refusal::unsupported_media_type,
                fmt::format("no mapping template is for {}", type)});
        }
        auto passed = converted_request(call, mapping.handling, call.request.body);
        if (!passed) {
            return tl::unexpected(std::move(passed.error()));
        }
        request.body = std::move(*passed);
        return request;
    }
    // A template is text: bytes come after it.
    const bool to_binary = mapping.handling == ContentHandling::to_binary;
    auto payload = converted_request(
        call, to_binary ? ContentHandling::none : mapping.handling, call.request.body);
    if (!payload) {
        return tl::unexpected(std::move(payload.error()));
    }
    TemplateVariables variables(call, std::move(*payload));
    auto body = variables.render(*used);
    if (!body) {
        return failed(body.error());
    }
    auto sent = to_binary ? converted_request(call, mapping.handling, std::move(*body))
                          : tl::expected<std::string, Untranslated>(std::move(*body));
    if (!sent) {
        return tl::unexpected(std::move(sent.error()));
    }
    request.body = std::move(*sent);
    request.by_template = true;
    for (auto& [name, value] : variables.override_of("requestOverride", "header")) {
        set_header(request.headers, name, std::move(value));
    }
    for (auto& [name, value] : variables.override_of("requestOverride", "querystring")) {
        set_pair(request.query, name, std::move(value));
    }
    for (auto& [name, value] : variables.override_of("requestOverride", "path")) {
        set_pair(request.path, name, std::move(value));
    }
    return request;
}

namespace {

using Done = tl::expected<void, Untranslated>;

Done convert(
    const Call& call, const MappedResponse& mapped, std::string_view type, std::string& body) {
    auto converted = converted_answer(call, mapped.handling, type, std::move(body));
    if (!converted) {
        return tl::unexpected(std::move(converted.error()));
    }
    body = std::move(*converted);
    return {};
}

/// Replaces the payload in `response` by what the template makes of it, with its overrides.
Done render(const Call& call, const vtl::Template& used, net::HttpResponse& response) {
    TemplateVariables variables(call, std::move(response.body));
    auto rendered = variables.render(used);
    if (!rendered) {
        return failed(rendered.error());
    }
    response.body = std::move(*rendered);
    for (auto& [name, value] : variables.override_of("responseOverride", "header")) {
        set_header(response.headers, name, std::move(value));
    }
    if (const int status = variables.status_override(); status != 0) {
        response.status = status;
    }
    return {};
}

} // namespace

tl::expected<net::HttpResponse, Untranslated>
translate_answer(const Call& call, const Mapping& mapping, const Answer& answer) {
    const MappedResponse* mapped = response_for(mapping, answer.selector);
    if (mapped == nullptr) {
        return tl::unexpected(Untranslated{
            Refusal::api_configuration_error,
            fmt::format(
                "the integration has no response for '{}' and no default one", answer.selector)});
    }
    net::HttpResponse response{mapped->status, {}, answer.body};
    for (const MappedParameter& header : mapped->headers) {
        set_headers(response.headers, header.name, header_values(call, answer, header.value));
    }
    const auto* used = answer_template(call, mapped->templates);
    // A template is text: what becomes text comes before it, and bytes after it.
    const bool before = mapped->handling == ContentHandling::to_text;
    Done done = before ? convert(call, *mapped, answer.content_type, response.body) : Done();
    if (done && used != nullptr) {
        done = render(call, used->second, response);
    }
    if (done && !before) {
        done = convert(call, *mapped, answer.content_type, response.body);
    }
    if (!done) {
        return tl::unexpected(std::move(done.error()));
    }
    const std::string& type = used == nullptr ? answer.content_type : used->first;
    if (!type.empty() && net::find_header(response.headers, "Content-Type") == nullptr) {
        response.headers.push_back({"Content-Type", type});
    }
    return response;
}

} // namespace samara::gateway
