#include "console/updates.h"

#include "console/views.h"

#include <fmt/format.h>

namespace samara::console {

namespace {

template <class Items>
std::string text_of(void (*write)(base::JsonWriter&, const Items&), const Items& items) {
    std::string text;
    base::JsonWriter json(text);
    write(json, items);
    return text;
}

void add_event(std::string& events, std::string_view name, std::string_view json) {
    events += fmt::format("event: {}\ndata: {}\n\n", name, json);
}

} // namespace

void Updates::add_state(
    std::string& events, std::string_view name, std::string json, std::string& last) {
    if (json != last) {
        add_event(events, name, json);
        last = std::move(json);
    }
}

std::string Updates::next() {
    std::string events;
    const std::uint64_t cleared = recording_.cleared();
    if (!begun_ || cleared != cleared_) { // also what a viewer has from a former connection goes
        add_event(events, "clear", "{}");
        begun_ = true;
        cleared_ = cleared;
    }
    add_state(events, "routes", text_of(write_routes, sources_.routes()), routes_);
    add_state(events, "functions", text_of(write_functions, sources_.functions()), functions_);
    add_state(
        events, "connections", text_of(write_connections, sources_.connections()), connections_);
    const auto entries = recording_.after(last_id_);
    if (!entries.empty()) {
        const Secrets secrets(sources_.variables());
        std::string text;
        base::JsonWriter json(text);
        json.begin_list();
        for (const auto& entry : entries) {
            write_summary(json, *entry, secrets);
        }
        json.end_list();
        last_id_ = entries.back()->id;
        add_event(events, "requests", text);
    }
    return events;
}

} // namespace samara::console
