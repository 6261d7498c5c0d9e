#pragma once

#include "codec/gzip_stream.hpp"
#include "http/server_options.hpp"
#include "http/target.hpp"
#include "http/transport.hpp"
#include "io/event.hpp"
#include "io/stream.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::http {

/// An answer that is known as a whole.
struct Response {
    Status      status = Status::ok;
    Fields      fields = {};
    std::string body = {};
};
Response response(std::string content_type, std::string body, Status status = Status::ok);

/// A request and its answer, as a handler sees them. The body is read piece by piece, and the answer is one
/// `respond`, or a `begin` and as many `write` as it takes. Lives while its handler runs, on its server's
/// shard.
class Exchange {
public:
    /// Who takes part in it.
    struct Peers {
        io::Endpoint local;
        io::Endpoint remote;
    };
    Exchange(const ServerPlace& place, RequestHead head, Peers peers, Transport& transport);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    const RequestHead& head() const { return head_; }
    const Peers&       peers() const { return peers_; }
    const Target&      target() const { return target_; }
    /// What stands in the path where the route has `{name}`.
    const std::string& parameter(std::string_view name) const;
    io::Shard&         shard() const { return place_.shard; }
    std::uint64_t      body_bytes_max() const { return body_bytes_max_; }

    // -- the request's body
    /// The next piece, empty at the end. Fails with what to answer.
    Task<Outcome<Bytes, Status>> read();
    /// All of it. The memory counts as the server's until the exchange ends.
    Task<Outcome<std::string, Status>> read_all();

    // -- the answer; compressed where the peer asks for it and the type and the size make it worth it
    Task<> respond(Response response);
    /// The same of bytes that the caller keeps.
    Task<> respond(ResponseHead head, ByteView body);
    /// More follows, by `write`, until the handler ends. A peer that takes gzip gets each `write` at once
    /// too.
    Task<> begin(ResponseHead head);
    Task<> write(ByteView piece);
    Task<> write(std::string_view text) { return write(as_bytes(text)); }
    bool   has_begun() const { return state_ != State::asked; }

    // -- the end
    /// The peer has left, or the server stops: a handler that waits, or streams without end, returns soon.
    bool is_over() const { return is_over_; }
    /// Is set when that comes to pass; one event at a time, which outlives the exchange or is forgotten
    /// before.
    void wake_when_over(io::Event* event);

    // -- for the server
    void set_route(std::map<std::string, std::string, std::less<>> parameters, std::uint64_t body_bytes_max);
    void set_target(Target target) { target_ = std::move(target); }
    Task<> finish(); ///< the handler has returned
    void   end();    ///< it is over
    bool   looks_abandoned() const { return transport_.is_abandoned(); }
    void   cut_off() { transport_.cut_off(); }

private:
    enum class State { asked, begun, finished };

    void   complete(ResponseHead& head) const;
    bool   must_compress(ResponseHead& head) const;
    bool   start_compressing(ResponseHead& head);
    Task<> respond_compressed(ResponseHead head, ByteView body);
    Task<> write_compressed(ByteView piece, GzipStream::Flush flush);
    bool   hides_body() const { return head_.method == Method::head || !has_body_; }

    const ServerPlace&                              place_;
    RequestHead                                     head_;
    Peers                                           peers_;
    Transport&                                      transport_;
    Target                                          target_;
    std::map<std::string, std::string, std::less<>> parameters_;
    std::uint64_t                                   body_bytes_max_;
    std::uint64_t                                   body_bytes_ = 0;
    Charge                                          body_memory_;
    Charge                                          gzip_memory_;
    std::unique_ptr<GzipStream>                     gzip_;
    State                                           state_ = State::asked;
    bool                                            has_body_ = true; ///< the answer
    bool                                            is_over_ = false;
    io::Event*                                      waker_ = nullptr;
};

/// Answers a request, or says why not: the server makes that an answer, if none has begun. Anything that a
/// handler waits for has an end, or it looks at `is_over`.
using Handler = std::function<Task<Outcome<void, Status>>(Exchange&)>;

} // namespace riacho::http
