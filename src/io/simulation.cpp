#include "io/simulation.hpp"

#include "io/timer_queue.hpp"

#include <deque>

namespace riacho::io {
namespace {

/// 2024-05-01 12:00 UTC: any fixed date does.
constexpr std::int64_t wall_clock_start_ms = 1'714'564'800'000;

/// So much work without the clock moving is a loop that waits for itself.
constexpr std::uint64_t steps_at_one_moment_max = 50'000'000;

} // namespace

class Simulation::SimulatedShard final : public Shard {
public:
    explicit SimulatedShard(Simulation& simulation) : simulation_(simulation) {}

    Time now() const override { return simulation_.now_; }
    Time processor_time() const override { return Time{0}; }
    bool is_here() const override { return simulation_.running_ == this; }
    void post(std::coroutine_handle<> work) override {
        if (simulation_.on_) posted_.push_back(work);
    }

    std::optional<Time> next_timer() const { return timers_.next(); }
    bool                is_runnable() const { return !posted_.empty() || has_due_timer(); }
    void                run_one() {
        bool timer = has_due_timer() && (posted_.empty() || simulation_.chance_.between(0, 1) == 0);
        if (timer) return timers_.take_due(now()).resume();
        auto work = posted_.front();
        posted_.pop_front();
        work.resume();
    }
    void drop_everything() {
        posted_.clear();
        timers_.clear();
    }

protected:
    void add(Timer& timer) override { timers_.add(timer); }
    void remove(Timer& timer) override { timers_.remove(timer); }

private:
    bool has_due_timer() const {
        auto next = timers_.next();
        return next && *next <= now();
    }

    Simulation&                         simulation_;
    std::deque<std::coroutine_handle<>> posted_;
    TimerQueue                          timers_;
};

class Simulation::SimulatedClock final : public Clock {
public:
    explicit SimulatedClock(Simulation& simulation) : simulation_(simulation) {}

    Time      now() const override { return simulation_.now_; }
    Timestamp wall() const override {
        auto passed = std::chrono::floor<std::chrono::milliseconds>(simulation_.now_);
        return {wall_clock_start_ms + (passed + simulation_.wall_ahead_).count()};
    }

private:
    Simulation& simulation_;
};

Simulation::Simulation(std::uint64_t seed)
    : chance_(seed), program_random_(seed ^ 0x6a09e667f3bcc908),
      clock_(std::make_unique<SimulatedClock>(*this)) {}

Simulation::~Simulation() = default;

Shard& Simulation::make_shard() {
    shards_.push_back(std::make_unique<SimulatedShard>(*this));
    return *shards_.back();
}

Shard& Simulation::here() {
    check(running_ != nullptr, "a simulated disk or network is used by work that runs on a simulated shard");
    return *running_;
}

Clock& Simulation::clock() { return *clock_; }

void Simulation::run_until(Time end) {
    while (step(end) != Step::nothing_left) {}
    now_ = std::max(now_, end);
}

bool Simulation::run_until(const std::function<bool()>& done, Time limit) {
    while (!done()) {
        if (step(limit) == Step::nothing_left) return done();
    }
    return true;
}

void Simulation::power_off() {
    check(!running_, "the power goes off between two pieces of work, not inside one");
    on_ = false;
    for (auto& shard : shards_) shard->drop_everything();
}

void Simulation::power_on() {
    for (auto& shard : shards_) shard->drop_everything();
    on_ = true;
}

Simulation::Step Simulation::step(Time limit) {
    check(!running_, "a simulation is not run from inside its own work");
    check(on_, "a simulation runs after power_on, not between power_off and it");
    runnable_.clear();
    std::optional<Time> next;
    for (auto& shard : shards_) {
        if (shard->is_runnable()) runnable_.push_back(shard.get());
        auto timer = shard->next_timer();
        if (timer && (!next || *timer < *next)) next = timer;
    }
    if (runnable_.empty()) {
        if (!next) return Step::nothing_left;
        steps_at_this_moment_ = 0;
        now_ = std::max(now_, std::min(*next, limit));
        return *next > limit ? Step::nothing_left : Step::moved_clock;
    }
    check(++steps_at_this_moment_ < steps_at_one_moment_max,
          "work that waits for time to pass sleeps: it does not post itself again and again");
    running_ = runnable_[runnable_.size() == 1 ? 0 : chance_.between(0, runnable_.size() - 1)];
    running_->run_one();
    running_ = nullptr;
    return Step::ran;
}

} // namespace riacho::io
