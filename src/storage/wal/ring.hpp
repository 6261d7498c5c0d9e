#pragma once

#include "base/random.hpp"
#include "io/event.hpp"
#include "io/world.hpp"
#include "storage/wal/room.hpp"
#include "storage/wal/wal_file.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace riacho::storage {

struct RingOptions {
    std::string   folder;
    std::uint64_t file_bytes = 16u << 20; ///< a multiple of wal_block
    std::uint64_t files_max = 64;
    std::uint64_t round_bytes_max = 4u << 20;
    Durability    mode = Durability::synced;
};

inline constexpr std::uint64_t ring_file_bytes_min = 16 * wal_block;
inline constexpr std::uint64_t ring_files_min = 4;

/// From where recovery reads the log: the checkpoint names it.
struct ChainStart {
    std::uint64_t file_number = 0;
    Salt          salt;
    FrameNumber   first_frame; ///< the number of that file's first frame, written or to come
};

/// The files of the write-ahead log: the chain, of which the last one takes frames; spares, which are filled,
/// synced and named and wait to join; and free ones, which nobody needs any more. Belongs to the flusher;
/// only `room` may be touched elsewhere.
///
/// What the ring promises through its room: entries that were admitted, each counted as a frame of its own,
/// find place without waiting for a checkpoint. A file whose rest is too small for the next entry loses at
/// most `largest_frame - wal_block` of it, so that much of each file is not promised.
class Ring {
public:
    Ring(io::World& world, RingOptions options);

    // -- how it begins: one of the two
    /// An empty chain: one small file that is appended to until a filled one is ready.
    Task<> begin(std::uint64_t file_number, FrameNumber next_frame);
    /// What recovery found: the next frame goes to `position` of the last file.
    void adopt(std::vector<std::unique_ptr<WalFile>> chain, std::uint64_t position, FrameNumber next_frame);
    /// A file outside the chain, scrubbed: kept for reuse. False where it has another size than ours.
    bool adopt_free(std::unique_ptr<WalFile> file);

    // -- for the flusher
    WalFile&      current() { return *chain_.back(); }
    std::uint64_t position() const { return position_; }
    /// Whether a frame of `bytes` can go to the current file, so that a `next` still fits behind it. Prefers
    /// blocks that are filled, as soon as there is a spare to go to.
    bool takes(std::uint64_t bytes) const;
    /// The largest frame that the current file takes, after `takes(least)`.
    std::uint64_t frame_room(std::uint64_t least) const;
    void          wrote(FrameNumber frame, std::uint64_t bytes);
    bool          has_spare() const { return !spares_.empty(); }
    /// The header to name in a `next` frame, and then the change itself.
    const WalFileHeader& spare() const { return spares_.front()->header; }
    void                 enter_spare();

    // -- for the checkpointer, on the flusher
    ChainStart start_for(FrameNumber low_water) const;
    /// Files wholly below `low_water` leave the chain. What is too many or of another size is given back, for
    /// the caller to remove.
    std::vector<std::unique_ptr<WalFile>> recycle_below(FrameNumber low_water);
    std::vector<WalFile*>                 unsynced_files();
    std::uint64_t                         next_file_number() const { return next_file_number_; }
    std::vector<std::string>              paths() const;

    // -- for the one that fills
    bool   wants_spare() const;
    Task<> prepare_spare(); ///< throws DiskError
    /// What `prepare_spare` takes of the disk: nothing where a file is used again.
    std::uint64_t new_spare_bytes() const { return free_.empty() ? options_.file_bytes : 0; }
    /// When it wants a spare, and when there is one.
    io::Event& changed() { return changed_; }

    std::uint64_t frame_bytes_max() const { return largest_frame_; }
    Room&         room() { return room_; }
    /// From 0 to 1: what of all that the ring could ever promise is gone.
    double fullness() const;

private:
    std::int64_t  promised(std::uint64_t size, std::uint64_t position) const;
    std::uint64_t capacity(const WalFile& file) const;
    std::uint64_t files() const {
        return chain_.size() + spares_.size() + free_.size() + (relabelled_ ? 1 : 0) + preparing_;
    }
    std::int64_t spare_room() const;
    void         account();

    io::World&                            world_;
    RingOptions                           options_;
    std::uint64_t                         largest_frame_;
    std::deque<std::unique_ptr<WalFile>>  chain_;
    std::deque<std::unique_ptr<WalFile>>  spares_;
    std::vector<std::unique_ptr<WalFile>> free_;
    std::unique_ptr<WalFile>              relabelled_; // on its way from the free ones to the spares
    std::uint64_t                         preparing_ = 0;
    std::uint64_t                         position_ = 0;
    FrameNumber                           next_frame_;
    std::uint64_t                         next_file_number_ = 1;
    std::int64_t                          promised_ = 0; // what was given to the room so far
    Room                                  room_;
    io::Event                             changed_;
};

} // namespace riacho::storage
