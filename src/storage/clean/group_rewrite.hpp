#pragma once

#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "io/disk.hpp"
#include "storage/clean/batch_filter.hpp"
#include "storage/clean/batch_reader.hpp"
#include "storage/log/producer_state.hpp"
#include "storage/log/segment.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace riacho::storage {

/// Copies a group of closed segments into one, without what is superseded, beside them: `<base>.log.cleaned`
/// and its indexes. On a pool thread, a slice at a time; touches nothing else.
///
/// The group's last batch stays, be it without records: recovery takes the end of the new segment for the end
/// of what it replaces.
class GroupRewrite {
public:
    struct Source {
        std::string   path;
        std::uint64_t bytes = 0;
    };
    struct Input {
        io::Disk&           disk;
        std::string         folder;
        Offset              base; ///< of the first source
        std::vector<Source> sources;
        const KeyMap&       keys;
        const LastOffsets&  producers;
        CleanRules          rules;
        std::uint32_t       index_interval_bytes = 4096;
        std::size_t         piece_bytes = 512 << 10;
    };
    explicit GroupRewrite(Input input);

    struct Slice {
        std::uint64_t bytes = 0; ///< read and written
        enum class Then { more, done } then = Then::more;
    };
    /// The next piece. Throws DiskError.
    Task<Outcome<Slice, CleanError>> slice();
    /// After the last one: file and indexes are on the medium, their names are not yet.
    Task<> seal();
    /// Removes what was written. Never throws.
    Task<> discard();

    bool has_changed() const { return has_changed_; }
    /// What holds for the tombstones behind this group.
    CleanRules::Tombstones tombstones() const { return in_.rules.tombstones; }
    std::uint64_t          dropped() const { return dropped_; }
    const SegmentInfo&     info() const { return cleaned_.info(); }

private:
    Outcome<void, CleanError> filter(const Bytes& piece, std::vector<Bytes>& kept);
    WhenEmpty                 carries_sequence(const kafka::BatchView& batch) const;
    Task<std::uint64_t>       write(std::vector<Bytes> batches);

    Input                        in_;
    Segment                      cleaned_;
    std::unique_ptr<BatchReader> reader_;
    std::size_t                  next_source_ = 0;
    std::uint64_t                bytes_since_sync_ = 0;
    std::uint64_t                dropped_ = 0;
    bool                         has_changed_ = false;
    bool                         is_created_ = false;
};

} // namespace riacho::storage
