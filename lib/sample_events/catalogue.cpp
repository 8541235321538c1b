#include "base/hint.h"
#include "base/strings.h"
#include "base/try.h"
#include "base/usage_error.h"
#include "data/embedded_table.h"
#include "data/read.h"
#include "samara_sample_events_files.h"
#include "sample_events/sample_events.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::sample_events {

namespace {

constexpr std::string_view index_suffix = ".json";

template <class Names>
tl::unexpected<base::Error>
unknown(std::string_view what, std::string_view name, const Names& known) {
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const std::string_view near = base::nearest(name, candidates);
    return base::fail(base::usage_error(
        fmt::format("there is no {} called {}", what, name),
        base::did_you_mean(near, fmt::format("known are: {}", fmt::join(candidates, ", ")))));
}

base::Result<data::Value> read_index(std::string_view service) {
    const auto index = embedded(std::string(service) + std::string(index_suffix));
    if (!index || service.find('/') != std::string_view::npos) {
        return unknown("service", service, services());
    }
    return data::read_json(*index, fmt::format("schemas/events/{}.json", service));
}

// What an option means: of an event, of all events of a service, or wherever it occurs.
std::string about_option(std::string_view service, std::string_view event, std::string_view name) {
    static const data::Value table =
        data::embedded_table(embedded("../event_options.json"), "event_options.json");
    for (const std::string& key :
         {fmt::format("{} {} {}", service, event, name),
          fmt::format("{} {}", service, name),
          std::string(name)}) {
        if (const data::Value* about = table.find(key)) {
            return std::string(about->text());
        }
    }
    return {};
}

Event read_event(std::string_view service, const data::Entry& row) {
    Event event;
    event.service = service;
    event.name = row.key;
    event.body = row.key;
    if (const data::Value* about = row.value.find("about")) {
        event.about = about->text();
    }
    if (const data::Value* body = row.value.find("body")) {
        event.body = body->text();
    }
    const data::Value* options = row.value.find("options");
    if (options != nullptr && options->is_map()) {
        for (const data::Entry& option : *options->as_map()) {
            event.options.push_back(
                {option.key,
                 std::string(option.value.text()),
                 about_option(service, row.key, option.key)});
        }
    }
    return event;
}

} // namespace

std::vector<std::string_view> services() {
    std::vector<std::string_view> names;
    for (const EmbeddedFile& file : embedded_files()) {
        if (file.name.find('/') == std::string_view::npos) {
            names.push_back(file.name.substr(0, file.name.size() - index_suffix.size()));
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

base::Result<std::vector<Event>> events(std::string_view service) {
    TRY_ASSIGN(const auto index, read_index(service));
    std::vector<Event> found;
    for (const data::Entry& row : *index.as_map()) {
        found.push_back(read_event(service, row));
    }
    return found;
}

base::Result<Event> find(std::string_view service, std::string_view event) {
    TRY_ASSIGN(const auto index, read_index(service));
    if (const data::Entry* row = index.as_map()->find_entry(event)) {
        return read_event(service, *row);
    }
    std::vector<std::string_view> names;
    for (const data::Entry& row : *index.as_map()) {
        names.push_back(row.key);
    }
    return unknown(fmt::format("{} event", service), event, names);
}

} // namespace samara::sample_events
