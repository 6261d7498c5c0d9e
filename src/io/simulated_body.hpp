#pragma once

#include "base/random.hpp"
#include "io/sparse_bytes.hpp"

#include <deque>
#include <vector>

namespace riacho::io {

/// What a power cut leaves of unsynced changes: all of them, none, or chance for each.
enum class CutLeaves { everything, nothing, some };

/// The bytes of a simulated file: what readers see, what is on the medium, and the changes in between.
class SimulatedBody {
public:
    /// The unit that a disk writes whole or not at all.
    static constexpr std::uint64_t sector = 512;

    const SparseBytes& seen() const { return seen_; }
    const SparseBytes& durable() const { return durable_; }
    bool               is_clean() const { return unsynced_.empty(); }

    void write(std::uint64_t at, const std::vector<ByteView>& pieces);
    void truncate(std::uint64_t size);

    /// The changes so far: what a sync that starts now is about.
    std::uint64_t changes() const { return changes_; }
    /// A sync worked: the first `changes` changes are on the medium.
    void sync(std::uint64_t changes);
    /// A sync failed: they stay readable, count as clean, and never reach the medium.
    void lose(std::uint64_t changes);

    /// The power is gone and back. Of unsynced changes each sector is there or not, and so is each new size.
    void cut_power(CutLeaves leaves, Random& chance);
    /// Puts `bytes` on the medium and before the readers, as a damaged disk would.
    void damage(std::uint64_t at, ByteView bytes);

private:
    struct Change {
        std::uint64_t          number;
        std::uint64_t          at; // of a truncation: the new size
        std::uint64_t          size;
        std::vector<std::byte> bytes; // empty: zeros
        bool                   truncates;
    };
    static void apply(SparseBytes& content, const Change& change);
    void        keep_some(const Change& change, Random& chance);
    void        keep_sector(const Change& change, std::uint64_t from);

    SparseBytes        seen_;
    SparseBytes        durable_;
    std::deque<Change> unsynced_; // in the order in which they were made
    std::uint64_t      changes_ = 0;
};

} // namespace riacho::io
