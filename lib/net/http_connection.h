#pragma once

#include "net/http_server.h"
#include "net/transport.h"
#include "net/upload_budget.h"

#include <string>

/// One client's connection: request after request until one side ends it. Private to net/.
namespace samara::net {

class HttpConnection {
public:
    /// `stop_fd` polls readable once the server stops.
    HttpConnection(
        ByteStream& transport,
        const HttpServerOptions& options,
        const HttpServer::Handler& handler,
        UploadBudget& uploads,
        std::string remote_address,
        int stop_fd);

    /// Returns when the connection is to be closed.
    void serve();

private:
    enum class Next : std::uint8_t { keep, close };

    Next serve_one();
    bool fill(Deadline deadline, int stop_fd, IoStatus* status = nullptr);
    std::optional<std::size_t> read_head();
    /// 0 when the body was read, a status to refuse with, or -1 when the client is gone.
    int read_body(RequestHead& head);
    int read_sized(std::uint64_t size, std::string& body, Deadline deadline);
    int read_chunked(std::string& body, Deadline deadline);
    Next refuse(int status);
    Next answer(const HttpResponse& response, bool head_only, bool keep_alive);
    [[nodiscard]] bool stopping() const;

    ByteStream& transport_;
    const HttpServerOptions& options_;
    const HttpServer::Handler& handler_;
    UploadBudget& uploads_;
    std::string remote_address_;
    int stop_fd_;
    std::string buffer_; // received and not yet consumed
};

} // namespace samara::net
