#include "rie/telemetry.h"

#include "data/read.h"
#include "rie/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace samara::rie {

namespace {

constexpr std::size_t early_records = 1000;
constexpr std::size_t early_bytes = 4UL * 1024 * 1024; ///< of those
constexpr std::size_t queued_bytes = 16 * 1024 * 1024; ///< for a listener that does not keep up
constexpr int attempts = 5;

constexpr std::array<std::string_view, 3> kind_names{"platform", "function", "extension"};

// What only one of the two APIs knows.
constexpr std::array<std::string_view, 3> logs_only{
    "platform.end", "platform.fault", "platform.logsSubscription"};
constexpr std::array<std::string_view, 3> telemetry_only{
    "platform.initStart", "platform.initReport", "platform.telemetrySubscription"};

struct Buffering {
    std::size_t items = 10'000;
    std::size_t bytes = 256 * 1024;
    std::chrono::milliseconds timeout{1'000};
};

struct Wish {
    std::array<bool, 3> kinds{};
    Buffering buffering;
    Destination destination;
    std::string types_json;
};

tl::unexpected<std::string> bad(std::string message) {
    return tl::unexpected(std::move(message));
}

// The port of "http://sandbox.localdomain:8080/path"; the host is always this environment.
tl::expected<HttpDestination, std::string> parse_uri(std::string_view uri) {
    HttpDestination destination;
    constexpr std::string_view scheme = "http://";
    if (!uri.starts_with(scheme)) {
        return bad("destination.URI must begin with http://");
    }
    uri.remove_prefix(scheme.size());
    const std::size_t slash = std::min(uri.find('/'), uri.size());
    destination.target = slash == uri.size() ? "/" : std::string(uri.substr(slash));
    const std::string_view authority = uri.substr(0, slash);
    const std::size_t colon = authority.find(':');
    const std::string_view host = authority.substr(0, colon);
    if (host != "sandbox.localdomain" && host != "sandbox" && host != "localhost" &&
        host != "127.0.0.1") {
        return bad("the host of destination.URI must be sandbox.localdomain");
    }
    destination.port = 80;
    if (colon != std::string_view::npos) {
        const std::string_view port = authority.substr(colon + 1);
        if (std::from_chars(port.data(), port.data() + port.size(), destination.port).ec !=
            std::errc{}) {
            return bad("destination.URI has no valid port");
        }
    }
    return destination;
}

tl::expected<Destination, std::string> parse_destination(const data::Value& body) {
    const data::Value* destination = body.find("destination");
    if (destination == nullptr || !destination->is_map()) {
        return bad("destination is missing");
    }
    const auto text = [&](std::string_view name) {
        const data::Value* value = destination->find(name);
        return value == nullptr ? std::string_view() : value->text();
    };
    if (text("protocol") == "TCP") {
        const data::Value* port = destination->find("port");
        if (port == nullptr || port->as_integer() == nullptr || *port->as_integer() < 1 ||
            *port->as_integer() > 65535) {
            return bad("destination.port is not a port");
        }
        return TcpDestination{static_cast<std::uint16_t>(*port->as_integer())};
    }
    if (text("protocol") != "HTTP") {
        return bad("destination.protocol must be HTTP or TCP");
    }
    auto parsed = parse_uri(text("URI"));
    if (!parsed) {
        return tl::unexpected(parsed.error());
    }
    if (text("method") == "PUT") {
        parsed->method = "PUT";
    }
    return *parsed;
}

tl::expected<Buffering, std::string> parse_buffering(const data::Value& body) {
    Buffering buffering;
    const data::Value* given = body.find("buffering");
    if (given == nullptr) {
        return buffering;
    }
    const auto bounded = [&](std::string_view name,
                             std::int64_t least,
                             std::int64_t most,
                             auto& target) -> tl::expected<void, std::string> {
        const data::Value* value = given->find(name);
        if (value == nullptr) {
            return {};
        }
        const std::int64_t* number = value->as_integer();
        if (number == nullptr || *number < least || *number > most) {
            return bad(fmt::format("buffering.{} must be from {} to {}", name, least, most));
        }
        target = std::remove_reference_t<decltype(target)>(*number);
        return {};
    };
    for (const auto& checked :
         {bounded("maxItems", 1'000, 10'000, buffering.items),
          bounded("maxBytes", 262'144, 1'048'576, buffering.bytes),
          bounded("timeoutMs", 25, 30'000, buffering.timeout)}) {
        if (!checked) {
            return bad(checked.error());
        }
    }
    return buffering;
}

tl::expected<Wish, std::string> parse_wish(std::string_view text) {
    const auto body = data::read_json(text, "request", {.depth = 8});
    if (!body || !body->is_map()) {
        return bad("the request body is no JSON object");
    }
    Wish wish;
    const data::Value* types = body->find("types");
    if (types == nullptr || !types->is_list() || types->as_list()->empty()) {
        return bad("types must list platform, function or extension");
    }
    wish.types_json = "[";
    for (const data::Value& type : *types->as_list()) {
        const auto known = std::find(kind_names.begin(), kind_names.end(), type.text());
        if (known == kind_names.end()) {
            return bad("types must list platform, function or extension");
        }
        wish.kinds[static_cast<std::size_t>(known - kind_names.begin())] = true;
        wish.types_json += (wish.types_json.size() > 1 ? "," : "") + quote(type.text());
    }
    wish.types_json += "]";
    auto destination = parse_destination(*body);
    if (!destination) {
        return bad(destination.error());
    }
    wish.destination = std::move(*destination);
    auto buffering = parse_buffering(*body);
    if (!buffering) {
        return bad(buffering.error());
    }
    wish.buffering = *buffering;
    return wish;
}

template <std::size_t size>
bool holds(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

/// One listener and what waits for it. Batches go one after the other, so that order is kept.
struct Telemetry::Subscription : std::enable_shared_from_this<Subscription> {
    Subscription(Telemetry& of, Api kind, std::string who, Wish what)
        : owner(of), courier(of.courier_), api(kind), extension(std::move(who)),
          wish(std::move(what)) {}

    [[nodiscard]] bool wants(const Record& record) const {
        return wish.kinds[static_cast<std::size_t>(record.kind)] &&
               !holds(api == Api::telemetry ? logs_only : telemetry_only, record.type);
    }

    void add(const Record& record) {
        if (!wants(record)) {
            return;
        }
        std::string text = to_json(record);
        if (waiting_bytes + text.size() > queued_bytes) {
            ++dropped_records;
            dropped_bytes += text.size();
            return;
        }
        waiting_bytes += text.size();
        waiting.push_back(std::move(text));
        if (waiting.size() >= wish.buffering.items || waiting_bytes >= wish.buffering.bytes) {
            send();
        } else if (!timer_set) {
            timer_set = true;
            courier.after(wish.buffering.timeout, [self = weak_from_this()] {
                if (const auto alive = self.lock()) {
                    alive->timer_set = false;
                    alive->send();
                }
            });
        }
    }

    void send() {
        if (in_flight || waiting.empty()) {
            return;
        }
        // HTTP gets a JSON array, TCP a line a record.
        const bool lines = std::holds_alternative<TcpDestination>(wish.destination);
        std::string batch = lines ? "" : "[";
        std::size_t count = 0;
        while (!waiting.empty() && count < wish.buffering.items &&
               (count == 0 || batch.size() + waiting.front().size() < wish.buffering.bytes)) {
            if (!lines && count > 0) {
                batch += ',';
            }
            batch += waiting.front();
            batch += lines ? "\n" : "";
            waiting_bytes -= waiting.front().size();
            waiting.pop_front();
            ++count;
        }
        batch += lines ? "" : "]";
        in_flight = true;
        deliver(std::make_shared<const std::string>(std::move(batch)), count, attempts);
    }

    void deliver(const std::shared_ptr<const std::string>& batch, std::size_t count, int left) {
        courier.deliver(
            wish.destination, *batch, [self = weak_from_this(), batch, count, left](bool taken) {
                if (const auto alive = self.lock()) {
                    alive->delivered(batch, count, taken ? 0 : left - 1, taken);
                }
            });
    }

    void delivered(
        const std::shared_ptr<const std::string>& batch, std::size_t count, int left, bool taken) {
        if (!taken && left > 0 && !flushing) {
            // Extensions subscribe before they listen, now and then.
            courier.after(wish.buffering.timeout, [self = weak_from_this(), batch, count, left] {
                if (const auto alive = self.lock()) {
                    alive->deliver(batch, count, left);
                }
            });
            return;
        }
        in_flight = false;
        if (!taken) {
            dropped_records += count;
            dropped_bytes += batch->size();
        } else if (dropped_records > 0) {
            owner.log_.logs_dropped(
                "Consumer seems to have fallen behind as it has not acknowledged receipt of logs.",
                std::exchange(dropped_records, 0),
                std::exchange(dropped_bytes, 0));
        }
        if (flushing || waiting.size() >= wish.buffering.items ||
            waiting_bytes >= wish.buffering.bytes) {
            send();
        }
        owner.check_flushed();
    }

    Telemetry& owner;
    Courier& courier;
    Api api;
    std::string extension;
    Wish wish;
    std::deque<std::string> waiting;
    std::size_t waiting_bytes = 0;
    std::size_t dropped_records = 0;
    std::size_t dropped_bytes = 0;
    bool timer_set = false;
    bool in_flight = false;
    bool flushing = false;
};

Telemetry::Telemetry(Courier& courier, PlatformLog& log) : courier_(courier), log_(log) {
    log_.listen(this);
}

Telemetry::~Telemetry() {
    log_.listen(nullptr);
}

HttpReply Telemetry::subscribe(Api api, const std::string& extension, std::string_view body) {
    auto wish = parse_wish(body);
    if (!wish) {
        return error_reply(400, "ValidationError", wish.error());
    }
    std::erase_if(subscriptions_, [&](const auto& known) { return known->extension == extension; });
    const std::string types = wish->types_json;
    auto subscription = std::make_shared<Subscription>(*this, api, extension, std::move(*wish));
    for (const Record& record : early_) {
        subscription->add(record);
    }
    subscriptions_.push_back(std::move(subscription));
    log_.subscribed(
        api == Api::logs ? "platform.logsSubscription" : "platform.telemetrySubscription",
        extension,
        types);
    return {200, "\"OK\"", {}};
}

void Telemetry::on_record(const Record& record) {
    if (keep_early_ && early_.size() < early_records &&
        early_bytes_ + record.content.size() <= early_bytes) {
        early_bytes_ += record.content.size();
        early_.push_back(record);
    }
    for (const auto& subscription : subscriptions_) {
        subscription->add(record);
    }
}

void Telemetry::on_init_ended() {
    keep_early_ = false;
    early_.clear();
    early_bytes_ = 0;
}

void Telemetry::check_flushed() {
    const bool busy =
        std::any_of(subscriptions_.begin(), subscriptions_.end(), [](const auto& subscription) {
            return subscription->in_flight || !subscription->waiting.empty();
        });
    if (flushed_ && !busy) {
        std::exchange(flushed_, nullptr)();
    }
}

void Telemetry::on_flush(std::function<void()> flushed) {
    flushed_ = std::move(flushed);
    for (const auto& subscription : subscriptions_) {
        subscription->flushing = true;
        subscription->send();
    }
    check_flushed();
}

void Telemetry::on_reset() {
    flushed_ = nullptr;
    subscriptions_.clear();
    early_.clear();
    early_bytes_ = 0;
    keep_early_ = true;
}

} // namespace samara::rie
