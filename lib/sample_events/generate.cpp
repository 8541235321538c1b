#include "base/base64.h"
#include "base/hash.h"
#include "base/strings.h"
#include "base/usage_error.h"
#include "data/read.h"
#include "data/write.h"
#include "samara_sample_events_files.h"
#include "sample_events/sample_events.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace samara::sample_events {

namespace {

// The text between the quotes of a JSON string.
std::string json_text(std::string_view value) {
    const std::string quoted = data::write_json(data::Value(value));
    return quoted.substr(1, quoted.size() - 2);
}

// As S3 writes object keys into events: form encoding, with '/' as it is.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
std::string url_encoded(std::string_view value) {
    std::string result;
    for (const char c : value) {
        const bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (alphanumeric || std::string_view("-_.~/").find(c) != std::string_view::npos) {
            result += c;
        } else if (c == ' ') {
            result += '+';
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

// A query as a JSON object or as "a=1&b=2", as pairs. Nothing when it is neither.
std::optional<std::vector<std::pair<std::string, std::string>>> query_pairs(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (text.find_first_of("{") == 0) {
        const auto object = data::read_json(text, "--querystringparameters");
        if (!object || !object->is_map()) {
            return std::nullopt;
        }
        for (const data::Entry& entry : *object->as_map()) {
            if (entry.value.is_map() || entry.value.is_list()) {
                return std::nullopt;
            }
            pairs.emplace_back(entry.key, data::scalar_text(entry.value));
        }
        return pairs;
    }
    for (const std::string_view piece : base::split(text, '&')) {
        const std::size_t equals = piece.find('=');
        if (equals == std::string_view::npos) {
            if (text.empty()) {
                return pairs;
            }
            return std::nullopt;
        }
        pairs.emplace_back(piece.substr(0, equals), piece.substr(equals + 1));
    }
    return pairs;
}

// Of a name that occurs again, the last value is the one. Without any: null, as API Gateway has it.
std::string parameters(const std::vector<std::pair<std::string, std::string>>& pairs, bool multi) {
    data::Map map;
    for (const auto& [name, value] : pairs) {
        if (!multi) {
            map.set(name, value);
        } else if (data::Value* known = map.find(name)) {
            known->as_list()->push_back(value);
        } else {
            map.set(name, data::List{value});
        }
    }
    if (map.empty()) {
        return "null";
    }
    // Laid out as a member of the event.
    return base::replace_all(data::write_json(data::Value(std::move(map)), 2), "\n", "\n  ");
}

struct Filter {
    std::string_view name;
    std::string (*apply)(std::string_view);
};

constexpr std::array filters{
    Filter{"base64", base::base64_encode},
    Filter{"json", json_text}, // inside a text that is itself JSON
    Filter{"md5", base::md5_hex},
    Filter{"url", url_encoded},
};

// "bucket" or "key|url": the value of an option, encoded. Nothing when there is no such thing.
std::optional<std::string>
expand(std::string_view placeholder, const std::map<std::string, std::string>& values) {
    const std::vector<std::string_view> parts = base::split(placeholder, '|');
    const auto value = values.find(std::string(parts.front()));
    if (value == values.end()) {
        return std::nullopt;
    }
    std::string text = value->second;
    if (parts.size() == 2 && parts[1].ends_with("parameters")) { // JSON in the place of a text
        const auto pairs = query_pairs(text);
        return pairs ? std::optional(parameters(*pairs, parts[1] == "multi_parameters"))
                     : std::nullopt;
    }
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto* const filter = std::find_if(
            filters.begin(), filters.end(), [&](const Filter& f) { return f.name == parts[i]; });
        if (filter == filters.end()) {
            return std::nullopt;
        }
        text = filter->apply(text);
    }
    return json_text(text);
}

tl::unexpected<base::Error> unknown_option(const Event& event, std::string_view name) {
    std::vector<std::string_view> known;
    for (const Option& option : event.options) {
        known.push_back(option.name);
    }
    const std::string_view near = base::nearest(name, known);
    return base::fail(base::usage_error(
        fmt::format("{} {} has no option --{}", event.service, event.name, name),
        near.empty() ? fmt::format("it has: --{}", fmt::join(known, ", --"))
                     : fmt::format("did you mean --{}?", near)));
}

} // namespace

base::Result<std::string>
generate(const Event& event, const std::map<std::string, std::string>& values) {
    std::map<std::string, std::string> chosen;
    for (const Option& option : event.options) {
        chosen[option.name] = option.default_value;
    }
    for (const auto& [name, value] : values) {
        const auto option = chosen.find(name);
        if (option == chosen.end()) {
            return unknown_option(event, name);
        }
        if (!base::is_utf8(value)) {
            return base::fail(fmt::format("the value of --{} is not UTF-8", name));
        }
        if (name == "querystringparameters" && !query_pairs(value)) {
            return base::fail(base::usage_error(
                fmt::format("--{}: '{}' is no query", name, value),
                R"(write a JSON object of texts, {"a": "1"}, or a=1&b=2)"));
        }
        option->second = value;
    }
    const std::string file = fmt::format("{}/{}.json", event.service, event.body);
    const auto body = embedded(file);
    if (!body) {
        return base::fail(fmt::format("schemas/events/{} is missing", file));
    }
    std::string result;
    std::string_view rest = *body;
    while (true) {
        const std::size_t open = rest.find("{{");
        result += rest.substr(0, open);
        if (open == std::string_view::npos) {
            return result;
        }
        const std::size_t close = rest.find("}}", open);
        const std::string_view placeholder =
            close == std::string_view::npos ? "" : rest.substr(open + 2, close - open - 2);
        const auto text = expand(placeholder, chosen);
        if (!text) {
            return base::fail(
                fmt::format("schemas/events/{}: cannot expand {{{{{}}}}}", file, placeholder));
        }
        result += *text;
        rest.remove_prefix(close + 2);
    }
}

} // namespace samara::sample_events
