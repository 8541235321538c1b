#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace samara::base {

/// Appends compact JSON to a text, member by member, without building a tree first.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_list();
    JsonWriter& end_list();
    JsonWriter& key(std::string_view name);

    /// Bytes that are not UTF-8 become U+FFFD: JSON has no other text.
    JsonWriter& text(std::string_view value);
    JsonWriter& number(std::int64_t value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();

    /// JSON that is written already.
    JsonWriter& raw(std::string_view json);

    JsonWriter& member(std::string_view name, std::string_view value) {
        return key(name).text(value);
    }

private:
    void separate();

    std::string& out_;
};

} // namespace samara::base
