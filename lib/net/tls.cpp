#include "net/transport.h"

#include <algorithm>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

namespace samara::net {

namespace {

using SslContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using SslSession = std::unique_ptr<SSL, decltype(&SSL_free)>;

std::string openssl_reason() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code)) {
        return std::generic_category().message(ERR_GET_REASON(code));
    }
    const char* reason = ERR_reason_error_string(code);
    return reason == nullptr ? "unknown reason" : reason;
}

/// Instead of OpenSSL's own, which asks at the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*for_writing*/, void* /*data*/) {
    return -1;
}

/// Waits for what OpenSSL asks for after `result`; anything but ok ends the operation.
IoStatus wait_for(SSL* session, int result, Deadline deadline, int stop_fd) {
    const int descriptor = SSL_get_fd(session);
    switch (SSL_get_error(session, result)) {
    case SSL_ERROR_WANT_READ:
        return wait_ready(descriptor, POLLIN, deadline, stop_fd);
    case SSL_ERROR_WANT_WRITE:
        return wait_ready(descriptor, POLLOUT, deadline);
    default:
        ERR_clear_error();
        return IoStatus::closed;
    }
}

class TlsTransport final : public Transport {
public:
    explicit TlsTransport(SslSession session) : session_(std::move(session)) {}

    ReadResult read(std::span<char> buffer, Deadline deadline, int stop_fd) override {
        while (true) {
            const int count = SSL_read(session_.get(), buffer.data(), int_size(buffer.size()));
            if (count > 0) {
                return {IoStatus::ok, static_cast<std::size_t>(count)};
            }
            const IoStatus status = wait_for(session_.get(), count, deadline, stop_fd);
            if (status != IoStatus::ok) {
                return {status};
            }
        }
    }

    IoStatus write(std::string_view head, std::string_view body, Deadline deadline) override {
        std::string joined;
        joined.reserve(head.size() + body.size());
        joined.append(head).append(body); // one record, hence one packet, for a small answer
        std::string_view rest = joined;
        while (!rest.empty()) {
            const int count = SSL_write(session_.get(), rest.data(), int_size(rest.size()));
            if (count > 0) {
                rest.remove_prefix(static_cast<std::size_t>(count));
                continue;
            }
            const IoStatus status = wait_for(session_.get(), count, deadline, -1);
            if (status != IoStatus::ok) {
                return status;
            }
        }
        return IoStatus::ok;
    }

    void finish_writing() override { SSL_shutdown(session_.get()); }

private:
    static int int_size(std::size_t size) {
        return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
    }

    SslSession session_;
};

class OpenSslContext final : public TlsContext {
public:
    explicit OpenSslContext(SslContext context) : context_(std::move(context)) {}

    std::unique_ptr<Transport> accept(int descriptor, Deadline deadline, int stop_fd) override {
        SslSession session(SSL_new(context_.get()), &SSL_free);
        if (!session || SSL_set_fd(session.get(), descriptor) != 1) {
            return nullptr;
        }
        while (true) {
            const int result = SSL_accept(session.get());
            if (result == 1) {
                return std::make_unique<TlsTransport>(std::move(session));
            }
            if (wait_for(session.get(), result, deadline, stop_fd) != IoStatus::ok) {
                return nullptr;
            }
        }
    }

private:
    SslContext context_;
};

} // namespace

base::Result<std::unique_ptr<TlsContext>>
load_tls(const std::string& certificate_file, const std::string& key_file) {
    SslContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (!context) {
        return base::fail(fmt::format("cannot set up TLS: {}", openssl_reason()));
    }
    SSL_CTX_set_default_passwd_cb(context.get(), no_password);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(
        context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
        return base::fail(
            fmt::format("cannot use certificate {}: {}", certificate_file, openssl_reason()),
            "--ssl-cert-file wants a PEM file");
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return base::fail(
            fmt::format("cannot use private key {}: {}", key_file, openssl_reason()),
            "--ssl-key-file wants a PEM file without password that belongs to the certificate");
    }
    return std::make_unique<OpenSslContext>(std::move(context));
}

} // namespace samara::net
