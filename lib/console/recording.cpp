#include "console/recording.h"

#include <algorithm>
#include <string>
#include <utility>

namespace samara::console {

namespace {

constexpr std::size_t kept = invoke::CallTrace::kept;

std::size_t size_of(const net::HttpHeaders& headers) {
    std::size_t bytes = 0;
    for (const net::HttpHeader& header : headers) {
        bytes += header.name.size() + header.value.size();
    }
    return bytes;
}

/// Functions may give more headers than anyone reads.
bool cut(net::HttpHeaders& headers) {
    std::size_t bytes = 0;
    for (auto header = headers.begin(); header != headers.end(); ++header) {
        bytes += header->name.size() + header->value.size();
        if (bytes > kept) {
            headers.erase(header, headers.end());
            return true;
        }
    }
    return false;
}

std::size_t size_of(const serving::Exchange& exchange) {
    const net::HttpRequest& request = exchange.request;
    std::size_t bytes = request.target.size() + request.body.size() + exchange.error.size() +
                        exchange.response_body.text.size() + size_of(request.headers) +
                        size_of(exchange.response_headers);
    for (const auto& call : exchange.calls) {
        bytes += call->size();
    }
    return bytes;
}

} // namespace

std::uint64_t Recording::add(serving::Exchange exchange) {
    auto entry = std::make_shared<Entry>();
    entry->request_size = exchange.request.body.size();
    entry->exchange = std::move(exchange);
    std::string& body = entry->exchange.request.body;
    if (body.size() > kept) {
        body = body.substr(0, kept); // a new one: the old one's memory goes
    }
    entry->response_headers_cut = cut(entry->exchange.response_headers);
    const std::size_t bytes = size_of(entry->exchange);

    std::vector<std::shared_ptr<const Entry>> dropped; // end without the lock
    const std::scoped_lock lock(mutex_);
    entry->id = next_++;
    const std::uint64_t id = entry->id;
    while (first_ < id && (id - first_ >= most || bytes_ + bytes > most_bytes)) {
        dropped.push_back(drop_oldest());
    }
    bytes_ += bytes;
    ring_[id % most] = {std::move(entry), bytes};
    return id;
}

std::shared_ptr<const Entry> Recording::drop_oldest() {
    Place& place = ring_[first_++ % most];
    bytes_ -= place.bytes;
    return std::exchange(place, {}).entry;
}

std::shared_ptr<const Entry> Recording::find(std::uint64_t id) const {
    const std::scoped_lock lock(mutex_);
    return id >= first_ && id < next_ ? ring_[id % most].entry : nullptr;
}

std::vector<std::shared_ptr<const Entry>> Recording::after(std::uint64_t id) const {
    std::vector<std::shared_ptr<const Entry>> entries;
    const std::scoped_lock lock(mutex_);
    for (std::uint64_t at = std::max(id + 1, first_); at < next_; ++at) {
        entries.push_back(ring_[at % most].entry);
    }
    return entries;
}

std::uint64_t Recording::cleared() const {
    const std::scoped_lock lock(mutex_);
    return cleared_;
}

void Recording::clear() {
    std::vector<std::shared_ptr<const Entry>> dropped;
    const std::scoped_lock lock(mutex_);
    while (first_ < next_) {
        dropped.push_back(drop_oldest());
    }
    ++cleared_;
}

} // namespace samara::console
