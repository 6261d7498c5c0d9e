#pragma once

#include "io/event.hpp"
#include "io/memory_network.hpp"

#include <deque>
#include <optional>

namespace riacho::io::memory_network_detail {

/// Bytes in one direction of a connection.
struct Pipe {
    struct Chunk {
        Time                   arrives; // Time::max() while the network is held
        std::vector<std::byte> bytes;   // empty: the end
        std::size_t            taken = 0;
    };
    std::deque<Chunk> chunks;
    std::size_t       held_bytes = 0;
    std::uint64_t     written = 0;
    Time              last_arrival{0};
    bool              ended = false; // by the writer
};

/// One side of a connection. Its events belong to its shard, once it has one.
struct Side {
    Endpoint             at;
    Shard*               shard = nullptr;
    std::optional<Event> readable;
    std::optional<Event> writable;
    bool                 closed = false;

    void belong_to(Shard& owner) {
        shard = &owner;
        readable.emplace(owner);
        writable.emplace(owner);
    }
    void wake() {
        if (readable) readable->set();
        if (writable) writable->set();
    }
};

/// Both directions and both sides. Lives as long as the network or one of its streams.
class Connection {
public:
    enum class Who { client, server };

    Connection(MemoryNetwork& network, Endpoint client, Endpoint server);

    Side& side(Who who) { return sides_[static_cast<std::size_t>(who)]; }
    /// What `who` writes.
    Pipe&       pipe(Who who) { return pipes_[static_cast<std::size_t>(who)]; }
    static Who  other(Who who) { return who == Who::client ? Who::server : Who::client; }
    bool        is_cut() const { return cut_; }
    bool        is_over() { return cut_ || (sides_[0].closed && sides_[1].closed); }
    Simulation& simulation();

    /// Puts as much of `bytes` on its way as there is room for, and gives how much.
    std::size_t send(Who who, ByteView bytes);
    void        end(Who who);
    /// When the next bytes for `who` arrive; nothing while none are on their way.
    std::optional<Time> next_arrival(Who who);
    std::size_t         arrived(Who who);
    bool                has_ended(Who who); ///< the end has arrived, behind whatever is unread
    /// Takes what has arrived, perhaps not all of it; 0 at the end.
    std::size_t receive(Who who, std::span<std::byte> into);
    void        cut();
    /// As `cut`, but what is on its way still arrives.
    void break_off();
    /// Gives what was held a time of arrival.
    void release();

private:
    void add_chunk(Who who, ByteView bytes);

    MemoryNetwork& network_;
    std::string    name_;
    Side           sides_[2];
    Pipe           pipes_[2];
    bool           cut_ = false;
};

class MemoryStream final : public Stream {
public:
    using Who = Connection::Who;
    MemoryStream(std::shared_ptr<Connection> connection, Who who)
        : connection_(std::move(connection)), who_(who) {}
    ~MemoryStream() override { close(); }

    using Stream::read_some;
    Task<std::size_t> read_some(std::span<std::byte> into, std::span<std::byte> more, Time deadline) override;
    Task<>            write(std::vector<ByteView> pieces, Time deadline) override;
    std::size_t       available() const override { return connection_->arrived(who_); }
    bool              is_abandoned() const override { return connection_->has_ended(who_); }
    void              close() override;
    Endpoint          local() const override { return connection_->side(who_).at; }
    Endpoint          peer() const override { return connection_->side(Connection::other(who_)).at; }
    void              end_writes() { connection_->end(who_); }

private:
    void throw_if_over() const;

    std::shared_ptr<Connection> connection_;
    Who                         who_;
};

class MemoryListener final : public Listener {
public:
    MemoryListener(MemoryNetwork& network, Shard& shard, Endpoint at)
        : network_(&network), arrived_(shard), at_(std::move(at)) {}
    ~MemoryListener() override { close(); }

    Task<std::unique_ptr<Stream>> accept(Shard& owner) override;
    void                          close() override;
    Endpoint                      local() const override { return at_; }
    void                          add(std::shared_ptr<Connection> connection) {
        waiting_.push_back(std::move(connection));
        arrived_.set();
    }

private:
    MemoryNetwork*                          network_;
    Event                                   arrived_;
    Endpoint                                at_;
    std::deque<std::shared_ptr<Connection>> waiting_;
    bool                                    closed_ = false;
};

} // namespace riacho::io::memory_network_detail
