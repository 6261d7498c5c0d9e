#pragma once

#include "io/event.hpp"
#include "io/group.hpp"
#include "io/real_clock.hpp"
#include "io/signals.hpp"
#include "io/thread_shard.hpp"
#include "riacho/runtime.hpp"

#include <vector>

namespace riacho {

/// What a Runtime is made of. Used on its shard.
struct Runtime::Inside {
    io::RealClock           clock;
    io::ThreadShard         shard{clock, "riacho"};
    io::ThreadShard         blocking{clock, "riacho-wait"}; // for calls of librdkafka that hold up a thread
    std::optional<Signal>   signal;
    std::vector<io::Event*> woken_by_signal;

    std::optional<io::SignalWaiter> signals;
    io::Group                       signal_reader{shard};
};

namespace client {

/// While it lives, a caught signal sets `event`.
class WakeOnSignal {
public:
    WakeOnSignal(Runtime::Inside& runtime, io::Event& event) : runtime_(runtime), event_(event) {
        runtime_.woken_by_signal.push_back(&event_);
    }
    ~WakeOnSignal() { std::erase(runtime_.woken_by_signal, &event_); }
    WakeOnSignal(const WakeOnSignal&) = delete;
    WakeOnSignal& operator=(const WakeOnSignal&) = delete;

private:
    Runtime::Inside& runtime_;
    io::Event&       event_;
};

} // namespace client
} // namespace riacho
