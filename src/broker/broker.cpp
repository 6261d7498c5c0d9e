#include "broker/broker.hpp"

#include "base/log.hpp"
#include "broker/server/connection.hpp"
#include "io/run_on.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

constexpr log::Logger broker_log{"broker"};
constexpr Time        connections_look = 1s; ///< for those that hold much and make no headway
constexpr Time        limits_look = 1s;      ///< whether a limit that a connection waits for was raised
constexpr Time        accept_pause = 100ms;  ///< after the system refused a connection
constexpr Time        answer_max = 500ms;    ///< of a stop: until what is under way is cut off

/// connections.max.idle.ms, where Kafka takes any number, as a time that can be added to now.
Time idle_max(const BrokerOptions& options) {
    constexpr milliseconds longest = std::chrono::years(100);
    milliseconds           said = options.connections_max_idle_ms;
    return said < 0ms ? longest : std::min(said, longest);
}

/// A limit of Kafka's, where -1 says that there is none.
std::size_t bytes_of(std::int64_t limit) {
    return limit <= 0 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(limit);
}

ConnectionGate::Limits gate_limits(const BrokerOptions& options) {
    return {.connections_max = options.max_connections,
            .per_address_max = options.max_connections_per_ip,
            .per_address = options.max_connections_per_ip_overrides,
            .per_second_max = options.max_connection_creation_rate};
}

} // namespace

/// One listener and the connections that came in on it.
struct Broker::Serving {
    std::unique_ptr<io::Listener> listener;
    ListenerOptions               options;
};

Broker::Broker(io::World& world, BrokerOptions options)
    : world_(world), options_(std::move(options)),
      requests_("requests", bytes_of(options_.queued_max_request_bytes), &world.memory),
      responses_(bytes_of(options_.queued_max_response_bytes), &world.memory),
      groups_("groups", options_.groups.groups_metadata_bytes_max, &world.memory),
      gate_(gate_limits(options_)), gate_moved_(*world.shards.front()),
      accepting_(std::make_unique<io::Group>(*world.shards.front())) {}

Broker::~Broker() {
    accepting_.reset();
    for (const auto& local : locals_) local->drop_work();
    for (const auto& local : locals_) local->drop_groups();
}

LeaderEpoch Broker::leader_epoch() const {
    return LeaderEpoch{static_cast<std::int32_t>(store_->starts()) - 1};
}

Local& Broker::local_of(TopicPartition partition) const {
    io::Shard& owner = store_->shard_of(partition);
    auto       found = std::ranges::find(locals_, &owner, [](const auto& local) { return &local->shard; });
    check(found != locals_.end(), "a partition belongs to one of the broker's shards");
    return **found;
}

std::vector<const MemoryBudget*> Broker::budgets() {
    return {&world_.memory, &requests_, &responses_.whole(), &groups_};
}

Local& Broker::local_here() const {
    auto found = std::ranges::find_if(locals_, [](const auto& local) { return local->shard.is_here(); });
    check(found != locals_.end(), "the broker's work runs on its shards");
    return **found;
}

Task<Outcome<void, storage::StoreError>> Broker::start(std::string folder) {
    auto options_of = [this](std::string_view topic) {
        if (topic == storage::cluster_metadata_topic) return metadata_log_options(options_);
        storage::LogOptions options = log_options(options_, topic, options_.topics);
        options.is_deleted = options.is_compacted = false; // until it is known what the topic says
        return options;
    };
    auto store = co_await storage::open_store(world_, std::move(folder), options_.store, options_of);
    if (!store) co_return std::unexpected(store.error());
    store_ = std::move(*store);
    for (io::Shard* shard : world_.shards)
        locals_.push_back(std::make_unique<Local>(*shard, *store_, options_));
    metadata_ = std::make_unique<MetadataWriter>(world_, options_, *store_, locals_);
    if (auto loaded = co_await metadata_->load(); !loaded) co_return std::unexpected(loaded.error());
    offsets_ = std::make_unique<OffsetsTopic>(*this);
    io::Shard& home = *world_.shards.front();
    for (const auto& local : locals_) co_await io::run_on(local->shard, home, start_local(*local));
    locals_.front()->work->spawn(metadata_->watch_snapshots(locals_.front()->stopping));
    if (auto loaded = co_await offsets_->load(); !loaded)
        co_return fail(storage::StoreError::damaged, loaded.error().detail);
    co_return Outcome<void, storage::StoreError>{};
}

void Broker::serve(std::unique_ptr<io::Listener> listener, ListenerOptions options) {
    serving_.push_back(std::make_unique<Serving>(std::move(listener), std::move(options)));
    accepting_->spawn(accept(*serving_.back()));
}

Task<> Broker::accept(Serving& serving) {
    io::Shard& home = *world_.shards.front();
    while (!is_stopping()) {
        Local& local = *locals_[next_local_++ % locals_.size()];
        bool   must_pause = false;
        try {
            auto stream = co_await serving.listener->accept(local.shard);
            if (!stream) co_return;
            if (!co_await admit(stream->peer())) continue; // closed when it dies
            co_await local.shard.enter_if_away();
            local.work->spawn(connection(std::move(stream), serving.options, local));
            co_await home.enter(); // a flood of connections leaves the others their turn
        } catch (const io::StreamError& error) {
            if (accept_lines_.take(home.now()))
                broker_log.warn("listener {} cannot accept: {}", serving.options.name, error.what());
            must_pause = true;
        }
        if (must_pause) co_await home.sleep_for(accept_pause);
    }
}

/// As Kafka: an address that has too many connections is refused, and when there are too many in all, or they
/// come too fast, this one waits, and with it all behind it.
Task<bool> Broker::admit(const io::Endpoint& peer) {
    io::Shard& home = *world_.shards.front();
    gate_.set_limits(gate_limits(locals_.front()->options));
    Time start = gate_.next_start(home.now());
    while (start > home.now() && !is_stopping()) {
        gate_moved_.reset();
        co_await gate_moved_.wait_until(start);
    }
    for (;;) {
        if (is_stopping()) co_return false;
        gate_.set_limits(gate_limits(locals_.front()->options)); // they may have been altered
        auto answer = gate_.enter(peer.host);
        if (answer == ConnectionGate::Answer::admitted) co_return true;
        bool may_log = accept_lines_.take(home.now()).has_value();
        if (answer == ConnectionGate::Answer::too_many_of_address) {
            if (may_log)
                broker_log.warn("refusing a connection of {}: max.connections.per.ip is reached",
                                peer.text());
            co_return false;
        }
        if (may_log) broker_log.warn("a connection of {} waits: max.connections is reached", peer.text());
        gate_moved_.reset();
        co_await gate_moved_.wait_until(home.now() + limits_look);
    }
}

Task<> Broker::connection(std::unique_ptr<io::Stream> stream, const ListenerOptions& listener, Local& local) {
    std::string address = stream->peer().host;
    // A frame grows by copying: at the end it and a quarter of it are held.
    auto              largest = static_cast<std::size_t>(options_.socket_request_max_bytes);
    ConnectionOptions limits{.request_bytes_max = std::min(largest, requests_.limit_bytes() / 5 * 4),
                             .idle_max = idle_max(options_),
                             .in_flight_max =
                                 static_cast<std::size_t>(options_.connection_max_in_flight_requests),
                             .in_flight_bytes_max = options_.connection_max_request_bytes,
                             .requests = requests_,
                             .responses = responses_};
    Connection        connection(*this, local, std::move(stream), listener, limits);
    local.connections.insert(&connection);
    if (is_stopping()) connection.close_gently();
    co_await connection.serve();
    local.connections.erase(&connection);
    co_await world_.shards.front()->enter_if_away();
    gate_.leave(address);
    gate_moved_.set();
    co_await local.shard.enter_if_away();
}

Task<> Broker::start_local(Local& local) {
    local.groups = std::make_unique<GroupCoordinator>(GroupCoordinator::Place{
        local.shard, world_.clock, world_.random, local.image, *offsets_, options_.groups, groups_});
    local.groups->start();
    local.work->spawn(retention(local));
    local.work->spawn(watch_connections(local));
    co_return;
}

Task<> Broker::watch_connections(Local& local) {
    while (!co_await local.stopping.wait_until(local.shard.now() + connections_look)) {
        for (Connection* connection : local.connections) connection->look_after(local.shard.now());
        local.processor.look(local.shard.now(), local.shard.processor_time());
    }
}

Task<> Broker::retention(Local& local) {
    while (!co_await local.stopping.wait_until(local.shard.now() + options_.log_retention_check_interval_ms))
        co_await local.partitions.enforce_retention();
}

/// Lets nothing new in, and gives whoever waits on this shard his answer.
Task<> Broker::quiet(Local& local) {
    local.stopping.set();
    for (Connection* connection : local.connections) connection->close_gently();
    local.partitions.wake_all();
    local.memory.end_waits();
    if (local.groups) co_await local.groups->stop();
}

/// What is not answered by `cut` is cut off.
Task<> Broker::end(Local& local, Time cut) {
    while (!local.connections.empty() && local.shard.now() < cut) co_await local.shard.sleep_for(1ms);
    for (Connection* connection : local.connections) connection->close();
    co_await local.work->join();
    co_await local.memory.join();
    co_await local.partitions.stop();
}

Task<> Broker::stop(Time deadline) {
    io::Shard& home = *world_.shards.front();
    stopping_ = true;
    gate_moved_.set();
    for (const auto& serving : serving_) serving->listener->close();
    co_await accepting_->join();
    // All shards are quiet before any of them ends: requests of one wait on partitions and groups of another.
    for (const auto& local : locals_) co_await io::run_on(local->shard, home, quiet(*local));
    Time cut = std::min(deadline, home.now() + answer_max);
    for (const auto& local : locals_) co_await io::run_on(local->shard, home, end(*local, cut));
    if (store_) co_await store_->stop(deadline);
}

} // namespace riacho::broker
