#pragma once

#include "broker/metrics/request_metrics.hpp"
#include "broker/server/api.hpp"
#include "io/event.hpp"
#include "io/group.hpp"
#include "io/stream.hpp"
#include "kafka/wire/header.hpp"

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::broker {

/// The limits of one connection.
struct ConnectionOptions {
    std::size_t   request_bytes_max = 100 << 20;
    Time          idle_max = std::chrono::minutes(10);
    Time          write_max = std::chrono::seconds(60); ///< and a second more for each 64 KiB
    std::size_t   in_flight_max = 64;                   ///< requests that wait for the disk at one time
    std::size_t   in_flight_bytes_max = 32 << 20;       ///< theirs; the first may be larger
    MemoryBudget& requests;                             ///< frames, as they arrive and until they are let go
    FetchMemory&  responses; ///< what is decoded, and answers until they are written
};

/// One client: reads frames, runs each through the API table, answers in the order of asking. Whatever is
/// wrong with a frame ends the connection, and the log says which peer and why. Lives on one shard.
///
/// A frame's buffer grows as its bytes arrive. The first 4 KiB of it are always granted, so small requests
/// never wait for memory; what is larger waits for its part of the budget, and holds up nobody else.
class Connection {
public:
    Connection(Broker& broker, Local& here, std::unique_ptr<io::Stream> stream,
               const ListenerOptions& listener, ConnectionOptions options);

    /// Serves until the peer leaves, asks something invalid, or `close`.
    Task<> serve();
    /// Lets no further request in; what is under way is still answered.
    void close_gently();
    void close();
    /// Called now and then: closes a connection whose request has waited for too long, and, while memory is
    /// short, one that holds much of it and makes no headway.
    void look_after(Time now);

    const Session& session() const { return session_; }

private:
    struct Slot {
        bool               is_done = false;
        std::size_t        request_bytes = 0;
        std::vector<Bytes> pieces;  ///< of the answer; none for a request that wants none
        Charge             memory;  ///< for them, but for what `records` counts
        FetchMemory::Held  records; ///< of a fetch
        const ApiRow*      row = nullptr;
        kafka::Version     version = 0;
        RequestTimes       times = {};
    };

    struct Asked {
        const ApiRow&  row;
        kafka::Version version;
        std::int32_t   correlation_id;
        Bytes          body;
        Time           received;
    };

    enum class Patience { usual, little };

    /// One of the three things that a peer can drag out, and what is held for it.
    struct Stage {
        Time        since = Time::max();
        std::size_t bytes = 0;

        void begin(Time now, std::size_t held) { *this = {now, held}; }
        void end() { *this = {}; }
        bool is_stuck(Time now, Patience patience) const;
    };

    /// The call that is not finished, for as long as it is there.
    struct Under {
        Connection& connection;
        Under(Connection& of, const Call& call) : connection(of) { of.call_ = &call; }
        Under(const Under&) = delete;
        Under& operator=(const Under&) = delete;
        ~Under() { connection.call_ = nullptr; }
    };

    /// What was read and belongs to no frame yet: a small request takes one read, not two.
    class Ahead {
    public:
        ByteView             view() const { return ByteView(bytes_).subspan(from_, filled_ - from_); }
        std::span<std::byte> room();
        void                 filled(std::size_t count) { filled_ += count; }
        /// Moves what fits into `into`, and gives how much that was.
        std::size_t take(std::span<std::byte> into);

    private:
        std::array<std::byte, 512> bytes_;
        std::size_t                from_ = 0;
        std::size_t                filled_ = 0;
    };

    // connection_frames.cpp
    Task<std::optional<Bytes>>    read_frame();
    Task<>                        take_turns(std::size_t bytes);
    Task<bool>                    fill(std::span<std::byte> into, Time deadline);
    Task<std::optional<Bytes>>    read_body(std::size_t size);
    std::size_t                   room_for(std::size_t size, std::size_t filled);
    std::shared_ptr<Buffer>       first_buffer(std::size_t size);
    Task<std::shared_ptr<Buffer>> enlarge(std::shared_ptr<Buffer> from, std::size_t size);
    void                          refuse_prefix(std::span<const std::byte> prefix);
    Task<>                        flush();
    Task<>                        write(std::vector<Bytes> pieces);

    std::optional<Asked>        read_head(Bytes frame);
    Task<>                      dispatch(Asked asked);
    Task<std::optional<Charge>> memory_for(const Asked& asked);
    Task<>                      run(Asked asked, Slot& slot);
    void                        finish(Slot& slot, std::vector<Bytes> pieces, FetchMemory::Held records);
    bool                        is_stuck_with_answers(Time now) const;
    void                        count_written(std::vector<Slot>& written, Time began);
    void                        drop_front();
    Task<>                      wait_for_turn(const ApiRow& row, std::size_t bytes);
    void                        refuse(std::string_view why);

    Broker&                     broker_;
    Local&                      here_;
    std::unique_ptr<io::Stream> stream_;
    Session                     session_;
    ConnectionOptions           options_;
    std::deque<Slot>            slots_;
    std::size_t                 turn_bytes_ = 0;      ///< read since the others had their turn
    std::size_t                 in_flight_bytes_ = 0; ///< of the requests in `slots_`
    bool                        is_closing_ = false;
    bool                        is_writing_ = false;
    Ahead                       ahead_;
    std::size_t                 arrived_ = 0; ///< at least so much can be read at once
    Stage                       arriving_;
    Stage                       running_;        ///< a request that is no produce
    const Call*                 call_ = nullptr; ///< its
    Stage                       writing_;
    io::Event                   moved_; ///< a slot was answered
    io::Group                   waiting_;
};

} // namespace riacho::broker
