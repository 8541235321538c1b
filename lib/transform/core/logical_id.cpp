#include "transform/core/logical_id.h"

#include "base/hash.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "data/write.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <vector>

namespace samara::transform {
namespace {

using data::Value;

void write(std::string& out, const Value& value) {
    if (const data::Map* map = value.as_map()) {
        std::vector<const data::Entry*> entries;
        entries.reserve(map->size());
        for (const data::Entry& entry : *map) {
            entries.push_back(&entry);
        }
        // Byte order of UTF-8 is code point order.
        std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) {
            return a->key < b->key;
        });
        out += '{';
        for (const data::Entry* entry : entries) {
            if (entry != entries.front()) {
                out += ',';
            }
            base::append_ascii_json_string(out, entry->key);
            out += ':';
            write(out, entry->value);
        }
        out += '}';
    } else if (const data::List* list = value.as_list()) {
        out += '[';
        for (const Value& item : *list) {
            if (&item != &list->front()) {
                out += ',';
            }
            write(out, item);
        }
        out += ']';
    } else if (const std::string* text = value.as_string()) {
        base::append_ascii_json_string(out, *text);
    } else {
        out += data::write_json(value);
    }
}

} // namespace

std::string hash_input(const Value& value) {
    if (const std::string* text = value.as_string()) {
        return *text;
    }
    std::string out;
    write(out, value);
    return out;
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
