#pragma once

#include "console/recording.h"
#include "console/sources.h"
#include "net/http_message.h"
#include "serving/page_guard.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace samara::console {

/// The page at /_samara/: what is served, the last requests, and the means to send one again. For
/// browsers and programs on this machine; see Secrets for what it never shows. Thread-safe.
class Console : public std::enable_shared_from_this<Console> {
public:
    static constexpr std::string_view root = "/_samara/";
    /// Each that looks on holds a thread.
    static constexpr std::size_t most_viewers = 16;

    /// `template_file`: as the command line names it; may be empty.
    explicit Console(serving::PageGuard guard, std::string_view template_file = {});

    [[nodiscard]] std::shared_ptr<serving::Recorder> recorder() const { return recording_; }

    /// From now on there is something to show; until then it answers 503.
    void open(Sources sources);

    /// Sends nothing more to who looks on. What `open` was given is not used after the servers that
    /// ask handle() have ended.
    void stop();

    /// The answer to a request that takes() says is for the page. May wait.
    net::HttpResponse handle(const net::HttpRequest& request);

    /// Whether a request is for the page.
    static bool takes(const net::HttpRequest& request);

private:
    [[nodiscard]] std::optional<std::string> refusal(const net::HttpRequest& request) const;
    net::HttpResponse answer(const net::HttpRequest& request, std::string_view path);
    net::HttpResponse requests(const net::HttpRequest& request, std::string_view path);
    net::HttpResponse replay(const net::HttpRequest& request, const Entry& entry);
    net::HttpResponse list() const;
    net::HttpResponse state() const;
    net::HttpResponse watch();
    bool run_viewer(const net::HttpResponse::Write& write);
    bool wait(std::chrono::steady_clock::duration taken);

    serving::PageGuard guard_;
    std::string invoke_options_; // of the command lines that it shows
    std::shared_ptr<Recording> recording_ = std::make_shared<Recording>();
    mutable std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    std::size_t viewers_ = 0;
    std::shared_ptr<const Sources> sources_;
};

} // namespace samara::console
