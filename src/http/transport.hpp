#pragma once

#include "base/bytes.hpp"
#include "base/outcome.hpp"
#include "http/message.hpp"
#include "riacho/task.hpp"

namespace riacho::http {

enum class More : bool { none, follows };

/// One request's way through a connection, in HTTP/1.1's manner or HTTP/2's. Whoever reads slowly or writes
/// fast is suspended. Throws io::StreamError when the peer is gone. Whoever writes keeps the bytes alive
/// until the write has ended.
class Transport {
public:
    virtual ~Transport() = default;
    /// The next piece of the request's body; empty at its end. Fails where the body is no body, or late.
    virtual Task<Outcome<Bytes, Status>> read_body() = 0;
    /// The head of the answer, and the first piece of its body, if one is there.
    virtual Task<> begin(ResponseHead head, ByteView first, More more) = 0;
    /// The next piece. With `More::none` the last, which may be empty.
    virtual Task<> write(ByteView piece, More more) = 0;
    /// The answer cannot be completed: the peer finds it cut off.
    virtual void cut_off() = 0;
    /// The peer has gone, or wants no answer any more.
    virtual bool is_abandoned() const = 0;
};

} // namespace riacho::http
