#pragma once

#include "broker/broker.hpp"
#include "client/link/link.hpp"
#include "io/group.hpp"
#include "io/simulated_world.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// A whole broker in a simulated world, and clients that talk to it from a machine of their own. A test is a
/// plain function: every call runs the world until it has its answer. What should happen meanwhile is started
/// as a Pending and asked for later.
namespace riacho::scenarios {

using namespace std::chrono_literals;

/// RIACHO_SEED of the environment, so that a failing seed can be played again, or `otherwise`.
std::uint64_t seed_or(std::uint64_t otherwise);

/// Thrown out of the call during which the simulated disk stopped (SimulatedDisk::stop_after): the power is
/// off. Cluster::end is what follows.
struct Crashed {};

/// Options of a broker for tests: few partitions of __consumer_offsets, small files.
broker::BrokerOptions small_broker();

struct ClusterOptions {
    std::uint64_t         seed = 1;
    std::size_t           shards = 1;
    broker::BrokerOptions broker = small_broker();
};

/// Where the world and its failures are known to whoever waits in it.
class Waiter {
public:
    Waiter(io::SimulatedWorld& world, io::Shard& clients) : world_(world), clients_(clients) {}

    io::SimulatedWorld& world() { return world_; }
    io::Shard&          clients() { return clients_; }
    /// Runs the world until `done`. Throws Crashed, or runtime_error after `limit` of virtual time.
    void run_until(const std::function<bool()>& done, Time limit);

private:
    io::SimulatedWorld& world_;
    io::Shard&          clients_;
};

/// Something under way on one shard. Dropping it drops the work.
template <class T> class Pending {
public:
    Pending(Waiter& waiter, io::Shard& shard, Task<T> task)
        : waiter_(&waiter), state_(std::make_unique<State>(shard)) {
        state_->group.spawn(keep(std::move(task), *state_));
    }

    bool is_done() const { return state_->value || state_->error; }
    /// What has come of it so far, without running the world: after a crash, for what arrived before it.
    std::optional<T> take_if_done() { return std::exchange(state_->value, std::nullopt); }
    /// Runs the world until it is there. What the work threw comes out.
    T get(Time limit = 1h) {
        waiter_->run_until([this] { return is_done(); }, limit);
        if (state_->error) std::rethrow_exception(std::exchange(state_->error, nullptr));
        return std::move(*state_->value);
    }

private:
    struct State {
        explicit State(io::Shard& shard) : group(shard) {}
        std::optional<T>   value;
        std::exception_ptr error;
        io::Group          group;
    };
    static Task<> keep(Task<T> task, State& state) {
        try {
            state.value.emplace(co_await std::move(task));
        } catch (...) { state.error = std::current_exception(); }
    }

    Waiter*                waiter_;
    std::unique_ptr<State> state_;
};

/// How a life of the broker's process ends. `clean` is a stop that ends in time; the power fails after it.
enum class LifeEnd { clean, kill, power_cut };

class Client;

class Cluster {
public:
    explicit Cluster(ClusterOptions options = {});
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    /// Starts a broker over what the disk holds, and opens its port.
    void start();
    /// The same, where a refusal is what the test is about.
    Outcome<void, storage::StoreError> try_start();
    /// Ends the broker's life; clients of it are dead.
    void end(LifeEnd how);
    void restart(LifeEnd how) {
        end(how);
        start();
    }
    /// A client with a connection of its own.
    Client connect();

    broker::Broker&        broker() { return *broker_; }
    broker::BrokerOptions& options() { return options_.broker; } ///< of the next start
    io::SimulatedWorld&    world() { return world_; }
    Waiter&                waiter() { return waiter_; }
    Time                   now() { return world_.simulation().now(); }
    Timestamp              wall() { return world_.simulation().clock().wall(); }
    void                   run_for(Time span) { world_.run_for(span); }
    io::Endpoint           address() const { return {"broker", 9092}; }

    /// Starts work of the broker's, on its first shard.
    template <class T> Pending<T> begin(Task<T> task) { return {waiter_, world_.shard(), std::move(task)}; }
    template <class T> T run(Task<T> task, Time limit = 1h) { return begin(std::move(task)).get(limit); }
    void                 run(Task<> task, Time limit = 1h) { run(ended(std::move(task)), limit); }
    /// Work of the clients' machine.
    template <class T> Pending<T> begin_outside(Task<T> task) {
        return {waiter_, waiter_.clients(), std::move(task)};
    }

    struct Done {};
    static Task<Done> ended(Task<> task) {
        co_await std::move(task);
        co_return Done{};
    }

private:
    ClusterOptions     options_;
    io::SimulatedWorld world_;
    Waiter             waiter_;
    /// All of this life: a link that is dropped while its world goes on would be resumed in its grave.
    std::vector<std::shared_ptr<client::Link>> links_;
    std::optional<io::World>                   seen_; ///< by the broker
    std::unique_ptr<broker::Broker>            broker_;
};

/// One connection. Copies share it.
class Client {
public:
    using Link = client::Link;
    template <class Request> using Answer = Link::Answer<typename Request::Response>;

    Client(Cluster& cluster, std::shared_ptr<Link> link) : cluster_(&cluster), link_(std::move(link)) {}

    void close() const { cluster_->begin_outside(Cluster::ended(link_->close())).get(); }

    Cluster& cluster() const { return *cluster_; }
    Link&    link() const { return *link_; }

    /// The answer, or why there is none.
    template <class Request> Pending<Answer<Request>> start(Request request, Time patience = 60s) const {
        return cluster_->begin_outside(asking(link_, std::move(request), cluster_->now() + patience));
    }
    template <class Request>
    Pending<Answer<Request>> start_in(kafka::Version version, Request request, Time patience = 60s) const {
        return cluster_->begin_outside(
            asking_in(link_, version, std::move(request), cluster_->now() + patience));
    }
    /// The answer; throws where there is none.
    template <class Request> typename Request::Response ask(Request request) const {
        return answer_of(start(std::move(request)).get());
    }
    template <class Request>
    typename Request::Response ask_in(kafka::Version version, Request request) const {
        return answer_of(start_in(version, std::move(request)).get());
    }
    /// Sends what gets no answer.
    template <class Request> Link::Answer<void> tell(Request request) const {
        return cluster_->begin_outside(telling(link_, std::move(request), cluster_->now() + 60s)).get();
    }

    template <class T> static T answer_of(Link::Answer<T> answer) {
        if (!answer) throw std::runtime_error("no answer: " + answer.error().detail);
        return *std::move(answer);
    }

private:
    template <class Request>
    static Task<Answer<Request>> asking(std::shared_ptr<Link> link, Request request, Time deadline) {
        co_return co_await link->ask(std::move(request), deadline);
    }
    template <class Request>
    static Task<Answer<Request>> asking_in(std::shared_ptr<Link> link, kafka::Version version,
                                           Request request, Time deadline) {
        co_return co_await link->ask_in(version, std::move(request), deadline);
    }
    template <class Request>
    static Task<Link::Answer<void>> telling(std::shared_ptr<Link> link, Request request, Time deadline) {
        co_return co_await link->tell(std::move(request), deadline);
    }

    Cluster*              cluster_;
    std::shared_ptr<Link> link_;
};

} // namespace riacho::scenarios
