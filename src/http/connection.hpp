#pragma once

#include "http/exchange.hpp"
#include "http/input.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::http {

/// A connection of a server, whatever it speaks.
class Connection {
public:
    Connection(const ServerPlace& place, std::unique_ptr<io::Stream> stream)
        : place_(place), stream_(std::move(stream)) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    /// Until the peer leaves, a limit is reached or the server stops.
    virtual Task<> serve() = 0;
    /// Nothing new is let in; long streams end, what is under way is still answered.
    virtual void stop_gently() = 0;
    /// Since when nothing is asked; nothing while something is.
    virtual std::optional<Time> idle_since() const = 0;
    /// Called now and then: tells exchanges whose peer has left.
    virtual void look_after(Time now) = 0;
    void         close() { stream_->close(); }

protected:
    Time            now() const { return place_.shard.now(); }
    Exchange::Peers peers() const { return {stream_->local(), stream_->peer()}; }
    Time            write_deadline(std::size_t bytes) const {
        constexpr std::size_t slowest_bytes_per_second = 64 << 10;
        return now() + place_.options.write_max + std::chrono::seconds(bytes / slowest_bytes_per_second);
    }

    /// Whoever always has something to read or to write would never let anybody else run.
    Task<> take_turns(std::size_t count) {
        constexpr std::size_t turn_bytes_max = 256 << 10;
        turn_bytes_ += count;
        if (turn_bytes_ < turn_bytes_max) co_return;
        turn_bytes_ = 0;
        co_await place_.shard.enter();
    }

    const ServerPlace&          place_;
    std::unique_ptr<io::Stream> stream_;

private:
    std::size_t turn_bytes_ = 0;
};

/// HTTP/1.0 and 1.1: one request after the other, each answered before the next one is read.
class Connection1 final : public Connection, private Transport {
public:
    Connection1(const ServerPlace& place, std::unique_ptr<io::Stream> stream, Input input);

    Task<>              serve() override;
    void                stop_gently() override;
    std::optional<Time> idle_since() const override;
    void                look_after(Time now) override;

    /// `serve` has ended because the peer speaks HTTP/2; what it has said is in the input.
    bool                        speaks_http2() const { return speaks_http2_; }
    std::unique_ptr<io::Stream> take_stream() { return std::move(stream_); }
    Input                       take_input() { return std::move(input_); }

private:
    // Transport
    Task<Outcome<Bytes, Status>> read_body() override;
    Task<>                       begin(ResponseHead head, ByteView first, More more) override;
    Task<>                       write(ByteView piece, More more) override;
    void                         cut_off() override;
    bool                         is_abandoned() const override { return stream_->is_abandoned(); }

    Task<>                             serve_requests();
    Task<>                             find_preface();
    Task<std::optional<RequestHead>>   read_head();
    Task<std::optional<Parser::Step>>  next_step(Time& deadline);
    Task<>                             answer(RequestHead head);
    Task<>                             refuse(Failure<Status> failure);
    Task<Outcome<std::size_t, Status>> fill(Time deadline);
    Task<>                             give_leave();
    Task<>                             skip_body();
    Task<>                             linger();
    Task<>                             write_pieces(std::vector<ByteView> pieces);
    bool                               may_skip_body() const;
    void                               frame(ResponseHead& head, ByteView first, More more);

    Input         input_;
    RequestParser parser_;
    Exchange*     exchange_ = nullptr; ///< the one that is under way
    Time          since_;              ///< when it began, or when the last one ended
    Version       version_ = Version::http_1_1;
    bool          asked_head_ = false;
    bool          keeps_alive_ = true;
    bool          is_stopping_ = false;
    bool          is_reading_head_ = false; ///< its first byte has come
    bool          has_whole_body_ = true;   ///< the request's has been read to its end
    bool          must_continue_ = false;   ///< the peer waits for leave to send it
    std::uint64_t body_left_ = 0;           ///< of a body whose length was said
    bool          is_chunked_ = false;      ///< the answer
    bool          must_linger_ = false;
    bool          speaks_http2_ = false;
};

} // namespace riacho::http
