#pragma once

#include "cloud/time/natural_time.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The pieces of a time in words, and what each kind of piece may say.
namespace samara::cloud {

struct Word {
    enum class Kind : std::uint8_t { number, letters, sign } kind = Kind::letters;
    std::string text;   ///< in lower case; a sign is one character
    bool glued = false; ///< no blank before it

    [[nodiscard]] bool is(std::string_view other) const { return text == other; }

    [[nodiscard]] bool is_number() const { return kind == Kind::number; }
};

using Words = std::vector<Word>;

/// Nothing when a character belongs to no time.
std::optional<Words> split_into_words(std::string_view text);

/// The number of at most nine digits.
int number_of(const Word& word);

/// "10:00:30.5 +02:00", "5pm", "noon": taken out of the words.
struct Clock {
    std::chrono::microseconds of_day{0};
    std::optional<std::chrono::minutes> zone; ///< east of UTC
};

/// Whether what looks like a clock is one; `clock` stays empty where there is none.
bool take_clock(Words& words, std::optional<Clock>& clock);

/// "2 days 3 hours ago", "in an hour", "yesterday", "last week": counted from `now`.
std::optional<Moment> relative_time(const Words& words, Moment now);

/// "2024-01-05", "jan 5", "01/31/2024", "monday"; the day itself when there are no words.
std::optional<std::chrono::sys_days> calendar_day(const Words& words, std::chrono::sys_days today);

} // namespace samara::cloud
