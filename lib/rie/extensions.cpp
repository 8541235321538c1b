#include "rie/extensions.h"

#include "base/uuid.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::rie {

namespace {

std::string events_json(const Extension& extension) {
    std::string text = "[";
    if (extension.wants_invoke) {
        text += "\"INVOKE\"";
    }
    if (extension.wants_shutdown) {
        text += extension.wants_invoke ? ",\"SHUTDOWN\"" : "\"SHUTDOWN\"";
    }
    return text + "]";
}

void deliver(Extension& extension, const std::string& event) {
    if (extension.waiting) {
        extension.waiting->reply(
            {200, event, {{"Lambda-Extension-Event-Identifier", base::make_uuid()}}});
        extension.waiting.reset();
    }
    extension.state = Extension::State::busy;
}

} // namespace

bool Extensions::any_external() const {
    return std::any_of(extensions_.begin(), extensions_.end(), [](const Extension& extension) {
        return extension.external;
    });
}

void Extensions::add_external(std::string name, ProcessId process) {
    Extension extension;
    extension.name = std::move(name);
    extension.external = true;
    extension.process = process;
    extensions_.push_back(std::move(extension));
}

tl::expected<const Extension*, HttpReply>
Extensions::join(std::string_view name, const std::vector<std::string>& events, bool open) {
    if (name.empty()) {
        return tl::unexpected(
            error_reply(403, "Extension.InvalidExtensionName", "Invalid extension name"));
    }
    if (!open) {
        return tl::unexpected(error_reply(
            403, "Extension.RegistrationClosed", "Extension registration closed already"));
    }
    const auto known =
        std::find_if(extensions_.begin(), extensions_.end(), [&](const Extension& extension) {
            return extension.name == name;
        });
    const bool external = known != extensions_.end() && known->external;
    if (known != extensions_.end() && known->state != Extension::State::started) {
        return tl::unexpected(error_reply(
            403,
            "Extension.InvalidExtensionState",
            fmt::format("Extension {} has registered already", name)));
    }
    Extension joined;
    for (const std::string& event : events) {
        // An internal extension ends with its runtime and has no shutdown of its own.
        if (event == "INVOKE") {
            joined.wants_invoke = true;
        } else if (event == "SHUTDOWN" && external) {
            joined.wants_shutdown = true;
        } else {
            return tl::unexpected(error_reply(
                403,
                "Extension.InvalidEventType",
                event == "SHUTDOWN" ? "SHUTDOWN event is not supported for internal extensions"
                                    : fmt::format("Invalid event type {}", event)));
        }
    }
    Extension& extension = known != extensions_.end() ? *known : extensions_.emplace_back();
    extension.wants_invoke = joined.wants_invoke;
    extension.wants_shutdown = joined.wants_shutdown;
    extension.name = name;
    extension.id = base::make_uuid();
    extension.state = Extension::State::registered;
    return &extension;
}

Extension* Extensions::by_id(std::string_view id) {
    for (Extension& extension : extensions_) {
        if (!extension.id.empty() && extension.id == id) {
            return &extension;
        }
    }
    return nullptr;
}

Extension* Extensions::by_process(ProcessId process) {
    for (Extension& extension : extensions_) {
        if (extension.external && extension.process == process) {
            return &extension;
        }
    }
    return nullptr;
}

void Extensions::wait(Extension& extension, ExchangePtr exchange) {
    if (extension.waiting || extension.state == Extension::State::ended) {
        exchange->reply(error_reply(
            403,
            "Extension.InvalidExtensionState",
            "Extension is not in a state to wait for events"));
        return;
    }
    const bool first = extension.state == Extension::State::registered;
    extension.waiting = std::move(exchange);
    extension.state = Extension::State::ready;
    if (!shutdown_event_.empty() && extension.wants_shutdown) {
        deliver(extension, shutdown_event_);
    } else if (first) {
        log_.extension(extension.name, "Ready", events_json(extension), {});
    }
}

void Extensions::end(Extension& extension, std::string error_type) {
    extension.state = Extension::State::ended;
    extension.waiting.reset();
    if (!error_type.empty()) {
        extension.error_type = std::move(error_type);
        log_.extension(extension.name, "Failed", events_json(extension), extension.error_type);
    }
}

bool Extensions::all_joined() const {
    return std::none_of(extensions_.begin(), extensions_.end(), [](const Extension& extension) {
        return extension.state == Extension::State::started;
    });
}

bool Extensions::all_ready() const {
    return std::all_of(extensions_.begin(), extensions_.end(), [](const Extension& extension) {
        return extension.state == Extension::State::ready ||
               extension.state == Extension::State::ended;
    });
}

void Extensions::send_invoke(const std::string& event) {
    for (Extension& extension : extensions_) {
        if (extension.wants_invoke && extension.state != Extension::State::ended) {
            deliver(extension, event);
        }
    }
}

void Extensions::send_shutdown(const std::string& event) {
    shutdown_event_ = event;
    for (Extension& extension : extensions_) {
        if (extension.wants_shutdown && extension.waiting) {
            deliver(extension, event);
        }
    }
}

bool Extensions::all_ended() const {
    return std::none_of(extensions_.begin(), extensions_.end(), [](const Extension& extension) {
        return extension.external && extension.state != Extension::State::ended;
    });
}

} // namespace samara::rie
