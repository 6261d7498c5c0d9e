#pragma once

#include "io/group.hpp"
#include "io/inbox.hpp"
#include "io/world.hpp"
#include "storage/disk_space.hpp"
#include "storage/wal/ring.hpp"
#include "storage/wal/wal.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace riacho::storage {

/// Why the checkpointer is woken.
enum class CheckpointReason { interval, bytes, ring_filling, offline };

struct FileWalOptions {
    RingOptions   ring;
    std::uint64_t checkpoint_bytes = 128u << 20;
    /// Woken after so many bytes of frames, and when the ring is three quarters full; may be null.
    io::Inbox<CheckpointReason>* checkpointer = nullptr;
    /// New files of the ring are made of what it has beyond the reserve; may be null.
    DiskSpace* space = nullptr;
};

/// The write-ahead log over files. One coroutine on the flusher takes what all shards appended, writes it as
/// one frame with one gather write and one sync, and hands the waiters back to their shards; what comes
/// meanwhile is the next frame. Another keeps spares filled.
///
/// States: made -> (begin | adopt) -> start -> running -> failed? -> stop. A failed write or sync is for
/// ever: what was in flight, what waits and what comes gets WalError::failed.
class FileWal final : public Wal {
public:
    FileWal(io::World& world, FileWalOptions options);
    ~FileWal() override;

    // -- Wal
    Task<Outcome<void, WalError>>        reserve(io::Shard& home, std::size_t bytes, Time deadline) override;
    Task<Outcome<void, WalError>>        reserve_for_removal(io::Shard& home, std::size_t bytes,
                                                             Time deadline) override;
    void                                 give_back(std::size_t bytes) override;
    Task<Outcome<FrameNumber, WalError>> append(io::Shard& home, Entry entry) override;
    bool        has_failed() const override { return failed_.load(std::memory_order_acquire); }
    FrameNumber last_durable() const override { return {last_durable_.load(std::memory_order_acquire)}; }
    std::size_t entry_bytes_max() const override {
        return ring_.frame_bytes_max() - frame_header_bytes - entry_header_bytes;
    }
    Task<TimeHistogram> sync_times(io::Shard& home) override;

    // -- for the store
    /// How the chain begins, before `start`.
    Ring& ring() { return ring_; }
    /// Called on a shard of the world, comes back to it. `last` is the last frame of the log so far.
    Task<> start(io::Shard& home, FrameNumber last);
    /// Writes what was appended, ends the rest with `stopped`. Comes back to `home`.
    Task<> stop(io::Shard& home);
    /// The change to a file of another mode, synced: before anything else is appended.
    Task<Outcome<void, WalError>> change_file(io::Shard& home);

    /// Every frame up to the one that this gives was handed to its shards. Any thread.
    FrameNumber handed_out() const { return {handed_out_.load(std::memory_order_acquire)}; }
    /// Ends on `shard`, where it is called, after everything that was handed out to it before.
    Task<> caught_up(io::Shard& shard);
    /// Syncs what durability=os left unsynced, and gives the last frame that is on the medium. Who asks while
    /// another one's sync is under way waits for that one, and then sees what is left.
    Task<Outcome<FrameNumber, WalError>> sync_frames(io::Shard& home);
    Task<ChainStart>                     start_for(io::Shard& home, FrameNumber low_water);
    /// A checkpoint that needs nothing below `low_water` is durable.
    Task<> recycle_below(io::Shard& home, FrameNumber low_water);
    /// Something else failed without which nothing can be acknowledged. Any thread.
    void declare_failed();
    /// The wake-ups of the checkpointer begin anew.
    void          checkpoint_begins();
    std::uint64_t bytes_since_checkpoint() const { return bytes_since_.load(std::memory_order_relaxed); }
    double        fullness() const { return fullness_.load(std::memory_order_relaxed); }

private:
    struct Pending {
        Entry                          entry;
        std::size_t                    delivery = 0;
        std::coroutine_handle<>        waiter;
        Outcome<FrameNumber, WalError> result = FrameNumber{};
    };
    struct Joined;
    /// Wakes what ended together on one shard.
    struct Delivery {
        explicit Delivery(io::Shard& home) : shard(home), inbox(home), group(home) {}
        io::Shard&                                      shard;
        io::Inbox<std::vector<std::coroutine_handle<>>> inbox;
        std::vector<std::coroutine_handle<>>            next; // the flusher's
        io::Group                                       group;
    };
    struct RoomWaiter;

    std::size_t                   delivery_index(io::Shard& shard) const;
    bool                          is_running() const { return !failed_ && !stopping_; }
    WalError                      refusal() const;
    Task<>                        deliver(Delivery& delivery);
    Task<Outcome<void, WalError>> reserve_as(io::Shard& home, std::size_t bytes, Time deadline, RoomUse use);
    void                          grant();
    void                          refuse_waiters();

    Task<>                flush_rounds();
    void                  collect();
    Task<>                write_round();
    std::vector<Pending*> take_round(std::uint64_t room);
    Task<>                write_frame(EncodedFrame frame, Durability mode);
    Task<>                enter_spare(Durability mode);
    void                  hand_out(std::vector<Pending*> round);
    void                  fail(std::string why);
    void                  fail_pending();
    Task<>                keep_spares();
    void                  take_space_for_spare();
    Task<>                remove_files(std::vector<std::unique_ptr<WalFile>> files);
    void                  watch(std::uint64_t frame_bytes);
    void                  wake_checkpointer(CheckpointReason reason);

    Task<Outcome<FrameNumber, WalError>> sync_unsynced_files();

    io::World&                             world_;
    FileWalOptions                         options_;
    Ring                                   ring_;
    std::atomic<bool>                      failed_ = false;
    std::atomic<bool>                      stopping_ = false;
    std::atomic<bool>                      declared_ = false;
    std::atomic<std::uint64_t>             last_durable_ = 0;
    std::atomic<std::uint64_t>             handed_out_ = 0;
    std::atomic<std::uint64_t>             bytes_since_ = 0;
    std::atomic<double>                    fullness_ = 0;
    std::atomic<std::uint64_t>             reasons_sent_ = 0; // bits, since the last checkpoint began
    std::atomic<std::int64_t>              waiting_ = 0;      // for room to produce
    io::Inbox<Pending*>                    inbox_;
    std::deque<Pending*>                   forming_;
    std::deque<RoomWaiter*>                room_waiters_[2]; // by RoomUse, in the order of asking
    std::vector<std::unique_ptr<Delivery>> deliveries_;      // one per shard
    io::Event                              ended_;           // failed, or nothing more will be appended
    io::Mutex                              syncing_;         // of frames, for durability=os; the flusher's
    TimeHistogram                          syncs_;           // the flusher's
    enum class Filling { possible, no_room } filling_ = Filling::possible;
    enum class Flusher { works, is_done } flusher_ = Flusher::works;
    io::Group group_; // the flusher's own coroutines
};

} // namespace riacho::storage
