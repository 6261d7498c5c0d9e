#include "io/tls_testing.hpp"

#include "base/check.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace riacho::io {
namespace {

struct FreeOfTest {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using TestKey = std::unique_ptr<EVP_PKEY, FreeOfTest>;
using TestCertificate = std::unique_ptr<X509, FreeOfTest>;

std::string text_of(BIO* bio) {
    char* data = nullptr;
    auto  size = static_cast<std::size_t>(BIO_get_mem_data(bio, &data));
    return {data, size};
}

std::string pem_of(X509* certificate) {
    std::unique_ptr<BIO, FreeOfTest> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate);
    return text_of(out.get());
}

std::string pem_of(EVP_PKEY* key, const std::string& password = {}) {
    std::unique_ptr<BIO, FreeOfTest> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(out.get(), key, password.empty() ? nullptr : EVP_aes_128_cbc(), nullptr, 0,
                                  nullptr, const_cast<char*>(password.c_str()));
    return text_of(out.get());
}

void add_extension(X509* to, int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    check(extension != nullptr, "a test asks for an extension that there is");
    X509_add_ext(to, extension, -1);
    X509_EXTENSION_free(extension);
}

TestCertificate begin_certificate(EVP_PKEY* key, const std::string& name, std::chrono::seconds valid) {
    static long     numbers = 0;
    TestCertificate made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++numbers);
    constexpr long before = 48 * 3600;
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -before);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), valid.count());
    X509_set_pubkey(made.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return made;
}

} // namespace

struct TestAuthority::Inside {
    TestKey         key{EVP_EC_gen("P-256")};
    TestCertificate certificate;
};

TestAuthority::TestAuthority(const std::string& name) : inside_(std::make_unique<Inside>()) {
    inside_->certificate = begin_certificate(inside_->key.get(), name, std::chrono::hours(24));
    X509* certificate = inside_->certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate, inside_->key.get(), EVP_sha256());
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::certificate() const { return pem_of(inside_->certificate.get()); }

TlsIdentity TestAuthority::issue(const std::string& names, std::chrono::hours valid) const {
    TestKey key(EVP_EC_gen("P-256"));
    auto    certificate = begin_certificate(key.get(), "identity of a test", valid);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(inside_->certificate.get()));
    add_extension(certificate.get(), NID_subject_alt_name, names);
    X509_sign(certificate.get(), inside_->key.get(), EVP_sha256());
    return {.certificates = pem_of(certificate.get()), .private_key = pem_of(key.get()), .password = {}};
}

TlsIdentity locked(const TlsIdentity& identity, const std::string& password) {
    std::unique_ptr<BIO, FreeOfTest> in(
        BIO_new_mem_buf(identity.private_key.data(), static_cast<int>(identity.private_key.size())));
    TestKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    return {.certificates = identity.certificates,
            .private_key = pem_of(key.get(), password),
            .password = password};
}

} // namespace riacho::io
