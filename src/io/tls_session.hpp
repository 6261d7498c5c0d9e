#pragma once

#include "base/bytes.hpp"
#include "io/stream.hpp"
#include "io/tls_context.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

extern "C" {
struct ssl_st;
}

namespace riacho::io {

/// What is wrong with a TLS connection beyond its bytes.
class TlsError : public StreamError {
public:
    enum class Cause {
        not_tls,   ///< what came is not TLS
        untrusted, ///< the peer's certificate is not accepted here
        refused,   ///< the peer does not accept us: a certificate is missing or bad, or no protocol in common
        truncated, ///< the connection ended without a farewell: what was sent last may be missing
        failed
    };
    TlsError(Cause cause, const std::string& what)
        : StreamError(cause == Cause::truncated ? Reason::closed : Reason::failed, what), cause_(cause) {}
    Cause cause() const { return cause_; }

private:
    Cause cause_;
};

/// One side of a TLS connection without its I/O: the peer's bytes go in, the ones for it come out. Its own
/// source of chance is the library's, so two runs of one seed differ in the bytes that they send.
class TlsSession {
public:
    /// `peer` is for messages; `server_name` is whom a client wants to reach.
    TlsSession(const TlsContext& context, std::string peer, const std::string& server_name);

    void put(ByteView from_peer);
    bool has_output() const;
    /// All that is to go to the peer so far.
    std::vector<std::byte> take_output();

    enum class Step { done, needs_input, failed };
    Step shake_hands();
    /// Fills `into` with what is decrypted; 0: needs input, or see below.
    std::size_t read(std::span<std::byte> into);
    /// False: see `error`.
    bool write(ByteView plain);
    /// The farewell, for the peer.
    void end();

    bool                           has_ended() const; ///< the peer said farewell
    const std::optional<TlsError>& error() const { return error_; }
    std::size_t                    unread() const; ///< bytes that came and were not read, roughly
    /// What ALPN agreed on; empty: nothing.
    std::string protocol() const;
    /// As "TLSv1.3".
    std::string version() const;

private:
    struct Free {
        void operator()(ssl_st* session) const;
    };
    void note_error(int outcome);

    std::string                   peer_;
    std::string                   server_name_;
    std::unique_ptr<ssl_st, Free> session_;
    std::optional<TlsError>       error_;
};

} // namespace riacho::io
