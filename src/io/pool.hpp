#pragma once

#include "io/shard.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace riacho::io {

/// A few threads for work that blocks: segment writes, cold reads, scans. `co_await
/// pool.thread_for(key).enter()` goes to one of them; whoever went comes back with `co_await home.enter()`.
/// May be used from any thread.
class Pool {
public:
    explicit Pool(std::vector<Shard*> threads) : threads_(std::move(threads)) {
        check(!threads_.empty(), "a pool has at least one thread");
    }

    /// The thread for work about `key`: what has one key runs in the order in which it was posted.
    Shard& thread_for(std::size_t key) { return *threads_[key % threads_.size()]; }

private:
    std::vector<Shard*> threads_;
};

} // namespace riacho::io
