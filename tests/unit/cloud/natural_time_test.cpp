#include "cloud/time/natural_time.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::cloud {
namespace {

using namespace std::chrono_literals;

// A Sunday, the last day of a month that has one more than the next.
const Moment now =
    std::chrono::sys_days(std::chrono::year(2024) / 3 / 31) + 15h + 30min + 45s + 123456us;
const Moment midnight = std::chrono::sys_days(std::chrono::year(2024) / 3 / 31);

Moment day(int y, unsigned m, unsigned d) {
    return std::chrono::sys_days(
        std::chrono::year(y) / std::chrono::month(m) / std::chrono::day(d));
}

Moment read(std::string_view text) {
    const auto moment = parse_natural_time(text, now);
    EXPECT_TRUE(moment.has_value()) << text;
    return moment.value_or(Moment());
}

TEST(NaturalTime, Distances) {
    EXPECT_EQ(read("10m ago"), now - 10min);
    EXPECT_EQ(read("  5mins   ago "), now - 5min);
    EXPECT_EQ(read("1 HOUR 30 minutes ago"), now - 90min);
    EXPECT_EQ(read("1h30m ago"), now - 90min);
    EXPECT_EQ(read("1 hour and 5 minutes ago"), now - 65min);
    EXPECT_EQ(read("an hour ago"), now - 1h);
    EXPECT_EQ(read("two days ago"), now - 48h);
    EXPECT_EQ(read("1.5 hours ago"), now - 90min);
    EXPECT_EQ(read("2h"), now - 2h) << "without ago it lies in the past as well";
    EXPECT_EQ(read("in 2 hours"), now + 2h);
    EXPECT_EQ(read("2 weeks 3 days ago"), now - 17 * 24h);
    EXPECT_EQ(read("1 hr. ago"), now - 1h);
}

TEST(NaturalTime, MonthsKeepTheDayWhereTheyHaveIt) {
    EXPECT_EQ(read("1 month ago"), day(2024, 2, 29) + (now - midnight));
    EXPECT_EQ(read("2 months ago"), day(2024, 1, 31) + (now - midnight));
    EXPECT_EQ(read("1y ago"), day(2023, 3, 31) + (now - midnight));
    EXPECT_EQ(read("1 month 2 days ago"), day(2024, 2, 27) + (now - midnight));
    EXPECT_FALSE(parse_natural_time("1.5 months ago", now));
}

TEST(NaturalTime, NamedDays) {
    EXPECT_EQ(read("now"), now);
    EXPECT_EQ(read("yesterday"), now - 24h);
    EXPECT_EQ(read("the day before yesterday"), now - 48h);
    EXPECT_EQ(read("tomorrow"), now + 24h);
    EXPECT_EQ(read("yesterday 10:00"), midnight - 14h);
    EXPECT_EQ(read("today at 5pm"), midnight + 17h);
    EXPECT_EQ(read("last week"), now - 7 * 24h);
    EXPECT_EQ(read("monday"), day(2024, 3, 25));
    EXPECT_EQ(read("sunday"), midnight) << "today is the last one";
    EXPECT_EQ(read("friday 10:00"), day(2024, 3, 29) + 10h);
}

TEST(NaturalTime, Dates) {
    EXPECT_EQ(read("2024-01-05"), day(2024, 1, 5));
    EXPECT_EQ(read("2024-01-05T10:00:00Z"), day(2024, 1, 5) + 10h);
    EXPECT_EQ(read("2024-01-05T10:00:00.5+02:00"), day(2024, 1, 5) + 8h + 500ms);
    EXPECT_EQ(read("2024-01-05 10:00 EST"), day(2024, 1, 5) + 15h);
    EXPECT_EQ(read("2024-01-05 10:00 UTC+2"), day(2024, 1, 5) + 8h);
    EXPECT_EQ(read("10:00"), midnight + 10h);
    EXPECT_EQ(read("12am"), midnight);
    EXPECT_EQ(read("01/02/2024"), day(2024, 1, 2)) << "the month comes first";
    EXPECT_EQ(read("13/02/2024"), day(2024, 2, 13)) << "unless it cannot be one";
    EXPECT_EQ(read("Jan 5 2018 10:00"), day(2018, 1, 5) + 10h);
    EXPECT_EQ(read("1st January, 2024"), day(2024, 1, 1));
    EXPECT_EQ(read("5 january"), day(2024, 1, 5));
    EXPECT_EQ(read("february 2023"), day(2023, 2, 28));
    EXPECT_EQ(read("Tue, 02 Jan 2024 10:00:00 GMT"), day(2024, 1, 2) + 10h);
    EXPECT_EQ(read("1530000000"), Moment(1530000000s));
    EXPECT_EQ(read("1530000000123"), Moment(1530000000123ms));
}

TEST(NaturalTime, WhatIsNone) {
    for (const std::string_view text :
         {"",
          " ",
          "garbage",
          "ago",
          "10 bananas ago",
          "25:00",
          "10:61",
          "2024-02-30",
          "31 february",
          "20240105",
          "13pm",
          "in",
          "a few minutes ago",
          "1 hour ago!",
          "2024-01-05T10:00:00+99:00",
          "99999999999999999999"}) {
        EXPECT_FALSE(parse_natural_time(text, now)) << text;
    }
}

// Years have four digits, and what is counted fits the types that count it.
TEST(NaturalTime, DistancesEnd) {
    EXPECT_TRUE(parse_natural_time("9999 years ago", now));
    for (const std::string_view unit : {"years", "months", "weeks", "seconds"}) {
        std::string text;
        for (int i = 0; i < 4000; ++i) {
            text += fmt::format("1000000 {} ", unit);
        }
        EXPECT_EQ(parse_natural_time(text + "ago", now).has_value(), unit == "seconds") << unit;
    }
    EXPECT_FALSE(parse_natural_time("in 1000000 years", now));
}

} // namespace
} // namespace samara::cloud
