#pragma once

#include "io/descriptor.hpp"
#include "io/event.hpp"
#include "io/thread_shard.hpp"

#include <memory>

namespace riacho::io {

/// A non-blocking descriptor whose readiness one shard waits for. Whoever uses it tries the call first, and
/// waits only when the system says EAGAIN. Copies are the same socket; it is closed by `close`, or when the
/// last copy and the last wait are gone.
class Socket {
public:
    enum class Direction { read, write };

    /// `owner` is a ThreadShard. May be called on another shard than the owner, as an accept is.
    Socket(Shard& owner, Descriptor descriptor);

    int    fd() const;
    Shard& shard() const;
    bool   is_closed() const;
    /// Ends waits under way. May be called twice.
    void close() const;
    /// An event that is set once this direction may be ready, and at `close`:
    ///     co_await socket.ready(Socket::Direction::read).wait_until(deadline);
    Event& ready(Direction direction) const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace riacho::io
