#include "cloud/time/words.h"

#include <array>

namespace samara::cloud {

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Zone {
    std::string_view name;
    int minutes_east;
};

/// Abbreviations that people write. Where one stands for several zones it is that of dateparser,
/// which the original command reads times with.
constexpr std::array<Zone, 40> zones{{
    {"z", 0},      {"utc", 0},    {"gmt", 0},    {"wet", 0},    {"west", 60},  {"bst", 60},
    {"cet", 60},   {"cest", 120}, {"met", 60},   {"mest", 120}, {"eet", 120},  {"eest", 180},
    {"sast", 120}, {"cat", 120},  {"eat", 180},  {"wat", 60},   {"msk", 180},  {"trt", 180},
    {"gst", 240},  {"pkt", 300},  {"ist", 330},  {"npt", 345},  {"ict", 420},  {"wib", 420},
    {"hkt", 480},  {"sgt", 480},  {"awst", 480}, {"jst", 540},  {"kst", 540},  {"acst", 570},
    {"aest", 600}, {"aedt", 660}, {"nzst", 720}, {"nzdt", 780}, {"est", -300}, {"edt", -240},
    {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"brt", -180},
}};
constexpr std::array<Zone, 6> american_zones{
    {{"cst", -360}, {"pst", -480}, {"pdt", -420}, {"akst", -540}, {"akdt", -480}, {"hst", -600}}};

std::optional<minutes> zone_named(std::string_view name) {
    for (const std::span<const Zone> table :
         {std::span<const Zone>(zones), std::span<const Zone>(american_zones)}) {
        for (const Zone& zone : table) {
            if (zone.name == name) {
                return minutes(zone.minutes_east);
            }
        }
    }
    return std::nullopt;
}

/// "+02:00", "+0200", "+2" at words[at]: how many words it takes, 0 when it is none.
std::size_t read_offset(const Words& words, std::size_t at, minutes& offset) {
    if (at + 1 >= words.size() || !(words[at].is("+") || words[at].is("-")) ||
        !words[at + 1].is_number()) {
        return 0;
    }
    const std::string& digits = words[at + 1].text;
    int hour = number_of(words[at + 1]);
    int minute = 0;
    std::size_t taken = 2;
    if (digits.size() == 4) {
        minute = hour % 100;
        hour /= 100;
    } else if (digits.size() > 2) {
        return 0;
    } else if (at + 3 < words.size() && words[at + 2].is(":") && words[at + 3].is_number()) {
        minute = number_of(words[at + 3]);
        taken = 4;
    }
    if (hour > 14 || minute > 59) {
        return 0;
    }
    offset = (hours(hour) + minutes(minute)) * (words[at].is("-") ? -1 : 1);
    return taken;
}

/// Reads the zone at words[at], if there is one; gives where what follows begins.
std::size_t read_zone(const Words& words, std::size_t at, Clock& clock) {
    if (at >= words.size()) {
        return at;
    }
    minutes offset{0};
    if (words[at].kind == Word::Kind::letters) {
        const auto named = zone_named(words[at].text);
        if (!named) {
            return at;
        }
        const std::size_t taken = read_offset(words, at + 1, offset);
        clock.zone = *named + offset;
        return at + 1 + taken;
    }
    const std::size_t taken = read_offset(words, at, offset);
    if (taken > 0) {
        clock.zone = offset;
    }
    return at + taken;
}

/// "am" and "pm" at words[at]; whether the hour is one.
bool read_half(const Words& words, std::size_t& at, int& hour) {
    if (at < words.size() && (words[at].is("am") || words[at].is("pm"))) {
        if (hour < 1 || hour > 12) {
            return false;
        }
        hour = hour % 12 + (words[at].is("pm") ? 12 : 0);
        ++at;
    }
    return hour <= 23;
}

microseconds fraction(const Word& digits) {
    const std::string six = (digits.text + "000000").substr(0, 6);
    return microseconds(number_of({Word::Kind::number, six}));
}

bool number_at(const Words& words, std::size_t at) {
    return at < words.size() && words[at].is_number();
}

/// The clock whose first ":" is words[colon].
bool read_digits(const Words& words, std::size_t colon, std::size_t& end, Clock& clock) {
    if (colon == 0 || !words[colon - 1].is_number() || !number_at(words, colon + 1)) {
        return false;
    }
    int hour = number_of(words[colon - 1]);
    const int minute = number_of(words[colon + 1]);
    int second = 0;
    microseconds part{0};
    end = colon + 2;
    if (end < words.size() && words[end].is(":") && number_at(words, end + 1)) {
        second = number_of(words[end + 1]);
        end += 2;
        if (end < words.size() && words[end].is(".") && number_at(words, end + 1)) {
            part = fraction(words[end + 1]);
            end += 2;
        }
    }
    if (!read_half(words, end, hour) || minute > 59 || second > 59) {
        return false;
    }
    clock.of_day = hours(hour) + minutes(minute) + seconds(second) + part;
    return true;
}

void take(Words& words, std::size_t begin, std::size_t end) {
    if (begin > 0 &&
        (words[begin - 1].is("t") || words[begin - 1].is("at") || words[begin - 1].is(","))) {
        --begin;
    }
    words.erase(
        words.begin() + static_cast<std::ptrdiff_t>(begin),
        words.begin() + static_cast<std::ptrdiff_t>(end));
}

} // namespace

bool take_clock(Words& words, std::optional<Clock>& clock) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        Clock read;
        std::size_t begin = i;
        std::size_t end = i + 1;
        if (words[i].is(":")) {
            begin = i - 1;
            if (!read_digits(words, i, end, read)) {
                return false;
            }
        } else if (words[i].is("noon") || words[i].is("midnight")) {
            read.of_day = hours(words[i].is("noon") ? 12 : 0);
        } else if (
            words[i].is_number() && i + 1 < words.size() &&
            (words[i + 1].is("am") || words[i + 1].is("pm"))) {
            int hour = number_of(words[i]);
            if (!read_half(words, end, hour)) {
                return false;
            }
            read.of_day = hours(hour);
        } else {
            continue;
        }
        end = read_zone(words, end, read);
        take(words, begin, end);
        clock = read;
        return true;
    }
    return true;
}

} // namespace samara::cloud
