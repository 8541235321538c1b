#include "app/load/template_file.h"
#include "base/strings.h"
#include "commands.h"
#include "data/accessors.h"
#include "data/read.h"
#include "os/environment.h"
#include "os/file.h"
#include "sample_events/sample_events.h"

// samara complete functions [TEMPLATE] | services | events SERVICE
//
// What the completion of a shell offers: a line for each word. Of what cannot be read there is
// nothing to offer, and nothing is said: the user is typing.
namespace samara::cli {

namespace {

std::string function_ids(const std::string& given) {
    const std::string named =
        given.empty() ? os::variable("SAM_TEMPLATE_FILE").value_or("") : given;
    const auto file = app::find_template(named, ".", false);
    const auto text = file ? os::read_file(*file) : base::Result<std::string>();
    if (!file || !text) {
        return {};
    }
    const auto document = data::read_yaml(*text, file->string());
    std::string lines;
    if (!document) {
        return lines;
    }
    for (const data::Entry& resource : data::members_of(document->find("Resources"))) {
        const std::string type = data::text_of(&resource.value, "Type");
        if (type == "AWS::Serverless::Function" || type == "AWS::Lambda::Function") {
            lines += resource.key + "\n";
        }
    }
    return lines;
}

std::string service_names() {
    std::string lines;
    for (const std::string_view service : sample_events::services()) {
        lines += std::string(service) + "\n";
    }
    return lines;
}

std::string event_names(const std::string& service) {
    std::string lines;
    if (const auto events = sample_events::events(service)) {
        for (const sample_events::Event& event : *events) {
            lines += event.name + "\n";
        }
    }
    return lines;
}

} // namespace

int complete(Console& console, const Arguments& arguments) {
    const std::string what = arguments.empty() ? std::string() : arguments[0];
    const std::string of = arguments.size() > 1 ? arguments[1] : std::string();
    if (what == "functions") {
        console.out(function_ids(of));
    } else if (what == "services") {
        console.out(service_names());
    } else if (what == "events") {
        console.out(event_names(of));
    }
    return 0;
}

} // namespace samara::cli
