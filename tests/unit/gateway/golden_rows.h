#pragma once

#include "aws_client/iam_credentials.h"
#include "aws_client/sigv4.h"
#include "data/accessors.h"
#include "data/value.h"
#include "net/http_message.h"

#include <chrono>
#include <string>

/// What the tables of tests/golden/gateway have in common.
namespace samara::gateway {

/// Everything in `expected` is in `actual`, with the same scalars and lists; an empty map is one.
inline bool contains(const data::Value& actual, const data::Value& expected) {
    if (!expected.is_map() || expected.as_map()->empty()) {
        return actual == expected;
    }
    for (const data::Entry& entry : *expected.as_map()) {
        const data::Value* found = actual.find(entry.key);
        if (found == nullptr || !contains(*found, entry.value)) {
            return false;
        }
    }
    return true;
}

/// Adds the lines of the row's `headers`, and signs the request where the row says for which
/// service.
inline void add_headers(const data::Value& row, net::HttpRequest& request) {
    for (const std::string& line : data::texts_of(row.find("headers"))) {
        const std::size_t colon = line.find(": ");
        request.headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
    }
    if (const std::string service = data::text_of(row, "signed_for"); !service.empty()) {
        aws_client::IamCredential credential;
        credential.secret_key = "s";
        aws_client::sign_sigv4(
            request, "AK", credential, "us-east-1", service, std::chrono::system_clock::now());
    }
}

} // namespace samara::gateway
