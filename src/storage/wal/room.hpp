#pragma once

#include <atomic>
#include <cstdint>

namespace riacho::storage {

/// Who asks for room: what produces may not use the last file's worth, what makes room may.
enum class RoomUse { produce, removal };

/// How many bytes of frames the ring surely takes, less what was promised. Taken from any thread; the flusher
/// gives and sets the floor.
class Room {
public:
    bool try_take(std::int64_t bytes, RoomUse use) {
        std::int64_t free = free_.load(std::memory_order_relaxed);
        do {
            std::int64_t floor = use == RoomUse::removal ? 0 : floor_.load(std::memory_order_relaxed);
            if (free - bytes < floor) return false;
        } while (!free_.compare_exchange_weak(free, free - bytes, std::memory_order_relaxed));
        return true;
    }
    void add(std::int64_t bytes) { free_.fetch_add(bytes, std::memory_order_relaxed); }
    void set_floor(std::int64_t bytes) { floor_.store(bytes, std::memory_order_relaxed); }

    std::int64_t free_bytes() const { return free_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> free_ = 0;
    std::atomic<std::int64_t> floor_ = 0;
};

} // namespace riacho::storage
