#include "io/tls_context.hpp"

#include "base/check.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace riacho::io {
namespace {

struct FreeOfLibrary {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T> using Owned = std::unique_ptr<T, FreeOfLibrary>;

Owned<BIO> reader_of(const std::string& text) {
    return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<Owned<X509>> certificates_in(const std::string& text) {
    std::vector<Owned<X509>> found;
    auto                     in = reader_of(text);
    while (Owned<X509> next{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)})
        found.push_back(std::move(next));
    ERR_clear_error();
    return found;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void* ours) {
    auto& protocols = *static_cast<const std::string*>(ours);
    int   outcome = SSL_select_next_proto(const_cast<unsigned char**>(chosen), size,
                                          reinterpret_cast<const unsigned char*>(protocols.data()),
                                          static_cast<unsigned>(protocols.size()), offered, offered_size);
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

} // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Outcome<TlsContext, TlsSetupError> TlsContext::client(const TlsClientOptions& options) {
    TlsContext made;
    made.context_.reset(SSL_CTX_new(TLS_client_method()));
    check(made.context_ != nullptr, "the TLS library gives a context");
    made.verify_ = options.verify;
    SSL_CTX* context = made.context_.get();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    if (options.verify != TlsClientOptions::Verify::nothing) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        if (options.authorities.empty()) {
            SSL_CTX_set_default_verify_paths(context);
        } else if (auto trusted = made.trust(options.authorities); !trusted) {
            return std::unexpected(trusted.error());
        }
    }
    if (options.identity) {
        if (auto taken = made.take(*options.identity); !taken) return std::unexpected(taken.error());
    }
    if (auto offered = made.offer(options.protocols); !offered) return std::unexpected(offered.error());
    if (!made.protocols_->empty())
        SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(made.protocols_->data()),
                                static_cast<unsigned>(made.protocols_->size()));
    return made;
}

Outcome<TlsContext, TlsSetupError> TlsContext::server(const TlsServerOptions& options) {
    using ClientIdentity = TlsServerOptions::ClientIdentity;
    TlsContext made;
    made.server_ = true;
    made.context_.reset(SSL_CTX_new(TLS_server_method()));
    check(made.context_ != nullptr, "the TLS library gives a context");
    SSL_CTX* context = made.context_.get();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // Without one, a client that resumes a session that it was identified in would be refused.
    constexpr unsigned char name[] = "riacho";
    SSL_CTX_set_session_id_context(context, name, sizeof name - 1);
    if (auto taken = made.take(options.identity); !taken) return std::unexpected(taken.error());
    if (options.client_identity != ClientIdentity::not_asked) {
        bool required = options.client_identity == ClientIdentity::required;
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                           nullptr);
        if (auto trusted = made.trust(options.client_authorities); !trusted)
            return std::unexpected(trusted.error());
    }
    if (auto offered = made.offer(options.protocols); !offered) return std::unexpected(offered.error());
    if (!made.protocols_->empty())
        SSL_CTX_set_alpn_select_cb(context, choose_protocol, made.protocols_.get());
    return made;
}

Outcome<void, TlsSetupError> TlsContext::take(const TlsIdentity& identity) {
    auto certificates = certificates_in(identity.certificates);
    if (certificates.empty()) return fail(TlsSetupError::bad_certificate, "no certificate in PEM is there");
    if (SSL_CTX_use_certificate(context_.get(), certificates.front().get()) != 1) {
        ERR_clear_error();
        return fail(TlsSetupError::bad_certificate, "the certificate cannot be used");
    }
    for (std::size_t i = 1; i < certificates.size(); ++i)
        SSL_CTX_add1_chain_cert(context_.get(), certificates[i].get());
    auto  in = reader_of(identity.private_key);
    auto* password = const_cast<char*>(identity.password.c_str()); // never null: null asks the terminal
    Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, password));
    ERR_clear_error();
    if (!key)
        return fail(TlsSetupError::bad_key, identity.password.empty()
                                                ? "no private key in PEM is there that needs no password"
                                                : "no private key in PEM is there that this password opens");
    bool fits = X509_check_private_key(certificates.front().get(), key.get()) == 1 &&
                SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1;
    ERR_clear_error();
    if (!fits) return fail(TlsSetupError::key_mismatch, "the private key is not the certificate's");
    return {};
}

Outcome<void, TlsSetupError> TlsContext::trust(const std::string& authorities) {
    auto certificates = certificates_in(authorities);
    if (certificates.empty())
        return fail(TlsSetupError::bad_certificate, "no authority's certificate in PEM is there");
    X509_STORE* store = SSL_CTX_get_cert_store(context_.get());
    for (const auto& certificate : certificates) {
        X509_STORE_add_cert(store, certificate.get());
        if (server_) SSL_CTX_add_client_CA(context_.get(), certificate.get());
    }
    ERR_clear_error();
    return {};
}

Outcome<void, TlsSetupError> TlsContext::offer(const std::vector<std::string>& protocols) {
    for (const std::string& protocol : protocols) {
        if (protocol.empty() || protocol.size() > 255)
            return fail(TlsSetupError::bad_protocol, "a protocol's name has 1 to 255 bytes");
        *protocols_ += static_cast<char>(protocol.size());
        *protocols_ += protocol;
    }
    return {};
}

} // namespace riacho::io
