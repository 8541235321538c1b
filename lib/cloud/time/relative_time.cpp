#include "cloud/time/words.h"

#include <array>
#include <cmath>

namespace samara::cloud {

namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::months;

/// A unit is so many months, which differ in length, or so much time.
struct Unit {
    int months = 0;
    microseconds time{0};
};

std::optional<Unit> unit_named(std::string_view name) {
    struct Row {
        std::string_view names; // separated by blanks
        Unit unit;
    };

    using namespace std::chrono_literals;
    static constexpr std::array<Row, 8> rows{{
        {" s sec secs second seconds ", {0, 1s}},
        {" m min mins minute minutes ", {0, 1min}},
        {" h hr hrs hour hours ", {0, 1h}},
        {" d day days ", {0, 24h}},
        {" w wk wks week weeks ", {0, 168h}},
        {" mo mos month months ", {1, 0s}},
        {" y yr yrs year years ", {12, 0s}},
        {" decade decades ", {120, 0s}},
    }};
    const std::string wanted = " " + std::string(name) + " ";
    for (const Row& row : rows) {
        if (row.names.find(wanted) != std::string_view::npos) {
            return row.unit;
        }
    }
    return std::nullopt;
}

/// "a", "an", "one" to "twelve".
std::optional<int> spelt_number(std::string_view word) {
    static constexpr std::array<std::string_view, 12> words{
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve"};
    if (word == "a" || word == "an") {
        return 1;
    }
    const auto found = std::ranges::find(words, word);
    return found == words.end() ? std::nullopt
                                : std::optional(static_cast<int>(found - words.begin()) + 1);
}

/// Counting in months keeps the day where the month has it, else takes its last one.
Moment add_months(Moment from, int count) {
    const auto day = std::chrono::floor<days>(from);
    std::chrono::year_month_day date(day);
    date += months(count);
    if (!date.ok()) {
        date = date.year() / date.month() / std::chrono::last;
    }
    return Moment(std::chrono::sys_days(date)) + (from - day);
}

struct Distance {
    int months = 0;
    microseconds time{0};
};

/// Four digits of years, as dates are written.
constexpr int most_months = 9999 * 12;
constexpr microseconds most_time = std::chrono::years(9999);

/// "2 hours 30 minutes", "1.5 h", "an hour and 5 minutes": all the words, or nothing.
std::optional<Distance> distance(const Words& words, std::size_t begin, std::size_t end) {
    Distance sum;
    for (std::size_t i = begin; i < end;) {
        double number = 0;
        if (words[i].is_number()) {
            std::string digits = words[i].text;
            if (i + 2 < end && (words[i + 1].is(".") || words[i + 1].is(",")) &&
                words[i + 2].is_number() && words[i + 1].glued && words[i + 2].glued) {
                digits += "." + words[i + 2].text;
                i += 2;
            }
            number = std::stod(digits); // digits only
        } else if (const auto spelt = spelt_number(words[i].text)) {
            number = *spelt;
        } else {
            return std::nullopt;
        }
        const auto unit = ++i < end ? unit_named(words[i].text) : std::nullopt;
        if (!unit || (unit->months > 0 && number != std::floor(number)) || number > 1e6) {
            return std::nullopt;
        }
        sum.months += static_cast<int>(number) * unit->months;
        sum.time += microseconds(std::llround(number * static_cast<double>(unit->time.count())));
        if (sum.months > most_months || sum.time > most_time) {
            return std::nullopt;
        }
        ++i;
        while (i < end && i + 1 < end &&
               (words[i].is(".") || words[i].is(",") || words[i].is("and"))) {
            ++i;
        }
        if (i + 1 == end && words[i].is(".")) {
            ++i; // of an abbreviation: "hr."
        }
    }
    return sum;
}

/// Days from today that have a name.
std::optional<int> named_day(const std::string& text) {
    struct Row {
        std::string_view name;
        int days;
    };

    static constexpr std::array<Row, 7> rows{{
        {"now", 0},
        {"just now", 0},
        {"today", 0},
        {"yesterday", -1},
        {"tomorrow", 1},
        {"day before yesterday", -2},
        {"day after tomorrow", 2},
    }};
    for (const Row& row : rows) {
        if (row.name == text) {
            return row.days;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Moment> relative_time(const Words& words, Moment now) {
    std::string text;
    for (const Word& word : words) {
        if (!(text.empty() && word.is("the"))) {
            text += (text.empty() ? "" : " ") + word.text;
        }
    }
    if (const auto day = named_day(text)) {
        return now + days(*day);
    }
    if (words.size() == 2 && (words[0].is("last") || words[0].is("next") || words[0].is("this"))) {
        const auto unit = unit_named(words[1].text);
        const int count = words[0].is("last") ? -1 : words[0].is("next") ? 1 : 0;
        return unit ? std::optional(add_months(now, count * unit->months) + count * unit->time)
                    : std::nullopt;
    }
    std::size_t begin = 0;
    std::size_t end = words.size();
    int sign = -1; // a distance without more lies in the past
    if (words.front().is("in") || words.front().is("-")) {
        sign = words.front().is("in") ? 1 : -1;
        ++begin;
    } else if (words.back().is("ago")) {
        --end;
    }
    if (begin >= end) {
        return std::nullopt;
    }
    const auto read = distance(words, begin, end);
    return read ? std::optional(add_months(now, sign * read->months) + sign * read->time)
                : std::nullopt;
}

} // namespace samara::cloud
