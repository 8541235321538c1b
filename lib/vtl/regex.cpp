#include "vtl/regex.h"

#include <array>

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace samara::vtl {

namespace {

// Some tenths of a millisecond.
constexpr std::uint32_t match_limit = 20'000;

} // namespace

struct Regex::Code {
    Code() = default;
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;
    Code(Code&&) = delete;
    Code& operator=(Code&&) = delete;

    ~Code() {
        pcre2_match_data_free(groups);
        pcre2_match_context_free(limits);
        pcre2_code_free(compiled);
    }

    pcre2_code* compiled = nullptr;
    pcre2_match_context* limits = nullptr;
    pcre2_match_data* groups = nullptr;
};

Regex::Regex(const std::string& expression, Work& work)
    : work_(work), code_(std::make_shared<Code>()) {
    if (!expression.empty() && expression.find_first_of("\\^$.|?*+()[]{}") == std::string::npos) {
        literal_ = expression;
        return;
    }
    work_.step(20 + expression.size());
    int problem = 0;
    std::size_t offset = 0;
    if (!work_.failed()) {
        code_->compiled = pcre2_compile(
            reinterpret_cast<PCRE2_SPTR>(expression.data()),
            expression.size(),
            PCRE2_UTF | PCRE2_MATCH_INVALID_UTF,
            &problem,
            &offset,
            nullptr);
    }
    if (code_->compiled == nullptr) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(problem, text.data(), text.size());
        work_.fail(fmt::format(
            "the regular expression is not valid: {} at offset {}",
            reinterpret_cast<const char*>(text.data()),
            offset));
        return;
    }
    code_->limits = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(code_->limits, match_limit);
    code_->groups = pcre2_match_data_create_from_pattern(code_->compiled, nullptr);
}

std::optional<Regex::Found> Regex::find(const std::string& text, std::size_t from, bool whole) {
    if (!work_.step()) {
        return std::nullopt;
    }
    if (!literal_.empty()) {
        const std::size_t at =
            whole ? (text == literal_ ? 0 : std::string::npos) : text.find(literal_, from);
        return at == std::string::npos ? std::nullopt
                                       : std::optional(Found{at, at + literal_.size()});
    }
    if (!work_.use_regular_expression({})) { // not one more
        return std::nullopt;
    }
    const auto start = std::chrono::steady_clock::now();
    const int found = pcre2_match(
        code_->compiled,
        reinterpret_cast<PCRE2_SPTR>(text.data()),
        text.size(),
        from,
        whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0U,
        code_->groups,
        code_->limits);
    work_.use_regular_expression(std::chrono::steady_clock::now() - start);
    if (found == PCRE2_ERROR_MATCHLIMIT) {
        work_.fail("a regular expression takes too long");
    }
    if (found < 0 || work_.failed()) {
        return std::nullopt;
    }
    const std::size_t* places = pcre2_get_ovector_pointer(code_->groups);
    // \K can put the start behind the end.
    return places[0] > places[1] ? std::nullopt : std::optional(Found{places[0], places[1]});
}

bool Regex::matches(const std::string& text) {
    return !work_.failed() && find(text, 0, true).has_value();
}

/// "$1" is a group, and a backslash keeps the next character what it is.
void Regex::append_replacement(
    std::string& result, const std::string& text, const std::string& replacement) {
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        const char character = replacement[i];
        if (character == '\\' && i + 1 < replacement.size()) {
            result += replacement[++i];
        } else if (
            character == '$' && literal_.empty() && i + 1 < replacement.size() &&
            replacement[i + 1] >= '0' && replacement[i + 1] <= '9') {
            const auto group = static_cast<std::size_t>(replacement[++i] - '0');
            if (group >= pcre2_get_ovector_count(code_->groups)) {
                work_.fail(fmt::format("the regular expression has no group {}", group));
                return;
            }
            const std::size_t* places = pcre2_get_ovector_pointer(code_->groups) + 2 * group;
            if (places[0] != PCRE2_UNSET && places[0] <= places[1]) {
                result.append(text, places[0], places[1] - places[0]);
            }
        } else {
            result += character;
        }
    }
}

Value Regex::replace(const std::string& text, const std::string& replacement, bool all) {
    std::string result;
    std::size_t from = 0;
    std::size_t copied = 0;
    while (!work_.failed() && from <= text.size()) {
        const auto found = find(text, from);
        if (!found) {
            break;
        }
        result.append(text, copied, found->start - copied);
        append_replacement(result, text, replacement);
        copied = found->end;
        from = found->end + (found->end == found->start ? 1 : 0);
        if (result.size() > work_.limits().bytes) {
            work_.fail("the result of a replacement grows beyond the limit");
        }
        if (!all) {
            break;
        }
    }
    if (work_.failed()) {
        return {};
    }
    result.append(text, copied);
    return work_.text(std::move(result));
}

Value Regex::split(const std::string& text, std::int64_t limit) {
    List* pieces = work_.list();
    std::size_t from = 0;
    std::size_t copied = 0;
    while (!work_.failed() && from <= text.size() &&
           (limit <= 0 || static_cast<std::int64_t>(pieces->items.size()) < limit - 1)) {
        const auto found = find(text, from);
        if (!found) {
            break;
        }
        const bool empty = found->end == found->start;
        from = found->end + (empty ? 1 : 0);
        // What matches nothing at the start or at the end separates nothing.
        if (empty && (found->start == 0 || found->start >= text.size())) {
            continue;
        }
        work_.add(*pieces, work_.text(text.substr(copied, found->start - copied)));
        copied = found->end;
    }
    work_.add(*pieces, work_.text(text.substr(copied)));
    if (limit == 0 && pieces->items.size() > 1) {
        while (!pieces->items.empty() && as_text(pieces->items.back()) != nullptr &&
               as_text(pieces->items.back())->empty()) {
            pieces->items.pop_back();
        }
    }
    return pieces;
}

} // namespace samara::vtl
