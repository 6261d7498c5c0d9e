#pragma once

#include "io/inbox.hpp"

#include <atomic>
#include <cstdint>

namespace riacho::storage {

/// Who takes room on the disk, from the first one that is refused to the one that never is.
enum class SpaceUse {
    clients,      ///< what producers send
    coordinators, ///< internal topics: commits, groups that are left; may use half of the reserve
    metadata      ///< changes of the topics: deleting is what makes room
};

/// How much of the disk is left for what was admitted and is not yet in a segment. Counted since the last
/// look at the disk, so that asking costs no call of the system. Any thread; the ballast (store/ballast.hpp)
/// looks.
class DiskSpace {
public:
    /// Reports of a full disk wake whoever waits for `reports`, on `keeper`.
    explicit DiskSpace(io::Shard& keeper) : reports_(keeper) {}

    bool admits(std::uint64_t bytes, SpaceUse use) const {
        if (use == SpaceUse::metadata) return true;
        const auto& limit = use == SpaceUse::clients ? limit_ : coordinators_limit_;
        return taken_.load(std::memory_order_relaxed) + static_cast<std::int64_t>(bytes) <=
               limit.load(std::memory_order_relaxed);
    }
    /// Was admitted: it will be written to a file.
    void take(std::uint64_t bytes) { taken_.fetch_add(static_cast<std::int64_t>(bytes)); }
    /// Is in a file, or will never be.
    void wrote(std::uint64_t bytes) { written_.fetch_add(static_cast<std::int64_t>(bytes)); }
    /// A write found no room. The reserve is given up for it.
    void report_full() { reports_.push({}); }

    // -- for the one who looks
    struct Report {};
    io::Inbox<Report>& reports() { return reports_; }
    std::int64_t       taken() const { return taken_.load(); }
    std::int64_t       written() const { return written_.load(); }
    /// `left` bytes, the ballast's included, were left above the reserve when `written` had been written.
    void measured(std::int64_t written, std::int64_t left, std::int64_t reserve) {
        coordinators_limit_ = written + left + reserve / 2;
        limit_ = written + left;
    }

private:
    static constexpr std::int64_t not_yet_known = std::int64_t{1} << 62;

    std::atomic<std::int64_t> taken_ = 0;
    std::atomic<std::int64_t> written_ = 0;
    std::atomic<std::int64_t> limit_ = not_yet_known;
    std::atomic<std::int64_t> coordinators_limit_ = not_yet_known;
    io::Inbox<Report>         reports_;
};

} // namespace riacho::storage
