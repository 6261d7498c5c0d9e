#pragma once

#include "io/event.hpp"
#include "io/tls_session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace riacho::io {

/// TLS over any stream. Throws TlsError where the bytes are the peer's and TLS is wrong, and what the stream
/// below throws. Outlives its reads and writes.
class TlsStream final : public Stream {
    struct Made {}; // only `open` makes one
public:
    /// Shakes hands over `below`, as the context's side. `server_name` is the host that a client wants to
    /// reach. The stream is closed where this throws. `context` is not used afterwards.
    static Task<std::unique_ptr<TlsStream>> open(Shard& shard, std::unique_ptr<Stream> below,
                                                 const TlsContext& context, std::string server_name,
                                                 Time deadline);
    TlsStream(Made, Shard& shard, std::unique_ptr<Stream> below, TlsSession session);
    ~TlsStream() override { close(); }

    using Stream::read_some;
    Task<std::size_t> read_some(std::span<std::byte> into, std::span<std::byte> more, Time deadline) override;
    Task<>            write(std::vector<ByteView> pieces, Time deadline) override;
    /// Counts bytes that are still encrypted too, so it may be a little more than a read gives.
    std::size_t available() const override { return session_.unread() + below_->available(); }
    bool        is_abandoned() const override { return session_.has_ended() || below_->is_abandoned(); }
    /// Tells the peer that this is the end, unless that has to wait.
    void     close() override;
    Endpoint local() const override { return below_->local(); }
    Endpoint peer() const override { return below_->peer(); }

    /// What ALPN agreed on; empty: nothing.
    std::string protocol() const { return session_.protocol(); }
    /// As "TLSv1.3".
    std::string version() const { return session_.version(); }

private:
    Task<>      shake_hands(Time deadline);
    Task<bool>  fill(Time deadline);
    Task<>      put_out(Time deadline);
    Task<>      answer_peer(Time deadline);
    Task<>      put_farewell();
    void        throw_if_closed() const;
    StreamError closed_error() const;

    Shard&                       shard_;
    std::unique_ptr<Stream>      below_;
    TlsSession                   session_;
    std::unique_ptr<std::byte[]> received_; // room for one read of the stream below
    Mutex                        writing_;
    bool                         closed_ = false;
    bool                         torn_ = false; // a write below failed: what follows would not be understood
};

} // namespace riacho::io
