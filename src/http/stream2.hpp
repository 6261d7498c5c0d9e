#pragma once

#include "http/exchange.hpp"
#include "io/event.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace riacho::http {

class Connection2;

/// One request of an HTTP/2 connection and its answer. What the peer sends waits here until the handler reads
/// it, within the stream's window; what the handler writes waits until the peer's window takes it.
class Stream2 final : public Transport {
public:
    Stream2(Connection2& connection, std::int32_t id);

    // -- for the connection, as frames come and go
    /// A field of the head, or of the trailers, which nobody has a use for.
    void add_field(std::string_view name, std::string_view value);
    /// The head is complete. Fails with what to answer.
    Outcome<void, Status> finish_head(More body);
    void                  add_body(ByteView piece);
    void                  end_body();
    /// Nothing more comes or goes.
    void close();
    /// Fills `room` with what is to be sent; nothing while nothing is.
    struct Sent {
        std::size_t bytes;
        bool        is_last;
    };
    std::optional<Sent> send(std::span<std::byte> room);

    RequestHead take_head() { return std::move(head_); }
    Time        since() const { return since_; }
    bool        has_head() const { return has_head_; }
    bool        is_closed() const { return is_closed_; }
    bool        has_whole_body() const { return has_whole_body_; }
    std::size_t unread_bytes() const;
    void        forget_body();
    void        set_exchange(Exchange* exchange);
    /// The server stops.
    void end_exchange();
    /// The rest of the body, or the stream's end.
    Task<> wait_for_rest(Time deadline);

    // -- Transport
    Task<Outcome<Bytes, Status>> read_body() override;
    Task<>                       begin(ResponseHead head, ByteView first, More more) override;
    Task<>                       write(ByteView piece, More more) override;
    void                         cut_off() override;
    bool                         is_abandoned() const override { return is_closed_; }

private:
    Task<>                wait_until_sent();
    void                  give_leave();
    Outcome<void, Status> add_pseudo(std::string_view name, std::string_view value);

    Connection2&      connection_;
    std::int32_t      id_;
    Time              since_;
    RequestHead       head_;
    std::string       method_;
    std::size_t       head_bytes_ = 0;
    bool              is_head_too_large_ = false;
    bool              has_head_ = false;
    bool              has_whole_body_ = false;
    bool              must_continue_ = false;
    bool              is_closed_ = false;
    std::deque<Bytes> body_;    ///< not read yet
    ByteView          pending_; ///< to be sent; the writer keeps it
    bool              is_last_ = false;
    bool              has_sent_end_ = false;
    Charge            head_memory_;
    io::Event         arrived_;
    io::Event         sent_;
    Exchange*         exchange_ = nullptr;
};

} // namespace riacho::http
