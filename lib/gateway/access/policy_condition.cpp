#include "gateway/access/policy_condition.h"

#include "base/iso_time.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "gateway/access/policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include <arpa/inet.h>

namespace samara::gateway {
namespace {

Truth truth(bool value) {
    return value ? Truth::yes : Truth::no;
}

/// An address as its 16 bytes; IPv4 as IPv6 has it.
std::optional<std::array<std::uint8_t, 16>> address_bytes(const std::string& text) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
        return bytes;
    }
    constexpr std::size_t before_v4 = 12;
    if (inet_pton(AF_INET, text.c_str(), bytes.data() + before_v4) != 1) {
        return std::nullopt;
    }
    bytes[10] = bytes[11] = 0xFF;
    return bytes;
}

/// Whether the address lies in "192.0.2.0/24", or is the one that stands there.
Truth is_in_range(const std::string& address, const std::string& range) {
    const std::size_t slash = range.find('/');
    const auto own = address_bytes(address);
    const auto network = address_bytes(range.substr(0, slash));
    if (!own || !network) {
        return Truth::unknown;
    }
    const bool is_v4 = range.find(':') == std::string::npos;
    const unsigned widest = is_v4 ? 32 : 128;
    unsigned bits = widest;
    if (slash != std::string::npos) {
        const char* const first = range.data() + slash + 1;
        const char* const last = range.data() + range.size();
        const auto read = std::from_chars(first, last, bits);
        if (read.ec != std::errc{} || read.ptr != last || bits > widest) {
            return Truth::unknown;
        }
    }
    bits += 128 - widest;
    for (unsigned bit = 0; bit < bits; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((*own)[bit / 8] & mask) != ((*network)[bit / 8] & mask)) {
            return Truth::no;
        }
    }
    return Truth::yes;
}

Truth same_text(const std::string& value, const std::string& wanted) {
    return truth(value == wanted);
}

Truth same_letters(const std::string& value, const std::string& wanted) {
    return truth(base::to_lower(value) == base::to_lower(wanted));
}

Truth like(const std::string& value, const std::string& pattern) {
    return truth(wildcard_match(pattern, value));
}

using Comparison = Truth (*)(const std::string& value, const std::string& wanted);

struct Operator {
    std::string_view name;
    Comparison compare;
    bool negated; ///< holds when no value matches, and for a key without a value
};

constexpr std::array operators{
    Operator{"StringEquals", same_text, false},
    Operator{"StringNotEquals", same_text, true},
    Operator{"StringEqualsIgnoreCase", same_letters, false},
    Operator{"StringNotEqualsIgnoreCase", same_letters, true},
    Operator{"StringLike", like, false},
    Operator{"StringNotLike", like, true},
    Operator{"ArnEquals", like, false},
    Operator{"ArnLike", like, false},
    Operator{"ArnNotEquals", like, true},
    Operator{"ArnNotLike", like, true},
    Operator{"Bool", same_letters, false},
    Operator{"IpAddress", is_in_range, false},
    Operator{"NotIpAddress", is_in_range, true},
};

/// Any of the values, in the logic of three truths.
Truth any_matches(Comparison compare, const std::string& value, const data::Value& wanted) {
    Truth result = Truth::no;
    for (const std::string& one : data::texts_of(&wanted)) {
        const Truth matches = compare(value, one);
        if (matches == Truth::yes) {
            return Truth::yes;
        }
        result = matches == Truth::unknown ? Truth::unknown : result;
    }
    return result;
}

Truth key_holds(std::string_view name, const data::Entry& wanted, const ConditionKeys& keys) {
    const auto found = keys.find(base::to_lower(wanted.key));
    if (found == keys.end()) {
        return Truth::unknown;
    }
    const bool absent = found->second.empty();
    if (name == "Null") {
        const std::vector<std::string> texts = data::texts_of(&wanted.value);
        const bool asks_for_absence = texts.size() == 1 && texts.front() == "true";
        return truth(asks_for_absence == absent);
    }
    constexpr std::string_view if_exists = "IfExists";
    const bool optional = name.ends_with(if_exists);
    if (optional) {
        name.remove_suffix(if_exists.size());
    }
    const auto* row = std::find_if(
        operators.begin(), operators.end(), [&](const Operator& one) { return one.name == name; });
    if (row == operators.end()) {
        return Truth::unknown;
    }
    if (absent) {
        return truth(optional || row->negated);
    }
    const Truth matches = any_matches(row->compare, found->second, wanted.value);
    if (matches == Truth::unknown || !row->negated) {
        return matches;
    }
    return matches == Truth::yes ? Truth::no : Truth::yes;
}

} // namespace

ConditionKeys condition_keys(
    const std::string& source_ip,
    const std::string& user_agent,
    const std::string& referer,
    bool tls,
    std::chrono::system_clock::time_point time) {
    return {
        {"aws:sourceip", source_ip},
        {"aws:useragent", user_agent},
        {"aws:referer", referer},
        {"aws:securetransport", tls ? "true" : "false"},
        {"aws:currenttime", base::iso_seconds(time)},
        {"aws:sourcevpc", ""},
        {"aws:sourcevpce", ""},
        {"aws:vpcsourceip", ""},
    };
}

Truth condition_holds(const data::Value& condition, const ConditionKeys& keys) {
    if (!condition.is_map()) {
        return condition.is_null() ? Truth::yes : Truth::unknown;
    }
    Truth result = Truth::yes;
    for (const data::Entry& operation : *condition.as_map()) {
        if (!operation.value.is_map()) {
            return Truth::unknown;
        }
        for (const data::Entry& wanted : *operation.value.as_map()) {
            const Truth holds = key_holds(operation.key, wanted, keys);
            if (holds == Truth::no) {
                return Truth::no;
            }
            result = holds == Truth::unknown ? Truth::unknown : result;
        }
    }
    return result;
}

} // namespace samara::gateway
