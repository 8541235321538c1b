#include "log_events.h"

#include "base/json_text.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace samara::cli {

namespace {

/// "2018-07-05T08:33:09.842000+00:00"; without a fraction where there is none.
std::string time_text(std::int64_t milliseconds) {
    const std::chrono::sys_time<std::chrono::milliseconds> moment{
        std::chrono::milliseconds(milliseconds)};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
    const auto rest = (moment - seconds).count();
    return fmt::format(
        "{:%Y-%m-%dT%H:%M:%S}{}+00:00", seconds, rest == 0 ? "" : fmt::format(".{:03}000", rest));
}

bool is_alarming(std::string_view message) {
    return message.find("Task timed out") != std::string_view::npos ||
           message.find("Process exited before completing request") != std::string_view::npos;
}

/// A message that is a JSON object in lines.
std::string laid_out(std::string message) {
    if (!message.starts_with('{')) {
        return message;
    }
    const auto read = data::read_json(message, "message");
    return read ? data::write_json(*read, 2) : message;
}

void append_json(std::string& out, const data::Value& value) {
    if (const data::Map* map = value.as_map()) {
        out += '{';
        std::string_view between;
        for (const data::Entry& entry : *map) {
            out += between;
            base::append_ascii_json_string(out, entry.key);
            out += ": ";
            append_json(out, entry.value);
            between = ", ";
        }
        out += '}';
    } else if (const data::List* list = value.as_list()) {
        out += '[';
        std::string_view between;
        for (const data::Value& item : *list) {
            out += between;
            append_json(out, item);
            between = ", ";
        }
        out += ']';
    } else if (const std::string* text = value.as_string()) {
        base::append_ascii_json_string(out, *text);
    } else {
        out += data::write_json(value);
    }
}

} // namespace

std::vector<Piece> log_event_text(const data::Value& event, const std::string& pattern) {
    std::string message = data::text_of(event, "message");
    const Colour colour = is_alarming(message) ? Colour::red : Colour::none;
    message = laid_out(std::move(message));
    std::vector<Piece> pieces{
        {data::text_of(event, "logStreamName"), {.colour = Colour::cyan}},
        {" "},
        {time_text(data::integer_of(event.find("timestamp")).value_or(0)),
         {.colour = Colour::yellow}},
        {" "}};
    std::size_t at = 0;
    while (!pattern.empty()) {
        const std::size_t found = message.find(pattern, at);
        if (found == std::string::npos) {
            break;
        }
        pieces.push_back({message.substr(at, found - at), {.colour = colour}});
        pieces.push_back({pattern, {.colour = colour, .underlined = true}});
        at = found + pattern.size();
    }
    pieces.push_back({message.substr(at), {.colour = colour}});
    if (!message.ends_with('\n')) {
        pieces.push_back({"\n"});
    }
    return pieces;
}

std::string log_event_json(const data::Value& event) {
    std::string line;
    append_json(line, event);
    return line + "\n";
}

} // namespace samara::cli
