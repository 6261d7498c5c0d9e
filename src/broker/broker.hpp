#pragma once

#include "broker/config/broker_options.hpp"
#include "broker/local.hpp"
#include "broker/metadata/metadata_writer.hpp"
#include "broker/metadata/offsets_topic.hpp"
#include "broker/server/connection_gate.hpp"
#include "broker/server/fetch_memory.hpp"
#include "broker/server/session.hpp"
#include "io/world.hpp"
#include "storage/store.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace riacho::broker {

/// A whole Kafka broker over the world that it is given; several may live in one process, each with its own
/// folder. Made, started and stopped on the first shard.
class Broker {
public:
    Broker(io::World& world, BrokerOptions options);
    ~Broker();
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    /// Recovers `folder` and loads topics and coordinators: afterwards the ports may open.
    Task<Outcome<void, storage::StoreError>> start(std::string folder);
    /// Serves what `listener` accepts, until `stop`. After `start`.
    void serve(std::unique_ptr<io::Listener> listener, ListenerOptions options);
    /// From the outside in: no more connections, waiting fetches and groups are answered at once, what is in
    /// flight ends, then the store stops cleanly, if it can by `deadline`.
    Task<> stop(Time deadline);

    // -- for handlers, from any shard
    const BrokerOptions& options() const { return options_; }
    io::World&           world() const { return world_; }
    const std::string&   cluster_id() const { return store_->cluster_id(); }
    storage::Store&      store() const { return *store_; }
    /// The epoch in which this start of the broker leads its partitions.
    LeaderEpoch                                leader_epoch() const;
    const std::vector<std::unique_ptr<Local>>& locals() const { return locals_; }
    Local&                                     local_of(TopicPartition partition) const;
    /// Of the shard that this is called on.
    Local& local_here() const;
    /// On the first shard.
    MetadataWriter& metadata() const { return *metadata_; }
    OffsetsTopic&   offsets() const { return *offsets_; }
    io::Shard&      metadata_shard() const { return *world_.shards.front(); }
    /// The write-ahead log failed: nothing can be acknowledged until a restart.
    bool         refuses_writes() const { return store_->wal().has_failed(); }
    FetchMemory& fetch_memory() { return responses_; }
    /// Its shares of the program's memory, and the whole.
    std::vector<const MemoryBudget*> budgets();
    bool                             is_stopping() const { return stopping_.load(std::memory_order_relaxed); }

private:
    struct Serving;

    Task<>     accept(Serving& serving);
    Task<bool> admit(const io::Endpoint& peer);
    Task<>     connection(std::unique_ptr<io::Stream> stream, const ListenerOptions& listener, Local& local);
    Task<>     start_local(Local& local);
    Task<>     retention(Local& local);
    Task<>     watch_connections(Local& local);
    Task<>     quiet(Local& local);
    Task<>     end(Local& local, Time cut);

    io::World&                            world_;
    BrokerOptions                         options_;
    MemoryBudget                          requests_; ///< the budgets outlive whoever draws from them
    FetchMemory                           responses_;
    MemoryBudget                          groups_;
    std::unique_ptr<storage::Store>       store_;
    std::vector<std::unique_ptr<Local>>   locals_;
    std::unique_ptr<MetadataWriter>       metadata_;
    std::unique_ptr<OffsetsTopic>         offsets_;
    ConnectionGate                        gate_;
    io::Event                             gate_moved_; ///< a connection left, or the broker stops
    LogLimiter                            accept_lines_;
    std::vector<std::unique_ptr<Serving>> serving_;
    std::size_t                           next_local_ = 0;
    std::atomic<bool>                     stopping_ = false;
    std::unique_ptr<io::Group>            accepting_;
};

} // namespace riacho::broker
