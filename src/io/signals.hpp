#pragma once

#include "io/thread_shard.hpp"

#include <memory>
#include <vector>

namespace riacho::io {

/// Turns signals such as SIGTERM into something a shard waits for. From its making to its death they do
/// nothing else. Belongs to its shard.
class SignalWaiter {
public:
    SignalWaiter(ThreadShard& shard, std::vector<int> signals);
    ~SignalWaiter();
    SignalWaiter(const SignalWaiter&) = delete;
    SignalWaiter& operator=(const SignalWaiter&) = delete;

    /// The number of the next signal, in the order in which they came; 0 after `stop`.
    Task<int> next();
    void      stop();

private:
    struct State;
    static void            listen(const std::shared_ptr<State>& state);
    std::shared_ptr<State> state_;
};

} // namespace riacho::io
