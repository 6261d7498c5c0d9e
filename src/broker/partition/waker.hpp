#pragma once

#include "io/event.hpp"

#include <memory>

namespace riacho::broker {

/// What a waiting request waits on: set by any partition that it looks at, from any shard. Lives on the
/// request's shard.
class Waker {
public:
    explicit Waker(io::Shard& home) : home_(home), event_(home) {}

    io::Shard& home() const { return home_; }
    io::Event& event() { return event_; }

private:
    io::Shard& home_;
    io::Event  event_;
};

/// Sets `waker` from another shard, and ends where it began. A root for a Group of `here`.
inline Task<> relay(std::shared_ptr<Waker> waker, io::Shard& here) {
    co_await waker->home().enter();
    waker->event().set();
    waker.reset();
    co_await here.enter();
}

} // namespace riacho::broker
