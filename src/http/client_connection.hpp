#pragma once

#include "http/input.hpp"
#include "http/parser.hpp"
#include "http/url.hpp"
#include "io/group.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::http {

enum class ClientError {
    unreachable, ///< no connection came about
    untrusted,   ///< TLS: one side does not accept the other
    timed_out,   ///< no answer in time, or not all of it
    closed,      ///< the server left in the middle
    malformed,   ///< what came is no answer
    too_large,   ///< the answer is longer than the caller takes
    busy,        ///< every connection is in use, and none became free in time
    no_body,     ///< the source of the request's body failed
};

/// The next piece of a request's body; empty at its end.
using BodySource = std::function<Task<Outcome<Bytes, ClientError>>()>;

struct Request {
    Method      method = Method::get;
    Origin      origin;
    std::string target = "/";
    Fields      fields = {}; ///< Host and what frames the body are added
    std::string body = {};
    /// Instead of `body`: sent in chunks, as it comes, while the answer is read. What it uses lives until
    /// ClientResponse::finish, or until `ask` has failed. Throws nothing.
    BodySource source = {};
};

/// One connection of a client: one request after the other.
class ClientConnection {
public:
    ClientConnection(io::Shard& shard, Origin origin, std::unique_ptr<io::Stream> stream, ParserLimits limits)
        : shard_(shard), origin_(std::move(origin)), stream_(std::move(stream)), input_(Charge()),
          parser_(limits), sending_(shard) {}

    Task<Outcome<void, ClientError>>         send(Request request, Time deadline);
    Task<Outcome<ResponseHead, ClientError>> receive_head(Method method, Time deadline);
    /// Empty at the end.
    Task<Outcome<Bytes, ClientError>> receive_body(Time deadline);

    /// The request is not sent any further.
    Task<> end_sending();
    bool   is_sending() const { return !sending_.is_idle(); }

    const Origin& origin() const { return origin_; }
    /// Something of the answer has come.
    bool has_begun() const { return has_begun_; }
    bool has_whole_answer() const { return has_whole_answer_; }
    /// Another request may follow.
    bool is_reusable() const {
        return has_whole_answer_ && keeps_alive_ && sending_.is_idle() && input_.view().empty();
    }
    /// The server has closed it meanwhile.
    bool is_stale() const { return stream_->is_abandoned(); }
    void close() { stream_->close(); }
    Time idle_since = {};
    bool was_used = false;

private:
    Task<Outcome<void, ClientError>>         write(std::vector<ByteView> pieces, Time deadline);
    Task<>                                   send_source(BodySource source);
    Task<Outcome<void, ClientError>>         send_piece(Bytes piece);
    Task<Outcome<std::size_t, ClientError>>  fill(Time deadline);
    Task<Outcome<Parser::Step, ClientError>> next(Time deadline);

    io::Shard&                          shard_;
    Origin                              origin_;
    std::unique_ptr<io::Stream>         stream_;
    Input                               input_;
    ResponseParser                      parser_;
    bool                                has_begun_ = false;
    bool                                has_whole_answer_ = true;
    bool                                keeps_alive_ = true;
    std::size_t                         turn_bytes_ = 0;
    std::optional<Failure<ClientError>> no_body_; ///< why the request could not be sent whole
    io::Group                           sending_;
};

} // namespace riacho::http
