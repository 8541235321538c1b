#pragma once

#include "base/error.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Sample events: what AWS services pass to a function, as data under schemas/events. A service has
/// one index (<service>.json: its events, their options and defaults); an event has one body
/// (<service>/<event>.json). Only the files of the service asked for are read.
namespace samara::sample_events {

/// A value of the body that the user may choose: "--bucket".
struct Option {
    std::string name; ///< without dashes
    std::string default_value;
    std::string about; ///< what it means, without a full stop
};

struct Event {
    std::string service;
    std::string name;
    std::string about; ///< one sentence without a full stop
    std::vector<Option> options;
    std::string body; ///< name of the event whose body it uses, mostly its own
};

/// Every service in alphabetical order: "s3", "sqs", ...
std::vector<std::string_view> services();

/// The events of a service in alphabetical order. An unknown service fails (usage) and says which
/// is near.
base::Result<std::vector<Event>> events(std::string_view service);

/// One event. An unknown service or event fails (usage) and says what there is.
base::Result<Event> find(std::string_view service, std::string_view event);

/// The event as JSON, two blanks a level, with a line end. `values` replaces the defaults of the
/// options it names; a name that the event does not have fails (usage).
base::Result<std::string>
generate(const Event& event, const std::map<std::string, std::string>& values);

} // namespace samara::sample_events
