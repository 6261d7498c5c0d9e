#pragma once

#include "base/bytes.hpp"
#include "io/cancellation.hpp"
#include "io/shard.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace riacho::io {

/// A host (name or address, without brackets) and a TCP port.
struct Endpoint {
    std::string   host;
    std::uint16_t port = 0;
    std::string   text() const; ///< "host:port", an IPv6 address in brackets
    bool          operator==(const Endpoint&) const = default;
};

/// The peer is gone, or did not do its part in time. A broken world, so it is thrown; caught once per
/// connection.
class StreamError : public std::runtime_error {
public:
    enum class Reason { closed, timed_out, refused, address_in_use, unresolved, failed };
    StreamError(Reason reason, const std::string& what) : std::runtime_error(what), reason_(reason) {}
    Reason reason() const { return reason_; }

private:
    Reason reason_;
};

/// A connection that belongs to one shard. At most one read and one write at a time.
class Stream {
public:
    virtual ~Stream() = default;
    /// At least one byte, or 0 at the peer's end: fills `into`, and with what is left over `more`, in one
    /// call of the system. Throws StreamError; `timed_out` at `deadline`.
    virtual Task<std::size_t> read_some(std::span<std::byte> into, std::span<std::byte> more,
                                        Time deadline) = 0;
    Task<std::size_t>         read_some(std::span<std::byte> into, Time deadline) {
        return read_some(into, {}, deadline);
    }
    /// How many bytes have arrived, so that a reader knows how much room they take; 0 also at the end.
    virtual std::size_t available() const = 0;
    /// The peer has closed its side, or is gone, though what it sent before may still be unread. Costs a call
    /// of the system.
    virtual bool is_abandoned() const = 0;
    /// All pieces, in order, in as few calls of the system as it takes. The caller keeps them alive.
    virtual Task<> write(std::vector<ByteView> pieces, Time deadline) = 0;
    /// Ends what is under way with `closed`, and tells the peer. May be called twice.
    virtual void     close() = 0;
    virtual Endpoint local() const = 0;
    virtual Endpoint peer() const = 0;
};

/// Accepts connections; belongs to the shard that it was opened on.
class Listener {
public:
    virtual ~Listener() = default;
    /// The next connection, which then belongs to `owner`; nothing after `close`. Throws StreamError when the
    /// system refuses (no descriptors left): the caller waits a little and goes on.
    virtual Task<std::unique_ptr<Stream>> accept(Shard& owner) = 0;
    virtual void                          close() = 0;
    virtual Endpoint                      local() const = 0;
};

/// How to reach peers and be reached: TCP, or memory in a simulation.
class Network {
public:
    virtual ~Network() = default;
    /// Port 0 takes a free one. Throws StreamError (address_in_use, failed).
    virtual std::unique_ptr<Listener> listen(Shard& shard, Endpoint at) = 0;
    /// Throws StreamError; `closed` when `cancellation`, which may be null, is requested meanwhile.
    virtual Task<std::unique_ptr<Stream>> connect(Shard& shard, Endpoint to, Time deadline,
                                                  Cancellation* cancellation) = 0;
    Task<std::unique_ptr<Stream>>         connect(Shard& shard, Endpoint to, Time deadline) {
        return connect(shard, std::move(to), deadline, nullptr);
    }
};

} // namespace riacho::io
