#pragma once

#include "io/event.hpp"
#include "io/group.hpp"

#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace riacho::io {

/// Runs all `tasks` on `shard`, each up to its first suspension in the order given, and gives their results
/// in that order when all have ended. The first exception is thrown again, after all have ended.
template <class T> Task<std::vector<T>> gather(Shard& shard, std::vector<Task<T>> tasks) {
    struct Slot {
        std::optional<T>   value;
        std::exception_ptr error;
    };
    struct Run {
        static Task<> into(Slot& slot, Shard& home, Task<T> task) {
            try {
                slot.value.emplace(co_await std::move(task));
            } catch (...) { slot.error = std::current_exception(); }
            co_await home.enter_if_away();
        }
    };
    std::vector<Slot> slots(tasks.size());
    Group             group(shard);
    for (std::size_t i = 0; i < tasks.size(); ++i)
        group.spawn_now(Run::into(slots[i], shard, std::move(tasks[i])));
    co_await group.join();
    std::vector<T> results;
    results.reserve(slots.size());
    for (Slot& slot : slots) {
        if (slot.error) std::rethrow_exception(slot.error);
        results.push_back(std::move(*slot.value));
    }
    co_return results;
}

} // namespace riacho::io
