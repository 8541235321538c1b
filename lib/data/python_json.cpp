#include "data/python_json.h"

#include "base/json_text.h"
#include "data/walk.h"
#include "data/write.h"

namespace samara::data {

namespace {

class Writer {
public:
    Writer(std::string& out, const PythonJson& form)
        : out_(out), sorted_(form.sorted), between_(form.compact ? "," : ", "),
          colon_(form.compact ? ":" : ": ") {}

    void write(const Value& value) {
        if (const Map* map = value.as_map()) {
            write_map(*map);
        } else if (const List* list = value.as_list()) {
            write_list(*list);
        } else if (const std::string* text = value.as_string()) {
            base::append_ascii_json_string(out_, *text);
        } else {
            out_ += write_json(value);
        }
    }

private:
    void write_map(const Map& map) {
        out_ += '{';
        std::string_view before;
        const auto write_member = [&](const Entry& entry) {
            out_ += before;
            base::append_ascii_json_string(out_, entry.key);
            out_ += colon_;
            write(entry.value);
            before = between_;
        };
        if (sorted_) {
            for (const Entry* entry : sorted_entries(map)) {
                write_member(*entry);
            }
        } else {
            for (const Entry& entry : map) {
                write_member(entry);
            }
        }
        out_ += '}';
    }

    void write_list(const List& list) {
        out_ += '[';
        std::string_view before;
        for (const Value& item : list) {
            out_ += before;
            write(item);
            before = between_;
        }
        out_ += ']';
    }

    std::string& out_;
    bool sorted_;
    std::string_view between_;
    std::string_view colon_;
};

} // namespace

std::string write_python_json(const Value& value, const PythonJson& form) {
    std::string out;
    Writer(out, form).write(value);
    return out;
}

} // namespace samara::data
