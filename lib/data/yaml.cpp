#include "base/strings.h"
#include "base/try.h"
#include "data/read.h"
#include "data/read_context.h"
#include "data/short_form.h"
#include "data/yaml_explain.h"
#include "data/yaml_scalar.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace samara::data {

namespace {

// Thrown through yaml-cpp's parser to stop at the first error; caught in read_yaml.
struct Stop {
    base::Error error;
};

class YamlBuilder : public YAML::EventHandler {
public:
    YamlBuilder(
        std::string_view text,
        const Places& places,
        const ReadLimits& limits,
        base::Diagnostics* warnings)
        : text_(text), places_(places), limits_(limits), warnings_(warnings) {}

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Value value;
        value.set_where(place(mark));
        add(std::move(value), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            stop(
                "this alias refers to the node that contains it",
                "an alias must not be part of its own anchor",
                place(mark));
        }
        spend(found->second.nodes, place(mark));
        count_ += found->second.nodes;
        Value copy = found->second.value;
        add(std::move(copy), 0);
    }

    void OnScalar(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        const std::string& text) override {
        const base::Location where = place(mark);
        if (tag != "?") {
            check_terminated(mark);
        }
        Value value = scalar(tag, text, where);
        value.set_where(where);
        const std::size_t before = count_++;
        if (!levels_.empty() && levels_.back().value.is_map() && !levels_.back().key) {
            take_key(text, tag, where);
            if (anchor != 0) {
                remember(anchor, std::move(value), count_ - before);
            }
            return;
        }
        add(long_form(tag, std::move(value)), anchor, count_ - before);
    }

    void OnSequenceStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value /*style*/) override {
        open(Value(List()), mark, tag, anchor);
    }

    void OnSequenceEnd() override { close(); }

    void OnMapStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t anchor,
        YAML::EmitterStyle::value /*style*/) override {
        open(Value(Map()), mark, tag, anchor);
    }

    void OnMapEnd() override { close(); }

    [[nodiscard]] Value take_root() { return std::move(root_); }

private:
    struct Level {
        Value value;
        std::string tag;
        YAML::anchor_t anchor = 0;
        std::size_t count_before = 0;
        std::optional<std::string> key;
        base::Location key_where;
        bool merging = false;      // the key is a plain `<<`
        std::vector<Value> merges; // the values of `<<`, in order
    };

    struct Anchored {
        Value value;
        std::size_t nodes;
    };

    [[noreturn]] static void stop(std::string message, std::string hint, base::Location where) {
        base::Error error;
        error.message = std::move(message);
        error.hint = std::move(hint);
        error.where = std::move(where);
        throw Stop{std::move(error)};
    }

    // Mostly because a bracket before is never closed.
    [[noreturn]] void stop_at_key(const base::Location& where) const {
        if (auto fault = unclosed_bracket(text_)) {
            stop(
                fmt::format("not valid YAML: {}", fault->message),
                std::move(fault->hint),
                places_.at(fault->line, fault->column));
        }
        stop("a list or a map cannot be a key", "write the key as text", where);
    }

    [[nodiscard]] base::Location place(const YAML::Mark& mark) const {
        return places_.at(
            static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1);
    }

    void open(Value value, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        value.set_where(place(mark));
        if (levels_.size() >= limits_.depth) {
            stop(fmt::format("nested more than {} levels deep", limits_.depth), {}, value.where());
        }
        if (!levels_.empty() && levels_.back().value.is_map() && !levels_.back().key) {
            stop_at_key(value.where());
        }
        Level level;
        level.value = std::move(value);
        level.tag = tag;
        level.anchor = anchor;
        level.count_before = count_++;
        levels_.push_back(std::move(level));
    }

    void close() {
        Level level = std::move(levels_.back());
        levels_.pop_back();
        if (Map* map = level.value.as_map()) {
            apply_merges(*map, level.merges);
        }
        Value value = long_form(level.tag, std::move(level.value));
        add(std::move(value), level.anchor, count_ - level.count_before);
    }

    void add(Value value, YAML::anchor_t anchor, std::size_t nodes = 1) {
        if (anchor != 0) {
            remember(anchor, value, nodes);
        }
        if (levels_.empty()) {
            root_ = std::move(value);
            return;
        }
        Level& level = levels_.back();
        if (List* list = level.value.as_list()) {
            list->push_back(std::move(value));
            return;
        }
        if (!level.key) { // an alias or a null in the place of a key
            const std::string text = value.is_null() ? std::string("null") : scalar_text(value);
            if (value.is_list() || value.is_map()) {
                stop_at_key(value.where());
            }
            take_key(text, "!", value.where());
            return;
        }
        if (level.merging) {
            level.merges.push_back(std::move(value));
        } else {
            level.value.as_map()->set(
                Entry(std::move(*level.key), std::move(value), std::move(level.key_where)));
        }
        level.key.reset();
    }

    void remember(YAML::anchor_t anchor, Value value, std::size_t nodes) {
        anchors_.insert_or_assign(anchor, Anchored{std::move(value), nodes});
    }

    void take_key(const std::string& text, const std::string& tag, const base::Location& where) {
        Level& level = levels_.back();
        if (const Entry* first = level.value.as_map()->find_entry(text)) {
            if (auto error = duplicate_key(text, where, first->key_where, warnings_)) {
                throw Stop{std::move(*error)};
            }
        }
        level.key = text;
        level.merging = tag == "?" && text == "<<";
        level.key_where = where;
    }

    void spend(std::size_t nodes, const base::Location& where) {
        alias_nodes_ += nodes;
        if (alias_nodes_ > limits_.alias_nodes) {
            stop(
                fmt::format("aliases expand to more than {} nodes", limits_.alias_nodes),
                "repeated aliases of aliases grow without bound; write the content out",
                where);
        }
    }

    // https://yaml.org/type/merge.html: keys that are there win, then earlier maps over later ones.
    void apply_merges(Map& map, const std::vector<Value>& merges) {
        const auto merge = [&](const Value& from) {
            const Map* source = from.as_map();
            if (source == nullptr) {
                stop(
                    fmt::format(
                        "'<<' takes a map or a list of maps, not {}", kind_name(from.kind())),
                    {},
                    from.where());
            }
            for (const Entry& entry : *source) {
                if (!map.contains(entry.key)) {
                    map.set(entry);
                }
            }
        };
        for (const Value& value : merges) {
            if (const List* list = value.as_list()) {
                std::for_each(list->begin(), list->end(), merge);
            } else {
                merge(value);
            }
        }
    }

    // yaml-cpp takes the end of the text for a closing quote.
    void check_terminated(const YAML::Mark& mark) const {
        auto i = static_cast<std::size_t>(mark.pos);
        while (i < text_.size() &&
               (text_[i] == '!' || text_[i] == '&')) { // tag and anchor come first
            i = std::min(text_.find_first_of(" \t\r\n", i), text_.size());
            i = std::min(text_.find_first_not_of(" \t\r\n", i), text_.size());
        }
        if (i >= text_.size() || (text_[i] != '"' && text_[i] != '\'')) {
            return;
        }
        const char quote = text_[i];
        std::size_t end = i + 1;
        while (end < text_.size()) {
            const bool escape = quote == '"' ? text_[end] == '\\' : text_.substr(end, 2) == "''";
            if (!escape && text_[end] == quote) {
                break;
            }
            end += escape ? 2 : 1;
        }
        if (end >= text_.size()) {
            stop(
                fmt::format(
                    "this {} is never closed", quote == '"' ? "double quote" : "single quote"),
                fmt::format("add the closing {}", quote),
                places_.of(text_, i));
        }
    }

    [[nodiscard]] Value
    scalar(const std::string& tag, const std::string& text, const base::Location& where) const {
        if (tag == "?") {
            Value value = resolve_plain_scalar(text);
            if (value.as_number() != nullptr && !std::isfinite(*value.as_number())) {
                stop(
                    fmt::format("'{}' is not a number that a template can hold", text),
                    "quote it where a text is meant",
                    where);
            }
            return value;
        }
        constexpr std::string_view standard = "tag:yaml.org,2002:";
        if (!tag.starts_with(standard)) {
            return text;
        }
        const std::string_view type = std::string_view(tag).substr(standard.size());
        if (type == "str" || type == "binary" || type == "timestamp") {
            return text;
        }
        Value value = resolve_plain_scalar(text);
        const bool fits =
            (type == "int" && value.is_integer()) || (type == "float" && value.is_numeric()) ||
            (type == "bool" && value.is_boolean()) || (type == "null" && value.is_null());
        if (!fits) {
            stop(fmt::format("'{}' is not of the type !!{}", text, type), {}, where);
        }
        return value;
    }

    [[nodiscard]] static Value long_form(const std::string& tag, Value value) {
        auto expanded = expand_short_form(tag, std::move(value));
        if (!expanded) {
            throw Stop{std::move(expanded.error())};
        }
        return std::move(*expanded);
    }

    std::string_view text_;
    const Places& places_;
    const ReadLimits& limits_;
    base::Diagnostics* warnings_;
    std::vector<Level> levels_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    std::size_t count_ = 0;
    std::size_t alias_nodes_ = 0;
    Value root_;
};

// With the line it is about, and a caret below the place.
base::Error shown(base::Error error, std::string_view text) {
    if (error.where.line > 0) {
        const std::string line = excerpt(text, error.where.line, error.where.column);
        error.hint += line.empty() ? "" : (error.hint.empty() ? "it is here:\n" : "\n") + line;
    }
    return error;
}

base::Error
explained(const YAML::Exception& exception, std::string_view text, const Places& places) {
    const bool nowhere = exception.mark.is_null();
    YamlFault fault = explain_yaml(
        text,
        nowhere ? 1 : static_cast<std::size_t>(exception.mark.line) + 1,
        nowhere ? 1 : static_cast<std::size_t>(exception.mark.column) + 1,
        exception.msg);
    base::Error error;
    error.message = fmt::format("not valid YAML: {}", fault.message);
    error.hint = std::move(fault.hint);
    error.where = places.at(fault.line, fault.column);
    return shown(std::move(error), text);
}

} // namespace

base::Result<Value> read_yaml(
    std::string_view text,
    std::string_view file,
    const ReadLimits& limits,
    base::Diagnostics* warnings) {
    const Places places(file);
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    TRY(require_text(text, places));
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        YamlBuilder builder(text, places, limits, warnings);
        if (!parser.HandleNextDocument(builder)) {
            return Value();
        }
        Value root = builder.take_root();
        if (parser) {
            YamlBuilder second(text, places, limits, nullptr);
            if (parser.HandleNextDocument(second)) {
                return base::fail(
                    "more than one YAML document in this file",
                    "remove the '---' between them",
                    second.take_root().where());
            }
        }
        return root;
    } catch (const Stop& stop) {
        return base::fail(shown(stop.error, text));
    } catch (const YAML::Exception& exception) {
        return base::fail(explained(exception, text, places));
    }
}

} // namespace samara::data
