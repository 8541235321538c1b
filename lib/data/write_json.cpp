#include "base/json_text.h"
#include "data/write.h"

#include <cmath>

#include <fmt/format.h>

namespace samara::data {

namespace {

class IndentedJson {
public:
    explicit IndentedJson(int indent) : indent_(indent) {}

    void write(const Value& value) {
        switch (value.kind()) {
        case Value::Kind::null:
            out_ += "null";
            break;
        case Value::Kind::string:
            base::append_json_string(out_, value.text());
            break;
        case Value::Kind::number:
            out_ += std::isfinite(*value.as_number()) ? scalar_text(value) : "null";
            break;
        case Value::Kind::boolean:
        case Value::Kind::integer:
            out_ += scalar_text(value);
            break;
        case Value::Kind::list:
            write_list(*value.as_list());
            break;
        case Value::Kind::map:
            write_map(*value.as_map());
            break;
        }
    }

    std::string take() && { return std::move(out_); }

private:
    void write_list(const List& list) {
        if (list.empty()) {
            out_ += "[]";
            return;
        }
        out_ += '[';
        ++level_;
        for (const Value& item : list) {
            if (&item != &list.front()) {
                out_ += ',';
            }
            new_line();
            write(item);
        }
        --level_;
        new_line();
        out_ += ']';
    }

    void write_map(const Map& map) {
        if (map.empty()) {
            out_ += "{}";
            return;
        }
        out_ += '{';
        ++level_;
        for (const Entry& entry : map) {
            if (&entry != &*map.begin()) {
                out_ += ',';
            }
            new_line();
            base::append_json_string(out_, entry.key);
            out_ += indent_ > 0 ? ": " : ":";
            write(entry.value);
        }
        --level_;
        new_line();
        out_ += '}';
    }

    void new_line() {
        if (indent_ > 0) {
            out_ += '\n';
            out_.append(static_cast<std::size_t>(indent_) * level_, ' ');
        }
    }

    int indent_;
    std::size_t level_ = 0;
    std::string out_;
};

} // namespace

std::string write_json(const Value& value, int indent) {
    IndentedJson writer(indent);
    writer.write(value);
    return std::move(writer).take();
}

} // namespace samara::data
