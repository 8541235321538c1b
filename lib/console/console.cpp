#include "console/console.h"

#include "base/percent.h"
#include "base/strings.h"
#include "console/edited_request.h"
#include "console/updates.h"
#include "console/views.h"
#include "net/local_address.h"
#include "samara_console_files.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace samara::console {

namespace {

bool is_root_without_slash(std::string_view path) {
    return path == Console::root.substr(0, Console::root.size() - 1);
}

// Looking takes a hundredth of the time, so that a page that is open does not slow down what it
// shows; under a flood of requests it shows them every second.
constexpr int share_of_looks = 100;
constexpr std::chrono::milliseconds look_again{200};
constexpr std::chrono::milliseconds look_again_at_last{1000};
constexpr std::chrono::seconds sign_of_life{15}; ///< a viewer that is gone shows only so

net::HttpResponse with_type(std::string_view type, std::string body, int status = 200) {
    return {status, {{"Content-Type", std::string(type)}}, std::move(body)};
}

net::HttpResponse json(std::string body, int status = 200) {
    return with_type("application/json", std::move(body), status);
}

net::HttpResponse message(int status, std::string_view text) {
    std::string body;
    base::JsonWriter(body).begin_object().member("message", text).end_object();
    return json(std::move(body), status);
}

net::HttpResponse not_found() {
    return message(404, "There is no such page, or no such request any more");
}

net::HttpResponse not_allowed(std::string_view methods) {
    net::HttpResponse response = message(405, "This page is asked in another way");
    response.headers.push_back({"Allow", std::string(methods)});
    return response;
}

/// No other page may frame it, and nothing runs in it but its own script.
void protect(net::HttpResponse& response) {
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
             {"Content-Security-Policy",
              "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
              "object-src 'none'"},
             {"X-Frame-Options", "DENY"},
             {"X-Content-Type-Options", "nosniff"},
             {"Referrer-Policy", "same-origin"},
             {"Cross-Origin-Resource-Policy", "same-origin"},
             {"Cache-Control", "no-store"}}) {
        response.headers.push_back({name, value});
    }
}

std::string_view type_of(std::string_view file) {
    return file.ends_with(".css")   ? "text/css; charset=utf-8"
           : file.ends_with(".js")  ? "text/javascript; charset=utf-8"
           : file.ends_with(".svg") ? "image/svg+xml"
                                    : "text/html; charset=utf-8";
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc{} && end == text.data() + text.size() ? number : 0;
}

bool is_read(const net::HttpRequest& request) {
    return request.method == "GET" || request.method == "HEAD";
}

} // namespace

Console::Console(serving::PageGuard guard, std::string_view template_file)
    : guard_(std::move(guard)),
      invoke_options_(template_file.empty() ? "" : " -t " + shell_quoted(template_file)) {}

void Console::open(Sources sources) {
    const std::scoped_lock lock(mutex_);
    sources_ = std::make_shared<const Sources>(std::move(sources));
}

void Console::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
}

/// Beside pages of other origins, other machines and containers are kept out.
std::optional<std::string> Console::refusal(const net::HttpRequest& request) const {
    const std::string& from = request.remote_address;
    if (!from.starts_with("127.") && !net::is_local_address(from)) {
        return fmt::format("This page is for the machine it is served on, and {} is another", from);
    }
    return guard_.refusal(request);
}

bool Console::takes(const net::HttpRequest& request) {
    return request.path().starts_with(root) || is_root_without_slash(request.path());
}

net::HttpResponse Console::handle(const net::HttpRequest& request) {
    const std::string_view path = request.path();
    net::HttpResponse response;
    if (auto refused = refusal(request)) {
        response = message(403, *refused);
    } else if (is_root_without_slash(path)) {
        response = {308, {{"Location", std::string(root)}}, {}};
    } else {
        response = answer(request, path.substr(root.size()));
    }
    protect(response);
    return response;
}

net::HttpResponse Console::answer(const net::HttpRequest& request, std::string_view path) {
    if (const auto file = embedded(path.empty() ? "index.html" : path)) {
        return is_read(request) ? with_type(type_of(path), std::string(*file))
                                : not_allowed("GET, HEAD");
    }
    {
        const std::scoped_lock lock(mutex_);
        if (!sources_ || stopping_) {
            return message(503, "The server starts or stops");
        }
    }
    if (path == "requests" || path.starts_with("requests/")) {
        return requests(request, path.substr(std::min(path.size(), std::size_t{9})));
    }
    constexpr std::string_view connections = "connections/";
    if (path.starts_with(connections)) {
        if (request.method != "POST") {
            return not_allowed("POST");
        }
        const std::string id = base::percent_decode(path.substr(connections.size()));
        return base::is_utf8(request.body) && sources_->send(id, request.body)
                   ? json("{}")
                   : message(410, "This client is gone, or the message is no text");
    }
    if (path != "state" && path != "updates") {
        return not_found();
    }
    return !is_read(request) ? not_allowed("GET") : path == "state" ? state() : watch();
}

/// `path` is behind "requests/".
net::HttpResponse Console::requests(const net::HttpRequest& request, std::string_view path) {
    if (path.empty()) {
        if (request.method == "DELETE") {
            recording_->clear();
            return json("{}");
        }
        return is_read(request) ? list() : not_allowed("GET, DELETE");
    }
    const std::size_t slash = path.find('/');
    const auto entry = recording_->find(number_of(path.substr(0, slash)));
    if (!entry) {
        return not_found();
    }
    if (slash == path.npos) {
        return is_read(request)
                   ? json(write_details(*entry, Secrets(sources_->variables()), invoke_options_))
                   : not_allowed("GET");
    }
    if (path.substr(slash) != "/replay") {
        return not_found();
    }
    return request.method == "POST" ? replay(request, *entry) : not_allowed("POST");
}

net::HttpResponse Console::replay(const net::HttpRequest& request, const Entry& entry) {
    auto again = request.body.empty()
                     ? same_request(entry)
                     : edited_request(entry, Secrets(sources_->variables()), request.body);
    if (!again) {
        return message(400, again.error().message);
    }
    const auto replayer = entry.exchange.replayer.lock();
    if (!replayer) {
        return message(410, "What has answered this request is served no more");
    }
    if (sources_->before_replay) {
        sources_->before_replay();
    }
    const std::uint64_t id = replayer->replay(std::move(*again), entry.id);
    return json(fmt::format(R"({{"id":{}}})", id));
}

net::HttpResponse Console::list() const {
    const Secrets secrets(sources_->variables());
    std::string text;
    base::JsonWriter writer(text);
    writer.begin_object().key("requests").begin_list();
    for (const auto& entry : recording_->after(0)) {
        write_summary(writer, *entry, secrets);
    }
    writer.end_list().end_object();
    return json(std::move(text));
}

net::HttpResponse Console::state() const {
    std::string text;
    base::JsonWriter writer(text);
    write_routes(writer.begin_object().key("routes"), sources_->routes());
    write_functions(writer.key("functions"), sources_->functions());
    write_connections(writer.key("connections"), sources_->connections());
    writer.end_object();
    return json(std::move(text));
}

net::HttpResponse Console::watch() {
    {
        const std::scoped_lock lock(mutex_);
        if (viewers_ >= most_viewers) {
            return message(503, "As many pages are open as may be");
        }
        ++viewers_;
    }
    net::HttpResponse response = with_type("text/event-stream", {});
    // Counted from here on, also where the stream is never begun.
    const std::shared_ptr<void> viewer(nullptr, [self = shared_from_this()](void*) {
        const std::scoped_lock lock(self->mutex_);
        --self->viewers_;
    });
    response.stream = [self = shared_from_this(), viewer](const net::HttpResponse::Write& write) {
        return self->run_viewer(write);
    };
    return response;
}

bool Console::run_viewer(const net::HttpResponse::Write& write) {
    Updates updates(*recording_, *sources_);
    auto last = std::chrono::steady_clock::now();
    auto began = last;
    do {
        began = std::chrono::steady_clock::now();
        std::string events = updates.next();
        if (events.empty() && began - last < sign_of_life) {
            continue;
        }
        last = began;
        if (!write(events.empty() ? std::string(":\n\n") : std::move(events))) {
            return false;
        }
    } while (wait(std::chrono::steady_clock::now() - began));
    return true;
}

/// Until it may be looked again what has changed, which took that long. False: it is to end.
bool Console::wait(std::chrono::steady_clock::duration taken) {
    const auto pause = std::clamp<std::chrono::steady_clock::duration>(
        share_of_looks * taken, look_again, look_again_at_last);
    std::unique_lock lock(mutex_);
    return !stopped_.wait_for(lock, pause, [this] { return stopping_; });
}

} // namespace samara::console
