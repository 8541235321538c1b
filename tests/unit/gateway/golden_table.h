#pragma once

#include "base/base64.h"
#include "data/accessors.h"
#include "data/read.h"
#include "net/http_message.h"
#include "support/source_tree.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

/// Reading the tables of tests/golden/gateway: lists of rows, each with its page of AWS.
namespace samara::gateway {

inline data::List table(const std::string& name) {
    const std::string path = test::source_path("tests/golden/gateway/") + name;
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    const auto value = data::read_json(text.str(), path);
    EXPECT_TRUE(value) << (value ? "" : base::to_string(value.error()));
    if (!value || !value->is_list() || value->as_list()->empty()) {
        ADD_FAILURE() << path << " is no table";
        return {};
    }
    for (const data::Value& row : *value->as_list()) {
        EXPECT_THAT(
            data::text_of(row, "page"), testing::StartsWith("https://docs.aws.amazon.com/"));
    }
    return *value->as_list();
}

inline const data::Value& member(const data::Value& map, std::string_view key) {
    static const data::Value none;
    const data::Value* found = map.find(key);
    return found == nullptr ? none : *found;
}

inline const data::List& items(const data::Value& value) {
    static const data::List none;
    return value.is_list() ? *value.as_list() : none;
}

inline std::vector<std::string> lines_of(const net::HttpHeaders& headers) {
    std::vector<std::string> lines;
    for (const net::HttpHeader& header : headers) {
        lines.push_back(header.name + ": " + header.value);
    }
    return lines;
}

/// A member that is text, or bytes under "<name>_base64".
inline std::string bytes_of(const data::Value& row, const std::string& name) {
    const data::Value* encoded = row.find(name + "_base64");
    return encoded == nullptr ? data::text_of(row, name) : *base::base64_decode(encoded->text());
}

} // namespace samara::gateway
