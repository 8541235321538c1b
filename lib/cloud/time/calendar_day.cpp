#include "cloud/time/words.h"

#include <array>

namespace samara::cloud {

namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year;
using std::chrono::year_month_day;

/// Whether the word is the name or a beginning of it that people write: "jan", "sept", "tues".
bool abbreviates(std::string_view word, std::string_view name) {
    return word.size() >= 3 && name.starts_with(word);
}

std::optional<unsigned> month_named(std::string_view word) {
    static constexpr std::array<std::string_view, 12> names{
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december"};
    for (unsigned i = 0; i < names.size(); ++i) {
        if (abbreviates(word, names[i])) {
            return i + 1;
        }
    }
    return std::nullopt;
}

std::optional<unsigned> weekday_named(std::string_view word) {
    static constexpr std::array<std::string_view, 7> names{
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
    for (unsigned i = 0; i < names.size(); ++i) {
        if (abbreviates(word, names[i])) {
            return i;
        }
    }
    return std::nullopt;
}

std::optional<sys_days> valid(int y, unsigned m, unsigned d) {
    const year_month_day date{year(y), month(m), day(d)};
    return date.ok() ? std::optional<sys_days>(date) : std::nullopt;
}

/// "2024-01-05", "01/31/2024", "31.1.24": the month comes first unless it cannot be one.
std::optional<sys_days> by_numbers(const Words& words) {
    if (words.size() != 5 || !words[0].is_number() || !words[2].is_number() ||
        !words[4].is_number() || words[1].text != words[3].text ||
        std::string_view("-/.").find(words[1].text) == std::string_view::npos) {
        return std::nullopt;
    }
    const auto [first, second, third] =
        std::array{number_of(words[0]), number_of(words[2]), number_of(words[4])};
    if (words[0].text.size() == 4) {
        return valid(first, static_cast<unsigned>(second), static_cast<unsigned>(third));
    }
    int y = third;
    if (words[4].text.size() == 2) {
        y += third < 69 ? 2000 : 1900; // as strptime does
    } else if (words[4].text.size() != 4) {
        return std::nullopt;
    }
    const bool month_first = first <= 12;
    return valid(
        y,
        static_cast<unsigned>(month_first ? first : second),
        static_cast<unsigned>(month_first ? second : first));
}

/// "jan 5 2018", "5th of january", "march 2024", in any order.
std::optional<sys_days> by_names(const Words& words, sys_days today) {
    const year_month_day now(today);
    std::optional<unsigned> m;
    std::optional<unsigned> d;
    std::optional<int> y;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Word& word = words[i];
        if (word.is(",") || word.is("of") || word.is("the") || word.is("-")) {
            continue;
        }
        if (word.is_number()) {
            if (word.text.size() == 4 && !y) {
                y = number_of(word);
            } else if (word.text.size() <= 2 && !d) {
                d = static_cast<unsigned>(number_of(word));
                if (i + 1 < words.size() && words[i + 1].glued &&
                    (words[i + 1].is("st") || words[i + 1].is("nd") || words[i + 1].is("rd") ||
                     words[i + 1].is("th"))) {
                    ++i;
                }
            } else {
                return std::nullopt;
            }
        } else if (const auto named = month_named(word.text); named && !m) {
            m = named;
        } else if (!weekday_named(word.text)) {
            return std::nullopt;
        }
    }
    if (!m) {
        return std::nullopt;
    }
    const int in_year = y.value_or(static_cast<int>(now.year()));
    if (d) {
        return valid(in_year, *m, *d);
    }
    const auto last =
        std::chrono::year_month_day_last(year(in_year), std::chrono::month_day_last(month(*m)));
    return sys_days(year(in_year) / month(*m) / std::min(now.day(), last.day()));
}

} // namespace

std::optional<sys_days> calendar_day(const Words& words, sys_days today) {
    if (words.empty()) {
        return today;
    }
    if (words.size() == 1) {
        if (const auto named = weekday_named(words[0].text)) {
            return today - (weekday(today) - weekday(*named)); // the last one, today included
        }
    }
    if (const auto date = by_numbers(words)) {
        return date;
    }
    return by_names(words, today);
}

} // namespace samara::cloud
