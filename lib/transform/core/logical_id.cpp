#include "transform/core/logical_id.h"

#include "base/hash.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "data/python_json.h"
#include "data/write.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <vector>

namespace samara::transform {

using data::Value;

std::string hash_input(const Value& value) {
    if (const std::string* text = value.as_string()) {
        return *text;
    }
    return data::write_python_json(value, {.sorted = true, .compact = true});
}

std::string ascii_json(std::string_view json) {
    std::string out;
    for (std::size_t i = 0; i < json.size();) {
        const auto [point, step] = base::code_point_at(json, i);
        if (point >= 0x7F) {
            base::append_json_escape(out, point);
        } else {
            out += json[i];
        }
        i += step;
    }
    return out;
}

std::string short_hash(const Value& value, std::size_t length) {
    return base::sha1_hex(hash_input(value)).substr(0, length);
}

std::string hashed_id(std::string_view prefix, const Value& value) {
    return is_given(&value) ? std::string(prefix) + short_hash(value) : std::string(prefix);
}

std::string alphanumeric(std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
    return out;
}

} // namespace samara::transform
