#include "base/json_writer.h"

#include "base/json_text.h"

#include <array>
#include <charconv>

namespace samara::base {

void JsonWriter::separate() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != ':') {
        out_ += ',';
    }
}

JsonWriter& JsonWriter::begin_object() {
    separate();
    out_ += '{';
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    out_ += '}';
    return *this;
}

JsonWriter& JsonWriter::begin_list() {
    separate();
    out_ += '[';
    return *this;
}

JsonWriter& JsonWriter::end_list() {
    out_ += ']';
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    text(name);
    out_ += ':';
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    separate();
    base::append_json_bytes(out_, value);
    return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) {
    separate();
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out_.append(digits.data(), end.ptr);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::null() {
    return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

} // namespace samara::base
