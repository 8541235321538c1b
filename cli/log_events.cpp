#include "log_events.h"

#include "data/accessors.h"
#include "data/python_json.h"
#include "data/read.h"
#include "data/write.h"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace samara::cli {

namespace {

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

} // namespace

std::string moment_text(std::chrono::microseconds since_1970, bool local) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
    const auto rest = (since_1970 - seconds).count();
    const std::time_t time = seconds.count();
    return fmt::format(
        "{:%Y-%m-%dT%H:%M:%S}{}{}",
        local ? fmt::localtime(time) : fmt::gmtime(time),
        rest == 0 ? "" : fmt::format(".{:06}", rest),
        local ? "" : "+00:00");
}

std::vector<Piece> log_event_text(const data::Value& event, const std::string& pattern) {
    std::string message = data::text_of(event, "message");
    const Colour colour = is_alarming(message) ? Colour::red : Colour::none;
    message = laid_out(std::move(message));
    std::vector<Piece> pieces{
        {data::text_of(event, "logStreamName"), {.colour = Colour::cyan}},
        {" "},
        {moment_text(
             std::chrono::milliseconds(data::integer_of(event.find("timestamp")).value_or(0))),
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
    return data::write_python_json(event) + "\n";
}

} // namespace samara::cli
