#include "harness.hpp"

#include "base/log.hpp"
#include "client/link/link.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace riacho::scenarios {
namespace {

Task<client::Link::Answer<std::unique_ptr<client::Link>>> connecting(Cluster& cluster, Time deadline) {
    co_return co_await client::Link::connect(cluster.waiter().clients(), cluster.world().network(),
                                             {.broker = cluster.address(), .client_id = "scenario"},
                                             deadline);
}

} // namespace

std::uint64_t seed_or(std::uint64_t otherwise) {
    const char* text = std::getenv("RIACHO_SEED");
    if (!text) return otherwise;
    std::string_view view(text);
    std::uint64_t    seed = otherwise;
    std::from_chars(view.data(), view.data() + view.size(), seed);
    return seed;
}

broker::BrokerOptions small_broker() {
    broker::BrokerOptions options;
    options.offsets_topic_num_partitions = 4;
    options.store.wal_file_bytes = 1u << 20;
    options.store.wal_bytes_max = 64u << 20;
    options.store.disk_reserve_bytes = 2u << 20;
    options.store.open_files_max = 4; // so that files are closed and opened again all the time
    return options;
}

void Waiter::run_until(const std::function<bool()>& done, Time limit) {
    io::Simulation& simulation = world_.simulation();
    auto            over = [&] { return done() || world_.disk().crashed(); };
    bool            ended = simulation.run_until(over, simulation.now() + limit);
    if (world_.disk().crashed()) {
        world_.power_off();
        throw Crashed{};
    }
    if (!ended) throw std::runtime_error("nothing came within the limit of virtual time");
}

Cluster::Cluster(ClusterOptions options)
    : options_(std::move(options)), world_(options_.seed, {.shards = options_.shards}),
      waiter_(world_, world_.simulation().make_shard()) {
    log::set_level(log::Level::error);
}

Cluster::~Cluster() {
    if (world_.simulation().is_on()) world_.power_off();
}

Outcome<void, storage::StoreError> Cluster::try_start() {
    seen_.emplace(world_.world());
    broker_ = std::make_unique<broker::Broker>(*seen_, options_.broker);
    auto started = run(broker_->start(world_.folder()));
    if (started) broker_->serve(world_.network().listen(world_.shard(), address()), {});
    return started;
}

void Cluster::start() {
    auto started = try_start();
    if (!started) throw std::runtime_error("the broker does not start: " + started.error().detail);
}

void Cluster::end(LifeEnd how) {
    if (how == LifeEnd::clean) run(broker_->stop(now() + 2s));
    if (world_.simulation().is_on()) world_.power_off();
    links_.clear();
    broker_.reset();
    seen_.reset();
    world_.restart(how == LifeEnd::kill ? io::LifeEnd::kill : io::LifeEnd::power_cut);
}

Client Cluster::connect() {
    auto link = begin_outside(connecting(*this, now() + 30s)).get();
    if (!link) throw std::runtime_error("cannot connect: " + link.error().detail);
    return {*this, links_.emplace_back(std::move(*link))};
}

} // namespace riacho::scenarios
