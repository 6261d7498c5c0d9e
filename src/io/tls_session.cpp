#include "io/tls_session.hpp"

#include "base/check.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace riacho::io {
namespace {

bool is_address(const std::string& name) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
    ASN1_OCTET_STRING_free(address);
    ERR_clear_error();
    return address != nullptr;
}

/// The library counts its alerts from here on: reason 1000 + the alert's number.
bool is_alert_of_peer(int reason) { return reason > SSL_AD_REASON_OFFSET; }

bool is_foreign(int reason) {
    switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
        return true;
    default:
        return false;
    }
}

} // namespace

void TlsSession::Free::operator()(ssl_st* session) const { SSL_free(session); }

TlsSession::TlsSession(const TlsContext& context, std::string peer, const std::string& server_name)
    : peer_(std::move(peer)), server_name_(server_name), session_(SSL_new(context.get())) {
    SSL* session = session_.get();
    BIO* from_peer = BIO_new(BIO_s_mem());
    BIO* to_peer = BIO_new(BIO_s_mem());
    check(session && from_peer && to_peer, "the TLS library gives a session");
    SSL_set_bio(session, from_peer, to_peer);
    if (context.is_server()) {
        SSL_set_accept_state(session);
        return;
    }
    SSL_set_connect_state(session);
    bool address = is_address(server_name);
    if (!address && !server_name.empty()) SSL_set_tlsext_host_name(session, server_name.c_str());
    if (context.verify() != TlsClientOptions::Verify::host_name) return;
    if (address) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), server_name.c_str());
    } else {
        SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        SSL_set1_host(session, server_name.c_str());
    }
}

void TlsSession::put(ByteView from_peer) {
    int put = BIO_write(SSL_get_rbio(session_.get()), from_peer.data(), static_cast<int>(from_peer.size()));
    check(put == static_cast<int>(from_peer.size()), "a buffer in memory takes what it is given");
}

bool TlsSession::has_output() const { return BIO_pending(SSL_get_wbio(session_.get())) > 0; }

std::vector<std::byte> TlsSession::take_output() {
    BIO*                   to_peer = SSL_get_wbio(session_.get());
    std::vector<std::byte> output(static_cast<std::size_t>(BIO_pending(to_peer)));
    if (!output.empty()) BIO_read(to_peer, output.data(), static_cast<int>(output.size()));
    return output;
}

TlsSession::Step TlsSession::shake_hands() {
    if (error_) return Step::failed;
    ERR_clear_error();
    int outcome = SSL_do_handshake(session_.get());
    if (outcome == 1) return Step::done;
    if (SSL_get_error(session_.get(), outcome) == SSL_ERROR_WANT_READ) return Step::needs_input;
    note_error(outcome);
    return Step::failed;
}

std::size_t TlsSession::read(std::span<std::byte> into) {
    std::size_t filled = 0;
    while (filled < into.size() && !error_) {
        std::size_t got = 0;
        ERR_clear_error();
        int outcome = SSL_read_ex(session_.get(), into.data() + filled, into.size() - filled, &got);
        filled += got;
        if (outcome == 1) continue;
        int why = SSL_get_error(session_.get(), outcome);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_ZERO_RETURN) note_error(outcome);
        break;
    }
    return filled;
}

bool TlsSession::write(ByteView plain) {
    std::size_t put = 0;
    ERR_clear_error();
    if (error_ || plain.empty()) return !error_;
    int outcome = SSL_write_ex(session_.get(), plain.data(), plain.size(), &put);
    if (outcome != 1) note_error(outcome);
    return !error_;
}

void TlsSession::end() {
    ERR_clear_error();
    if (!error_ && SSL_is_init_finished(session_.get())) SSL_shutdown(session_.get());
    ERR_clear_error();
}

bool TlsSession::has_ended() const { return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

std::size_t TlsSession::unread() const {
    return static_cast<std::size_t>(SSL_pending(session_.get())) +
           static_cast<std::size_t>(BIO_pending(SSL_get_rbio(session_.get())));
}

std::string TlsSession::protocol() const {
    const unsigned char* name = nullptr;
    unsigned             size = 0;
    SSL_get0_alpn_selected(session_.get(), &name, &size);
    return std::string(reinterpret_cast<const char*>(name), size);
}

std::string TlsSession::version() const { return SSL_get_version(session_.get()); }

void TlsSession::note_error(int outcome) {
    using Cause = TlsError::Cause;
    bool          protocol = SSL_get_error(session_.get(), outcome) == SSL_ERROR_SSL;
    unsigned long error = ERR_get_error();
    ERR_clear_error();
    int         reason = ERR_GET_REASON(error);
    const char* text = ERR_reason_error_string(error);
    long        verified = SSL_get_verify_result(session_.get());
    if (protocol && reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        bool other_name =
            verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH;
        error_.emplace(Cause::untrusted,
                       other_name ? fmt::format("the certificate of {} is not for {}", peer_, server_name_)
                                  : fmt::format("the certificate of {} is not trusted: {}", peer_,
                                                X509_verify_cert_error_string(verified)));
        return;
    }
    std::string detail = text ? text : "no reason is known";
    if (protocol && is_alert_of_peer(reason)) {
        error_.emplace(Cause::refused, fmt::format("{} refuses the TLS connection: {}", peer_, detail));
    } else if (protocol && !SSL_is_init_finished(session_.get()) && is_foreign(reason)) {
        error_.emplace(Cause::not_tls, fmt::format("{} does not speak TLS ({})", peer_, detail));
    } else {
        error_.emplace(Cause::failed, fmt::format("the TLS connection to {} failed: {}", peer_, detail));
    }
}

} // namespace riacho::io
