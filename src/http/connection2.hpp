#pragma once

#include "http/connection.hpp"
#include "http/stream2.hpp"
#include "io/group.hpp"

#include <map>
#include <memory>

struct nghttp2_session;

namespace riacho::http {

/// What a client of HTTP/2 says first.
constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Frames that cost the peer little and us something: each has its price, and so many are free in a second.
class FrameAllowance {
public:
    /// False when the peer has used up what it is allowed.
    bool take(Time now, int price) {
        left_ = std::min(full, left_ + static_cast<double>((now - since_).count()) * per_second / 1e9);
        since_ = now;
        left_ -= price;
        return left_ >= 0;
    }

private:
    static constexpr double full = 1000, per_second = 100;
    double                  left_ = full;
    Time                    since_{0};
};

/// HTTP/2: several requests at once. nghttp2 has the frames, the windows and the rules; streams and bytes are
/// here.
class Connection2 final : public Connection {
public:
    static constexpr std::size_t held_bytes = 64 << 10; ///< the library's tables and what is on its way out

    Connection2(const ServerPlace& place, std::unique_ptr<io::Stream> stream, Input input, Charge memory);
    ~Connection2() override;

    Task<>              serve() override;
    void                stop_gently() override;
    std::optional<Time> idle_since() const override;
    void                look_after(Time now) override;

    // -- for its streams
    const ServerPlace& place() const { return place_; }
    void               submit_head(std::int32_t id, const ResponseHead& head, More more);
    void               resume(std::int32_t id);
    void               reset(std::int32_t id, std::uint32_t why);
    /// The handler has read so much: the peer may send as much again.
    void consume(std::int32_t id, std::size_t bytes);
    Time deadline_for(std::size_t bytes) const { return write_deadline(bytes); }

private:
    struct Events; // what nghttp2 calls

    Task<>   read();
    Task<>   write();
    Task<>   handle(std::int32_t id);
    Task<>   answer(Stream2& stream);
    void     start(std::int32_t id, Outcome<void, Status> head);
    void     release(std::int32_t id);
    void     shut_down();
    void     give_up(std::uint32_t why);
    Stream2* find(std::int32_t id) const;
    bool     allow(int price);

    struct Listed {
        std::unique_ptr<Stream2> stream;
        bool                     is_handled = false; ///< what comes is dropped
        bool                     is_done = false;    ///< nothing runs for it
        Failure<Status>          refusal = {};       ///< instead of a handler's answer
    };

    Input                          input_;
    Charge                         memory_;
    nghttp2_session*               session_ = nullptr;
    std::map<std::int32_t, Listed> streams_;
    std::deque<std::int32_t>       opened_; ///< the latest streams, in the order of their numbers
    FrameAllowance                 allowance_;
    Time                           idle_since_;
    bool                           is_stopping_ = false;
    bool                           is_over_ = false;
    io::Event                      has_output_;
    io::Group                      work_;
};

} // namespace riacho::http
