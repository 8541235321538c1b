#include "base/try.h"
#include "data/read.h"
#include "data/read_context.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace samara::data {

namespace {

/// Blanks and separators.
bool stands_between(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':';
}

bool is_bracket(char c) {
    return c == '{' || c == '}' || c == '[' || c == ']';
}

// nlohmann's SAX events carry no places, so the builder walks the text alongside: before each event
// it skips blanks and separators to the token, after it the token itself.
class JsonBuilder : public nlohmann::json_sax<nlohmann::json> {
public:
    JsonBuilder(
        std::string_view text,
        const Places& places,
        const ReadLimits& limits,
        base::Diagnostics* warnings)
        : text_(text), places_(places), limits_(limits), warnings_(warnings) {}

    bool null() override { return scalar(Value()); }

    bool boolean(bool value) override { return scalar(Value(value)); }

    bool number_integer(number_integer_t value) override {
        return scalar(Value(std::int64_t{value}));
    }

    bool number_unsigned(number_unsigned_t value) override {
        if (value <= static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
            return scalar(Value(static_cast<std::int64_t>(value)));
        }
        return scalar(Value(static_cast<double>(value)));
    }

    bool number_float(number_float_t value, const string_t& /*text*/) override {
        return scalar(Value(value));
    }

    bool string(string_t& value) override { return scalar(Value(std::move(value))); }

    bool binary(binary_t& /*value*/) override { return false; }

    bool start_object(std::size_t /*size*/) override { return open(Value(Map())); }

    bool end_object() override { return close(); }

    bool start_array(std::size_t /*size*/) override { return open(Value(List())); }

    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        base::Location where = take_token();
        Level& level = levels_.back();
        if (const Entry* first = level.value.as_map()->find_entry(name)) {
            error_ = duplicate_key(name, where, first->key_where, warnings_);
            if (error_) {
                return false;
            }
        }
        level.key = std::move(name);
        level.key_where = std::move(where);
        return true;
    }

    bool parse_error(
        std::size_t position,
        const std::string& last_token,
        const nlohmann::json::exception& /*ex*/) override {
        const std::size_t offset = position == 0 ? 0 : std::min(position - 1, text_.size());
        base::Error error;
        error.message = offset >= text_.size() || last_token.empty()
                            ? "JSON ends too early: a value, bracket or quote is missing"
                            : fmt::format("not valid JSON near '{}'", last_token.substr(0, 40));
        error.where = places_.of(text_, offset);
        error_ = std::move(error);
        return false;
    }

    base::Result<Value> finish(bool parsed) && {
        if (error_) {
            return base::fail(std::move(*error_));
        }
        if (!parsed) {
            return base::fail("not valid JSON", {}, places_.at(1, 1));
        }
        return std::move(root_);
    }

private:
    struct Level {
        Value value;
        std::string key;
        base::Location key_where;
    };

    bool scalar(Value value) {
        value.set_where(take_token());
        add(std::move(value));
        return true;
    }

    bool open(Value value) {
        value.set_where(take_token());
        if (levels_.size() >= limits_.depth) {
            base::Error error;
            error.message = fmt::format("nested more than {} levels deep", limits_.depth);
            error.where = value.where();
            error_ = std::move(error);
            return false;
        }
        levels_.push_back({std::move(value), {}, {}});
        return true;
    }

    bool close() {
        take_token();
        Value value = std::move(levels_.back().value);
        levels_.pop_back();
        add(std::move(value));
        return true;
    }

    void add(Value value) {
        if (levels_.empty()) {
            root_ = std::move(value);
            return;
        }
        Level& level = levels_.back();
        if (List* list = level.value.as_list()) {
            list->push_back(std::move(value));
        } else {
            level.value.as_map()->set(
                Entry(std::move(level.key), std::move(value), std::move(level.key_where)));
        }
    }

    base::Location take_token() {
        while (cursor_ < text_.size() && stands_between(text_[cursor_])) {
            advance();
        }
        base::Location where = places_.at(line_, cursor_ - line_start_ + 1);
        if (cursor_ >= text_.size()) {
            return where;
        }
        const char first = text_[cursor_];
        if (first == '"') { // in which there is no end of line
            ++cursor_;
            while (cursor_ < text_.size() && text_[cursor_] != '"') {
                cursor_ += text_[cursor_] == '\\' ? 2 : 1;
            }
            cursor_ = std::min(cursor_ + 1, text_.size());
        } else if (is_bracket(first)) {
            advance();
        } else {
            while (cursor_ < text_.size() && !stands_between(text_[cursor_]) &&
                   !is_bracket(text_[cursor_])) {
                advance();
            }
        }
        return where;
    }

    void advance() {
        if (cursor_ < text_.size()) {
            if (text_[cursor_] == '\n') {
                ++line_;
                line_start_ = cursor_ + 1;
            }
            ++cursor_;
        }
    }

    std::string_view text_;
    const Places& places_;
    const ReadLimits& limits_;
    base::Diagnostics* warnings_;
    std::size_t cursor_ = 0;
    std::size_t line_ = 1;
    std::size_t line_start_ = 0;
    std::vector<Level> levels_;
    Value root_;
    std::optional<base::Error> error_;
};

} // namespace

base::Result<Value> read_json(
    std::string_view text,
    std::string_view file,
    const ReadLimits& limits,
    base::Diagnostics* warnings) {
    const Places places(file);
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    TRY(require_text(text, places));
    JsonBuilder builder(text, places, limits, warnings);
    const bool parsed = nlohmann::json::sax_parse(text, &builder);
    return std::move(builder).finish(parsed);
}

} // namespace samara::data
