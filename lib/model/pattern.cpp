#include "model/pattern.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace samara::model {

namespace {

// Some milliseconds of work.
constexpr std::uint32_t match_limit = 100'000;

template <auto free>
struct Freed {
    template <class T>
    void operator()(T* resource) const {
        free(resource);
    }
};

using CompiledCode = std::unique_ptr<pcre2_code, Freed<pcre2_code_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data_free>>;

} // namespace

struct Pattern::Code {
    CompiledCode compiled;
    MatchContext limits;
};

base::Result<Pattern> Pattern::compile(std::string_view expression) {
    int problem = 0;
    std::size_t offset = 0;
    CompiledCode compiled(pcre2_compile(
        reinterpret_cast<PCRE2_SPTR>(expression.data()),
        expression.size(),
        PCRE2_ANCHORED | PCRE2_ENDANCHORED,
        &problem,
        &offset,
        nullptr));
    if (!compiled) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(problem, text.data(), text.size());
        return base::fail(
            fmt::format("{} at offset {}", reinterpret_cast<const char*>(text.data()), offset));
    }
    MatchContext limits(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(limits.get(), match_limit);
    return Pattern(std::make_shared<const Code>(Code{std::move(compiled), std::move(limits)}));
}

bool Pattern::matches(std::string_view text) const {
    const MatchData groups(pcre2_match_data_create(1, nullptr));
    // Zero: it matches, and there was no room for all of its groups.
    return pcre2_match(
               code_->compiled.get(),
               reinterpret_cast<PCRE2_SPTR>(text.data()),
               text.size(),
               0,
               0,
               groups.get(),
               code_->limits.get()) >= 0;
}

} // namespace samara::model
