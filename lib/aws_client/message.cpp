#include "aws_client/message.h"

#include "aws_client/canonical_request.h"
#include "aws_client/xml.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

void add_parameter(std::string& form, const std::string& name, const data::Value& value) {
    if (const data::List* list = value.as_list()) {
        if (list->empty()) {
            form += fmt::format("&{}=", uri_encode(name, false));
        }
        std::size_t number = 0;
        for (const data::Value& item : *list) {
            add_parameter(form, fmt::format("{}.member.{}", name, ++number), item);
        }
    } else if (const data::Map* map = value.as_map()) {
        for (const data::Entry& entry : *map) {
            add_parameter(form, fmt::format("{}.{}", name, entry.key), entry.value);
        }
    } else {
        form +=
            fmt::format("&{}={}", uri_encode(name, false), uri_encode(data::text_of(value), false));
    }
}

// The members of a path: "{Key+}" keeps the slashes of its value.
std::string fill_path(std::string_view path, data::Map& input) {
    std::string filled;
    while (!path.empty()) {
        const std::size_t open = std::min(path.find('{'), path.size());
        filled += path.substr(0, open);
        path.remove_prefix(open);
        if (path.empty()) {
            break;
        }
        const std::size_t close = path.find('}');
        std::string_view name = path.substr(1, close - 1);
        const bool greedy = name.ends_with('+');
        name.remove_suffix(greedy ? 1 : 0);
        filled += uri_encode(data::text_of(input.find(name)), greedy);
        input.erase(name);
        path.remove_prefix(close + 1);
    }
    return filled;
}

void add_query(std::string& target, const data::Value* row, data::Map& input) {
    for (const data::Entry& parameter : data::members_of(row)) {
        const data::Value* value = input.find(parameter.key);
        if (value == nullptr) {
            continue;
        }
        target += fmt::format(
            "{}{}={}",
            target.find('?') == std::string::npos ? '?' : '&',
            uri_encode(parameter.value.text(), false),
            uri_encode(data::text_of(*value), false));
        input.erase(parameter.key);
    }
}

void add_headers(net::HttpHeaders& headers, const OperationRow& row, data::Map& input) {
    for (const data::Entry& header : data::members_of(row.headers)) {
        if (const data::Value* value = input.find(header.key)) {
            headers.push_back({std::string(header.value.text()), data::text_of(*value)});
            input.erase(header.key);
        }
    }
    for (const data::Entry& prefix : data::members_of(row.header_maps)) {
        for (const data::Entry& entry : data::members_of(input.find(prefix.key))) {
            headers.push_back(
                {std::string(prefix.value.text()) + base::to_lower(entry.key),
                 data::text_of(entry.value)});
        }
        input.erase(prefix.key);
    }
}

net::HttpRequest rest_message(const Service& service, const OperationRow& row, const Call& call) {
    net::HttpRequest request;
    data::Map input = call.input;
    request.method = row.method;
    request.target = fill_path(row.path, input);
    add_query(request.target, row.query, input);
    add_headers(request.headers, row, input);
    request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
    request.body = call.body;
    const bool has_body = row.method != "GET" && row.method != "HEAD" && row.method != "DELETE";
    if (row.body.empty() && service.protocol == Protocol::rest_json && has_body) {
        request.body = data::write_json(std::move(input));
        request.headers.push_back({"Content-Type", "application/json"});
    } else if (has_body && net::find_header(request.headers, "Content-Type") == nullptr) {
        request.headers.push_back(
            {"Content-Type",
             service.protocol == Protocol::rest_json ? "application/json"
                                                     : "application/octet-stream"});
    }
    return request;
}

net::HttpRequest json_message(const Service& service, const Call& call) {
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/";
    request.body = data::write_json(call.input);
    request.headers = call.headers;
    request.headers.push_back(
        {"Content-Type",
         fmt::format(
             "application/x-amz-json-{}", service.protocol == Protocol::json_1_0 ? "1.0" : "1.1")});
    request.headers.push_back(
        {"X-Amz-Target", fmt::format("{}.{}", service.target, call.operation)});
    if (service.query_errors) {
        request.headers.push_back({"x-amzn-query-mode", "true"});
    }
    return request;
}

// "com.amazonaws.x#ResourceNotFoundException:http://..."
std::string short_code(std::string_view code) {
    code = code.substr(0, code.find(':'));
    const std::size_t hash = code.rfind('#');
    return std::string(hash == std::string_view::npos ? code : code.substr(hash + 1));
}

ServiceFault json_fault(const net::ClientResponse& answer) {
    ServiceFault fault;
    const auto body = data::read_json(answer.body, "answer");
    const auto member = [&](std::string_view name) {
        return body ? data::text_of(body->is_map() ? body->find(name) : nullptr) : std::string();
    };
    fault.message = member("message");
    if (fault.message.empty()) {
        fault.message = member("Message");
    }
    if (const std::string* header = net::find_header(answer.headers, "x-amzn-ErrorType")) {
        fault.code = short_code(*header);
    }
    for (const std::string_view name : {"__type", "code", "Code"}) {
        if (fault.code.empty()) {
            fault.code = short_code(member(name));
        }
    }
    if (const std::string* old = net::find_header(answer.headers, "x-amzn-query-error")) {
        fault.code = old->substr(0, old->find(';'));
    }
    if (fault.message.empty() && body && body->is_map()) { // the portal of SSO
        fault.message = member("error_description");
        fault.code = fault.code.empty() ? member("error") : fault.code;
    }
    return fault;
}

ServiceFault xml_fault(const net::ClientResponse& answer) {
    ServiceFault fault;
    const auto body = read_xml(answer.body);
    if (!body) {
        return fault;
    }
    const data::Value* error = body->find("Error"); // Query; S3's root is the error
    if (error == nullptr && body->find("Errors") != nullptr) {
        error = body->find("Errors")->find("Error");
    }
    const data::Value& found = error == nullptr ? *body : *error;
    if (!found.is_map()) {
        return fault;
    }
    fault.code = data::text_of(found, "Code");
    fault.message = data::text_of(found, "Message");
    fault.region = data::text_of(found, "Region");
    return fault;
}

} // namespace

std::string query_form(std::string_view action, std::string_view version, const data::Map& input) {
    std::string form = fmt::format("Action={}&Version={}", action, version);
    for (const data::Entry& entry : input) {
        add_parameter(form, entry.key, entry.value);
    }
    return form;
}

net::HttpRequest make_message(const Service& service, const OperationRow& row, const Call& call) {
    if (service.protocol == Protocol::rest_json || service.protocol == Protocol::rest_xml) {
        return rest_message(service, row, call);
    }
    if (service.protocol != Protocol::query) {
        return json_message(service, call);
    }
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/";
    request.headers = call.headers;
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
    request.body = query_form(call.operation, service.version, call.input);
    return request;
}

AwsResult<data::Value> read_answer(
    const Service& service, const OperationRow& row, const Call& call, const std::string& body) {
    if (body.empty() || call.sink || row.raw_answer || row.method == "HEAD") {
        return data::Value();
    }
    const auto unreadable = [&](const base::Error& error) {
        return aws_fail(
            AwsFailure::connection,
            fmt::format(
                "Unable to parse the response of {} to {}: {}",
                service.name,
                call.operation,
                error.message));
    };
    if (service.protocol == Protocol::rest_json || service.protocol == Protocol::json_1_0 ||
        service.protocol == Protocol::json_1_1) {
        auto value = data::read_json(body, "answer");
        if (!value) {
            return unreadable(value.error());
        }
        return std::move(*value);
    }
    auto value = read_xml(body);
    if (!value) {
        return unreadable(value.error());
    }
    if (service.protocol == Protocol::query) {
        const data::Value* result = value->find(fmt::format("{}Result", call.operation));
        return result == nullptr ? data::Value(data::Map()) : data::Value(*result);
    }
    return std::move(*value);
}

ServiceFault read_fault(const Service& service, const net::ClientResponse& answer) {
    const bool xml = service.protocol == Protocol::query || service.protocol == Protocol::rest_xml;
    ServiceFault fault = xml ? xml_fault(answer) : json_fault(answer);
    if (const std::string* region = net::find_header(answer.headers, "x-amz-bucket-region")) {
        fault.region = *region;
    }
    if (fault.code.empty()) { // the answer to a HEAD has no body; that of a proxy is none of AWS
        fault.code = std::to_string(answer.status);
        if (fault.message.empty()) {
            fault.message = net::reason_phrase(answer.status);
        }
    }
    return fault;
}

} // namespace samara::aws_client
