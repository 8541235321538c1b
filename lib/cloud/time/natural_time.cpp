#include "cloud/time/natural_time.h"

#include "base/strings.h"
#include "cloud/time/words.h"

#include <charconv>

namespace samara::cloud {

namespace {

using std::chrono::microseconds;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Ten digits are seconds, thirteen milliseconds.
std::optional<Moment> unix_time(std::string_view text) {
    if (!std::ranges::all_of(text, is_digit) || (text.size() != 10 && text.size() != 13)) {
        return std::nullopt;
    }
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return Moment(microseconds(number * (text.size() == 10 ? 1'000'000 : 1'000)));
}

} // namespace

std::optional<Words> split_into_words(std::string_view text) {
    Words words;
    bool glued = false;
    for (std::size_t i = 0; i < text.size();) {
        const auto kind_of = [](char c) -> std::optional<Word::Kind> {
            if (is_digit(c)) {
                return Word::Kind::number;
            }
            if (c >= 'a' && c <= 'z') {
                return Word::Kind::letters;
            }
            return std::string_view("-+/.,:").find(c) == std::string_view::npos
                       ? std::nullopt
                       : std::optional(Word::Kind::sign);
        };
        if (text[i] == ' ' || text[i] == '\t') {
            glued = false;
            ++i;
            continue;
        }
        const auto kind = kind_of(text[i]);
        if (!kind) {
            return std::nullopt;
        }
        std::size_t end = i + 1;
        while (*kind != Word::Kind::sign && end < text.size() && kind_of(text[end]) == kind) {
            ++end;
        }
        if (*kind == Word::Kind::number && end - i > 9) {
            return std::nullopt;
        }
        words.push_back({*kind, std::string(text.substr(i, end - i)), glued});
        glued = true;
        i = end;
    }
    return words;
}

int number_of(const Word& word) {
    int number = 0;
    std::from_chars(word.text.data(), word.text.data() + word.text.size(), number);
    return number;
}

std::optional<Moment> parse_natural_time(std::string_view text, Moment now) {
    const std::string lower = base::to_lower(base::trim(text));
    if (const auto moment = unix_time(lower)) {
        return moment;
    }
    auto words = split_into_words(lower);
    if (!words || words->empty()) {
        return std::nullopt;
    }
    std::optional<Clock> clock;
    if (!take_clock(*words, clock)) {
        return std::nullopt;
    }
    const auto today = std::chrono::floor<std::chrono::days>(now);
    std::optional<Moment> moment =
        words->empty() ? std::optional<Moment>() : relative_time(*words, now);
    if (moment && !clock) {
        return moment;
    }
    const auto day = moment ? std::optional(std::chrono::floor<std::chrono::days>(*moment))
                            : calendar_day(*words, today);
    if (!day) {
        return std::nullopt;
    }
    moment = Moment(*day);
    if (clock) {
        *moment += clock->of_day - clock->zone.value_or(std::chrono::minutes(0));
    }
    return moment;
}

} // namespace samara::cloud
