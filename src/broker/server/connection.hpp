#pragma once

#include "broker/server/api.hpp"
#include "io/event.hpp"
#include "io/group.hpp"
#include "io/stream.hpp"
#include "kafka/wire/header.hpp"

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
    Time          write_max = std::chrono::seconds(60);
    std::size_t   waiting_max = 64; ///< requests that wait for the disk at one time
    MemoryBudget& requests;
};

/// One client: reads frames, runs each through the API table, answers in the order of asking. Whatever is
/// wrong with a frame ends the connection, and the log says once which peer and why. Lives on one shard.
class Connection {
public:
    Connection(Broker& broker, Local& here, std::unique_ptr<io::Stream> stream,
               const ListenerOptions& listener, ConnectionOptions options);

    /// Serves until the peer leaves, asks something invalid, or `close`.
    Task<> serve();
    /// Lets no further request in; what is under way is still answered.
    void close_gently();
    void close() { stream_->close(); }

private:
    struct Slot {
        bool               is_done = false;
        std::vector<Bytes> pieces; ///< of the answer; none for a request that wants none
    };

    struct Asked {
        const ApiRow&  row;
        kafka::Version version;
        std::int32_t   correlation_id;
        Bytes          body;
    };

    Task<std::optional<Bytes>> read_frame();
    Task<bool>                 fill(std::span<std::byte> into);
    Task<Charge>               room_for(std::size_t bytes);
    Task<>                     dispatch(Bytes frame);
    Task<>                     run(Asked asked, Slot& slot);
    Task<>                     flush();
    Task<>                     waiting_below(std::size_t limit);
    void                       refuse(std::string_view why);

    Broker&                     broker_;
    Local&                      here_;
    std::unique_ptr<io::Stream> stream_;
    Session                     session_;
    ConnectionOptions           options_;
    std::deque<Slot>            slots_;
    bool                        is_closing_ = false;
    bool                        is_writing_ = false;
    io::Event                   moved_; ///< a slot was answered
    io::Group                   waiting_;
};

} // namespace riacho::broker
