#include "console/edited_request.h"

#include "base/strings.h"
#include "base/try.h"
#include "data/accessors.h"
#include "data/read.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace samara::console {

namespace {

bool is_method(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    });
}

bool is_target(std::string_view text) {
    return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
           });
}

/// The parameters that were shown hidden get their values back.
std::string
restored_target(const std::string& original, const Secrets& secrets, std::string_view edited) {
    const std::size_t mark = edited.find('?');
    const std::size_t original_mark = original.find('?');
    const std::string_view path = edited.substr(0, mark);
    const std::string kept_path = original.substr(0, original_mark);
    std::string target = path == secrets.hide_target(kept_path) ? kept_path : std::string(path);
    if (mark == edited.npos) {
        return target;
    }
    std::vector<std::string_view> kept =
        original_mark == original.npos
            ? std::vector<std::string_view>()
            : base::split(std::string_view(original).substr(original_mark + 1), '&');
    char separator = '?';
    for (std::string_view parameter : base::split(edited.substr(mark + 1), '&')) {
        const auto same = std::find_if(kept.begin(), kept.end(), [&](std::string_view one) {
            return secrets.hide_target(fmt::format("?{}", one)).substr(1) == parameter;
        });
        target.push_back(separator);
        target += same == kept.end() ? parameter : *same;
        separator = '&';
        if (same != kept.end()) {
            kept.erase(same);
        }
    }
    return target;
}

base::Result<net::HttpHeaders> restored_headers(
    const net::HttpHeaders& original, const Secrets& secrets, const data::Value& edited) {
    net::HttpHeaders kept = original;
    net::HttpHeaders headers;
    for (const data::Value& pair : edited.as_list() ? *edited.as_list() : data::List()) {
        const std::vector<std::string> texts = data::texts_of(&pair);
        if (texts.size() != 2 || !net::is_valid_header(texts[0], texts[1])) {
            return base::fail(
                fmt::format("'{}' is not a header", texts.empty() ? std::string() : texts.front()));
        }
        net::HttpHeader header{texts[0], texts[1]};
        const auto same = std::find_if(kept.begin(), kept.end(), [&](const net::HttpHeader& one) {
            return net::equal_ignoring_case(one.name, header.name) &&
                   secrets.hide_header(one) == header.value;
        });
        if (same != kept.end()) {
            header.value = same->value;
            kept.erase(same);
        }
        headers.push_back(std::move(header));
    }
    return headers;
}

/// As the client's own program would write it.
void set_content_length(net::HttpRequest& request) {
    std::erase_if(request.headers, [](const net::HttpHeader& header) {
        return net::equal_ignoring_case(header.name, "Transfer-Encoding");
    });
    const auto length =
        std::find_if(request.headers.begin(), request.headers.end(), [](const auto& header) {
            return net::equal_ignoring_case(header.name, "Content-Length");
        });
    const std::string size = std::to_string(request.body.size());
    if (length != request.headers.end()) {
        length->value = size;
    } else if (!request.body.empty()) {
        request.headers.push_back({"Content-Length", size});
    }
}

} // namespace

base::Result<net::HttpRequest> same_request(const Entry& entry) {
    if (entry.request_cut()) {
        return base::fail("its body was too large to keep, so it cannot be sent again as it was");
    }
    return entry.exchange.request;
}

base::Result<net::HttpRequest>
edited_request(const Entry& entry, Secrets secrets, std::string_view edit) {
    TRY_ASSIGN(const auto members, data::read_json(edit, "edit"));
    if (!members.is_map()) {
        return base::fail("the edited request has to be a JSON object");
    }
    const net::HttpRequest& original = entry.exchange.request;
    secrets.add(original, entry.exchange.response_headers);
    net::HttpRequest request = original;
    if (const data::Value* method = members.find("method")) {
        request.method = data::text_of(*method);
    }
    if (const data::Value* target = members.find("target")) {
        request.target = restored_target(original.target, secrets, data::text_of(*target));
    }
    if (!is_method(request.method) || !is_target(request.target)) {
        return base::fail(
            "a request needs a method and a path that begins with / and has no blanks");
    }
    if (const data::Value* headers = members.find("headers")) {
        TRY_ASSIGN(auto restored, restored_headers(original.headers, secrets, *headers));
        request.headers = std::move(restored);
    }
    const data::Value* body = members.find("body");
    if (body == nullptr || data::text_of(*body) == secrets.hide(original.body)) {
        TRY_ASSIGN(const auto same, same_request(entry));
        request.body = same.body;
        return request;
    }
    request.body = data::text_of(*body);
    set_content_length(request);
    return request;
}

} // namespace samara::console
