#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "io/shard.hpp"
#include "io/trace.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace riacho::io {

/// A whole world on one thread: shards, time and chance come from one seed, so a failing seed replays
/// exactly. The seed chooses which shard runs next; what was posted to one shard runs in the order in which
/// it was posted. Time stands still while anything can run, then moves to the next timer.
///
/// One process life after another can run in it: `power_off`, destroy what the old life owned, `power_on`.
/// Outlives everything that was started on its shards.
class Simulation {
public:
    explicit Simulation(std::uint64_t seed);
    ~Simulation();
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Lives as long as the simulation.
    Shard& make_shard();
    /// The shard whose work is running. Called from such work.
    Shard& here();
    bool   is_running() const { return running_ != nullptr; }

    Time   now() const { return now_; }
    Clock& clock();
    /// The program's own source of chance; what the program draws does not move the world's.
    Random& random() { return program_random_; }
    /// What the simulated disk, network and order of work are drawn from.
    Random& chance() { return chance_; }
    /// Moves the wall clock, and only it; may be negative, as when somebody sets the date.
    void advance_wall(std::chrono::milliseconds span) { wall_ahead_ += span; }

    /// Runs everything up to `end`, the moment to which the clock then points.
    void run_until(Time end);
    void run_for(Time span) { run_until(now_ + span); }
    /// Runs until `done()`, which is asked before each piece of work; false when `limit` came first, or when
    /// nothing is left that could ever run.
    bool run_until(const std::function<bool()>& done, Time limit);

    /// The process dies where it stands: queued work and timers are dropped without being run, and what
    /// destructors post until `power_on` goes nowhere.
    void power_off();
    void power_on();
    bool is_on() const { return on_; }

    /// Notes what reached a disk or a stream, and when.
    void record(std::string_view name, std::uint64_t position, ByteView bytes) {
        trace_.add(now_, name, position, bytes);
    }
    /// A fingerprint of all that was recorded: the same for two runs of one seed, or something is not drawn
    /// from it.
    std::uint64_t trace_hash() const { return trace_.hash(); }

private:
    class SimulatedShard;
    class SimulatedClock;
    enum class Step { ran, moved_clock, nothing_left };

    Step step(Time limit);

    SeededRandom                                 chance_;
    SeededRandom                                 program_random_;
    Trace                                        trace_;
    Time                                         now_{0};
    std::chrono::milliseconds                    wall_ahead_{0};
    std::unique_ptr<SimulatedClock>              clock_;
    std::vector<std::unique_ptr<SimulatedShard>> shards_;
    std::vector<SimulatedShard*>                 runnable_;
    SimulatedShard*                              running_ = nullptr;
    std::uint64_t                                steps_at_this_moment_ = 0;
    bool                                         on_ = true;
};

} // namespace riacho::io
