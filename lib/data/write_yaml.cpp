#include "data/write.h"
#include "data/yaml_scalar.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace samara::data {

namespace {

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7F) || c == '\n';
    });
}

// Whether YAML reads the text back as the same string without quotes.
bool is_plain(std::string_view text) {
    constexpr std::string_view forbidden_first = "-?:,[]{}#&*!|>'\"%@` \t";
    if (text.empty() || forbidden_first.find(text.front()) != std::string_view::npos ||
        text.back() == ' ' || text.back() == ':' || text == "<<" || text.front() == '=' ||
        text.starts_with("...")) {
        return false;
    }
    if (!is_printable(text) || text.find('\n') != std::string_view::npos ||
        text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos ||
        text.find_first_of("{}[],") != std::string_view::npos) {
        return false;
    }
    // A date is a string to CloudFormation, but a date to other readers of the same file.
    const bool date_like =
        text.size() >= 8 &&
        std::all_of(text.begin(), text.begin() + 4, [](char c) { return c >= '0' && c <= '9'; });
    return !date_like && resolve_plain_scalar(text).is_string();
}

// A literal block keeps the text when it ends in at most one line end and no line is odd.
bool fits_literal_block(std::string_view text) {
    return text.find('\n') != std::string_view::npos && is_printable(text) && text.front() != ' ' &&
           text.front() != '\n' && !text.ends_with("\n\n") &&
           text.find(" \n") == std::string_view::npos;
}

std::string quote(std::string_view text) {
    if (is_printable(text) && text.find('\n') == std::string_view::npos) {
        std::string out = "'";
        for (const char c : text) {
            out += c;
            if (c == '\'') {
                out += c;
            }
        }
        return out + "'";
    }
    return write_json(Value(text)); // JSON's escapes are a subset of YAML's double-quoted ones
}

class YamlWriter {
public:
    void write_root(const Value& value) {
        if (is_block(value)) {
            write_block(value, 0);
        } else {
            out_ += inline_text(value) + "\n";
        }
    }

    std::string take() && { return std::move(out_); }

private:
    static bool is_block(const Value& value) {
        return (value.is_list() && !value.as_list()->empty()) ||
               (value.is_map() && !value.as_map()->empty());
    }

    static std::string inline_text(const Value& value) {
        switch (value.kind()) {
        case Value::Kind::null:
            return "null";
        case Value::Kind::string:
            return is_plain(value.text()) ? std::string(value.text()) : quote(value.text());
        case Value::Kind::list:
            return "[]";
        case Value::Kind::map:
            return "{}";
        case Value::Kind::number:
            return number_text(*value.as_number());
        case Value::Kind::boolean:
        case Value::Kind::integer:
            break;
        }
        return scalar_text(value);
    }

    // YAML 1.1 wants a dot in the mantissa and a sign in the exponent: 1e+20 is a string there.
    static std::string number_text(double number) {
        if (std::isnan(number)) {
            return ".nan";
        }
        if (std::isinf(number)) {
            return number > 0 ? ".inf" : "-.inf";
        }
        std::string text = scalar_text(Value(number));
        const std::size_t exponent = text.find('e');
        if (exponent != std::string::npos && text.find('.') == std::string::npos) {
            text.insert(exponent, ".0");
        }
        return text;
    }

    void indent(std::size_t columns) { out_.append(columns, ' '); }

    void write_block(const Value& value, std::size_t columns) {
        if (const List* list = value.as_list()) {
            for (const Value& item : *list) {
                indent(columns);
                out_ += "-";
                write_item(item, columns);
            }
            return;
        }
        for (const Entry& entry : *value.as_map()) {
            indent(columns);
            write_member(entry, columns);
        }
    }

    // After "-": a nested block starts on the same line.
    void write_item(const Value& item, std::size_t columns) {
        if (!is_block(item)) {
            write_scalar(item, columns);
            return;
        }
        const std::size_t start = out_.size();
        write_block(item, columns + 2);
        out_.replace(
            start, columns + 2, " "); // the first line's indentation becomes the blank after "-"
    }

    void write_member(const Entry& entry, std::size_t columns) {
        const bool plain = is_plain(entry.key);
        out_ += plain ? entry.key : quote(entry.key);
        out_ += ':';
        if (!is_block(entry.value)) {
            write_scalar(entry.value, columns);
            return;
        }
        out_ += '\n';
        write_block(entry.value, columns + (entry.value.is_list() ? 0 : 2));
    }

    void write_scalar(const Value& value, std::size_t columns) {
        if (value.is_string() && fits_literal_block(value.text())) {
            write_literal(value.text(), columns + 2);
            return;
        }
        out_ += ' ';
        out_ += inline_text(value);
        out_ += '\n';
    }

    void write_literal(std::string_view text, std::size_t columns) {
        const bool ends_line = text.ends_with('\n');
        out_ += ends_line ? " |\n" : " |-\n";
        if (ends_line) {
            text.remove_suffix(1);
        }
        while (true) {
            const std::size_t end = text.find('\n');
            const std::string_view line = text.substr(0, end);
            if (!line.empty()) {
                indent(columns);
                out_ += line;
            }
            out_ += '\n';
            if (end == std::string_view::npos) {
                return;
            }
            text.remove_prefix(end + 1);
        }
    }

    std::string out_;
};

} // namespace

std::string write_yaml(const Value& value) {
    YamlWriter writer;
    writer.write_root(value);
    return std::move(writer).take();
}

} // namespace samara::data
