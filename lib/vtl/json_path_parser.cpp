#include "vtl/json_path_tree.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace samara::vtl {

namespace {

using Steps = std::vector<JsonPath::Step>;
using Kind = JsonPath::Step::Kind;

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

bool ends_name(char character) {
    return std::string_view(".[]()=!<>&|~, \t\r\n").find(character) != std::string_view::npos;
}

class PathParser {
public:
    explicit PathParser(std::string_view text) : text_(text) {}

    Steps document_path() {
        skip_blanks();
        // "a.b" is "$.a.b".
        if (peek() == '$') {
            ++position_;
        } else if (!at_end()) {
            Steps steps;
            steps.push_back(name_step());
            Steps rest = steps_below();
            steps.insert(steps.end(), rest.begin(), rest.end());
            finish();
            return steps;
        }
        Steps steps = steps_below();
        finish();
        return steps;
    }

    [[nodiscard]] const std::string& failure() const { return failure_; }

private:
    void fail(std::string_view what) {
        if (failure_.empty()) {
            failure_ =
                fmt::format("{} at character {} of JSONPath '{}'", what, position_ + 1, text_);
        }
        position_ = text_.size();
    }

    void finish() {
        skip_blanks();
        if (!at_end()) {
            fail(fmt::format("unexpected '{}'", peek()));
        }
    }

    [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }

    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
    }

    void skip_blanks() {
        position_ = std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
    }

    bool take(std::string_view wanted) {
        if (text_.substr(position_, wanted.size()) != wanted) {
            return false;
        }
        position_ += wanted.size();
        return true;
    }

    Steps steps_below() {
        Steps steps;
        while (failure_.empty() && steps.size() < 100) {
            const bool anywhere = take("..");
            if (peek() == '[') {
                steps.push_back(bracket_step());
            } else if (anywhere || take(".")) {
                steps.push_back(name_step());
            } else {
                break;
            }
            steps.back().anywhere = anywhere;
        }
        return steps;
    }

    JsonPath::Step name_step() {
        JsonPath::Step step;
        if (take("*")) {
            step.kind = Kind::every;
            return step;
        }
        std::size_t end = position_;
        while (end < text_.size() && !ends_name(text_[end])) {
            ++end;
        }
        if (end == position_) {
            fail("a name is missing");
        }
        step.names.emplace_back(text_.substr(position_, end - position_));
        position_ = end;
        if (take("()")) {
            step.kind = Kind::function;
            constexpr std::array<std::string_view, 7> functions{
                "length", "size", "min", "max", "sum", "avg", "keys"};
            if (std::find(functions.begin(), functions.end(), step.names[0]) == functions.end()) {
                fail(fmt::format("there is no function {}()", step.names[0]));
            }
        }
        return step;
    }

    JsonPath::Step bracket_step() {
        JsonPath::Step step;
        ++position_;
        skip_blanks();
        if (take("*")) {
            step.kind = Kind::every;
        } else if (take("?")) {
            step.kind = Kind::filter;
            skip_blanks();
            if (!take("(")) {
                fail("'(' is missing");
            }
            step.filter = std::make_shared<const PathFilter>(any_of(0));
            skip_blanks();
            if (!take(")")) {
                fail("')' is missing");
            }
        } else if (peek() == '\'' || peek() == '"') {
            do {
                skip_blanks();
                step.names.push_back(quoted());
                skip_blanks();
            } while (failure_.empty() && take(","));
        } else {
            numbers(step);
        }
        skip_blanks();
        if (failure_.empty() && !take("]")) {
            fail("']' is missing");
        }
        return step;
    }

    std::optional<std::int64_t> number() {
        skip_blanks();
        std::size_t end = position_ + (peek() == '-' ? 1 : 0);
        while (end < text_.size() && is_digit(text_[end])) {
            ++end;
        }
        std::int64_t value = 0;
        const auto parsed = std::from_chars(text_.data() + position_, text_.data() + end, value);
        if (parsed.ec != std::errc{} || parsed.ptr != text_.data() + end) {
            return std::nullopt;
        }
        position_ = end;
        return value;
    }

    void numbers(JsonPath::Step& step) {
        const auto first = number();
        skip_blanks();
        if (take(":")) {
            step.kind = Kind::slice;
            step.from = first;
            step.to = number();
            skip_blanks();
            if (take(":")) {
                step.stride = number().value_or(1);
            }
            if (step.stride <= 0) {
                fail("a slice goes forward");
            }
            return;
        }
        step.kind = Kind::indexes;
        if (!first) {
            fail("an index, a quoted name, '*' or '?(...)' is missing");
            return;
        }
        step.indexes.push_back(*first);
        for (skip_blanks(); take(","); skip_blanks()) {
            if (const auto next = number()) {
                step.indexes.push_back(*next);
            } else {
                fail("an index is missing");
            }
        }
    }

    std::string quoted() {
        const char quote = peek();
        std::string text;
        for (++position_; !at_end() && peek() != quote; ++position_) {
            if (peek() == '\\' && position_ + 1 < text_.size()) {
                ++position_;
            }
            text += peek();
        }
        if (at_end()) {
            fail("a quoted text has no end");
        } else {
            ++position_;
        }
        return text;
    }

    PathFilter any_of(std::size_t depth) { return joined("||", PathFilter::Kind::any_of, depth); }

    PathFilter joined(std::string_view operation, PathFilter::Kind kind, std::size_t depth) {
        PathFilter filter;
        filter.kind = kind;
        do {
            filter.parts.push_back(
                kind == PathFilter::Kind::any_of ? joined("&&", PathFilter::Kind::all_of, depth)
                                                 : test(depth));
            skip_blanks();
        } while (failure_.empty() && take(operation));
        return filter.parts.size() == 1 ? PathFilter(filter.parts.front()) : filter;
    }

    PathFilter test(std::size_t depth) {
        if (depth > 30) {
            fail("the filter is nested too deeply");
            return {};
        }
        skip_blanks();
        PathFilter filter;
        if (take("(")) {
            filter = any_of(depth + 1);
            skip_blanks();
            if (!take(")")) {
                fail("')' is missing");
            }
            return filter;
        }
        if (peek() == '!' && peek(1) != '=') {
            ++position_;
            filter.kind = PathFilter::Kind::negation;
            filter.parts.push_back(test(depth + 1));
            return filter;
        }
        filter.left = operand(depth);
        skip_blanks();
        constexpr std::array<std::string_view, 15> operations{
            "==",
            "!=",
            "<=",
            ">=",
            "=~",
            "<",
            ">",
            "in ",
            "nin ",
            "anyof ",
            "noneof ",
            "subsetof ",
            "contains ",
            "size ",
            "empty "};
        for (const std::string_view operation : operations) {
            if (take(operation)) {
                filter.operation = operation.substr(0, operation.find(' '));
                filter.right = operand(depth);
                break;
            }
        }
        return filter;
    }

    PathOperand operand(std::size_t depth) {
        skip_blanks();
        PathOperand operand;
        if (peek() == '@' || peek() == '$') {
            operand.is_path = true;
            operand.of_document = peek() == '$';
            ++position_;
            if (depth > 30) {
                fail("the filter is nested too deeply");
            }
            ++nested_;
            if (nested_ > 20) {
                fail("the filter is nested too deeply");
            }
            operand.path = steps_below();
            --nested_;
        } else if (peek() == '\'' || peek() == '"') {
            operand.constant = quoted();
        } else if (peek() == '/') {
            const std::size_t end = text_.find('/', position_ + 1);
            if (end == std::string_view::npos) {
                fail("an expression has no end");
                return operand;
            }
            std::string expression(text_.substr(position_ + 1, end - position_ - 1));
            position_ = end + 1;
            operand.constant = (take("i") ? "(?i)" : "") + expression;
        } else if (peek() == '[') {
            data::List list;
            ++position_;
            for (skip_blanks(); !at_end() && peek() != ']'; skip_blanks()) {
                list.push_back(constant());
                skip_blanks();
                take(",");
            }
            if (!take("]")) {
                fail("']' is missing");
            }
            operand.constant = std::move(list);
        } else {
            operand.constant = constant();
        }
        return operand;
    }

    data::Value constant() {
        if (peek() == '\'' || peek() == '"') {
            return quoted();
        }
        for (const auto& [word, value] :
             {std::pair<std::string_view, data::Value>{"true", true},
              {"false", false},
              {"null", nullptr}}) {
            if (take(word)) {
                return value;
            }
        }
        std::size_t end = position_;
        while (end < text_.size() &&
               (is_digit(text_[end]) || text_[end] == '-' || text_[end] == '.' ||
                text_[end] == '+' || text_[end] == 'e')) {
            ++end;
        }
        double number_value = 0;
        const auto parsed =
            std::from_chars(text_.data() + position_, text_.data() + end, number_value);
        if (end == position_ || parsed.ptr != text_.data() + end) {
            fail("a value is missing");
            return {};
        }
        position_ = end;
        return number_value;
    }

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t nested_ = 0;
    std::string failure_;
};

} // namespace

base::Result<JsonPath> JsonPath::parse(std::string_view path) {
    PathParser parser(path);
    auto steps = std::make_shared<const std::vector<Step>>(parser.document_path());
    if (!parser.failure().empty()) {
        return base::fail(parser.failure());
    }
    return JsonPath(std::move(steps));
}

} // namespace samara::vtl
