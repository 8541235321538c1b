#include "net/transport.h"

#include <algorithm>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
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
        return wait_ready(descriptor, POLLOUT, deadline, stop_fd);
    default:
        return IoStatus::closed; // the queue of errors says why
    }
}

class TlsTransport final : public ByteStream {
public:
    explicit TlsTransport(SslSession session) : session_(std::move(session)) {}

    ReadResult read(std::span<char> buffer, Deadline deadline, int stop_fd) override {
        while (true) {
            ERR_clear_error(); // what is left there would be taken for this call's
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

    using ByteStream::write;

    IoStatus
    write(std::string_view head, std::string_view body, Deadline deadline, int stop_fd) override {
        std::string joined;
        joined.reserve(head.size() + body.size());
        joined.append(head).append(body); // one record, hence one packet, for a small answer
        std::string_view rest = joined;
        while (!rest.empty()) {
            ERR_clear_error();
            const int count = SSL_write(session_.get(), rest.data(), int_size(rest.size()));
            if (count > 0) {
                rest.remove_prefix(static_cast<std::size_t>(count));
                continue;
            }
            const IoStatus status = wait_for(session_.get(), count, deadline, stop_fd);
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

    [[nodiscard]] ssl_ctx_st* native() const override { return context_.get(); }

private:
    SslContext context_;
};

/// What the client trusts and shows; false with OpenSSL's reason in its queue.
bool use_files(SSL_CTX* context, const TlsPeer& peer) {
    SSL_CTX_set_default_passwd_cb(context, no_password);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context, peer.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    const int trusted =
        !peer.verify ? 1
        : peer.authorities.empty()
            ? SSL_CTX_set_default_verify_paths(context)
            : SSL_CTX_load_verify_locations(context, peer.authorities.c_str(), nullptr);
    if (trusted != 1) {
        return false;
    }
    return peer.certificate.empty() ||
           (SSL_CTX_use_certificate_chain_file(context, peer.certificate.c_str()) == 1 &&
            SSL_CTX_use_PrivateKey_file(context, peer.key.c_str(), SSL_FILETYPE_PEM) == 1);
}

/// Whose certificate it must be; a name is told to the server as well.
bool expect_host(SSL* session, const std::string& host) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1) {
        return true;
    }
    ERR_clear_error();
    return SSL_set_tlsext_host_name(session, host.c_str()) == 1 &&
           SSL_set1_host(session, host.c_str()) == 1;
}

std::string handshake_reason(SSL* session) {
    if (const long verified = SSL_get_verify_result(session); verified != X509_V_OK) {
        ERR_clear_error();
        return X509_verify_cert_error_string(verified);
    }
    return ERR_peek_error() == 0 ? "the connection was closed" : openssl_reason();
}

} // namespace

Handshake connect_tls(int descriptor, const TlsPeer& peer, Deadline deadline, int stop_fd) {
    ERR_clear_error();
    const SslContext context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    if (!context || !use_files(context.get(), peer)) {
        return {nullptr, IoStatus::closed, openssl_reason()};
    }
    SslSession session(SSL_new(context.get()), &SSL_free);
    if (!session || SSL_set_fd(session.get(), descriptor) != 1 ||
        !expect_host(session.get(), peer.host)) {
        return {nullptr, IoStatus::closed, openssl_reason()};
    }
    while (true) {
        ERR_clear_error();
        const int result = SSL_connect(session.get());
        if (result == 1) {
            return {std::make_unique<TlsTransport>(std::move(session)), IoStatus::ok, {}};
        }
        const IoStatus status = wait_for(session.get(), result, deadline, stop_fd);
        if (status != IoStatus::ok) {
            return {
                nullptr,
                status,
                status == IoStatus::closed ? handshake_reason(session.get()) : std::string()};
        }
    }
}

base::Result<std::shared_ptr<TlsContext>>
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
    return std::make_shared<OpenSslContext>(std::move(context));
}

} // namespace samara::net
