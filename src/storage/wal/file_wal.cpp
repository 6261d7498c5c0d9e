#include "storage/wal/file_wal.hpp"

#include "base/log.hpp"
#include "base/planted.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger wal_logger{"wal"};
constexpr Time        frame_retry_pause = std::chrono::milliseconds(100);
constexpr double      fullness_that_hurries = 0.75;

std::int64_t room_of(std::size_t entry_bytes) {
    return static_cast<std::int64_t>(lone_entry_bytes(entry_bytes));
}

} // namespace

FileWal::FileWal(io::World& world, FileWalOptions options)
    : world_(world), options_(std::move(options)), ring_(world, options_.ring), inbox_(world.flusher),
      ended_(world.flusher), syncing_(world.flusher), group_(world.flusher) {
    for (io::Shard* shard : world.shards) deliveries_.push_back(std::make_unique<Delivery>(*shard));
}

FileWal::~FileWal() = default;

Task<> FileWal::start(io::Shard& home, FrameNumber last) {
    last_durable_ = handed_out_ = last.value;
    for (auto& delivery : deliveries_) {
        co_await delivery->shard.enter_if_away();
        delivery->group.spawn_now(deliver(*delivery));
    }
    co_await world_.flusher.enter_if_away();
    group_.spawn_now(flush_rounds());
    group_.spawn_now(keep_spares());
    co_await home.enter_if_away();
}

Task<> FileWal::stop(io::Shard& home) {
    stopping_ = true;
    // Whoever found the log running appends before its shard does anything else.
    for (auto& delivery : deliveries_) co_await delivery->shard.enter();
    co_await world_.flusher.enter_if_away();
    ended_.set();
    ring_.changed().set();
    inbox_.wake();
    co_await group_.join();
    for (auto& delivery : deliveries_) {
        co_await delivery->shard.enter_if_away();
        delivery->inbox.push({}); // nothing to wake: the end
        co_await delivery->group.join();
    }
    co_await home.enter_if_away();
}

WalError FileWal::refusal() const { return has_failed() ? WalError::failed : WalError::stopped; }

std::size_t FileWal::delivery_index(io::Shard& shard) const {
    for (std::size_t i = 0; i < deliveries_.size(); ++i)
        if (&deliveries_[i]->shard == &shard) return i;
    check(false, "the log is used from a shard of its world");
    return 0;
}

// ---- room

struct FileWal::RoomWaiter {
    RoomWaiter(io::Shard& flusher, std::int64_t size) : bytes(size), ended(flusher) {}
    std::int64_t                           bytes;
    io::Event                              ended;
    std::optional<Outcome<void, WalError>> result;
};

Task<Outcome<void, WalError>> FileWal::reserve(io::Shard& home, std::size_t bytes, Time deadline) {
    return reserve_as(home, bytes, deadline, RoomUse::produce);
}
Task<Outcome<void, WalError>> FileWal::reserve_for_removal(io::Shard& home, std::size_t bytes,
                                                           Time deadline) {
    return reserve_as(home, bytes, deadline, RoomUse::removal);
}

Task<Outcome<void, WalError>> FileWal::reserve_as(io::Shard& home, std::size_t bytes, Time deadline,
                                                  RoomUse use) {
    check(bytes <= entry_bytes_max(), "what does not fit a frame goes to its segment first");
    if (!is_running()) co_return riacho::fail(refusal());
    bool in_turn = use == RoomUse::removal || waiting_ == 0;
    if (in_turn && ring_.room().try_take(room_of(bytes), use)) co_return Outcome<void, WalError>{};

    // The ring is full, or fills slowly: the order of asking is kept on the flusher.
    waiting_ += use == RoomUse::produce ? 1 : 0;
    co_await world_.flusher.enter();
    RoomWaiter waiter(world_.flusher, room_of(bytes));
    auto&      queue = room_waiters_[static_cast<std::size_t>(use)];
    queue.push_back(&waiter);
    grant();
    if (!is_running()) refuse_waiters();
    fullness_ = ring_.fullness();
    bool helps = fullness_ >= fullness_that_hurries || filling_ == Filling::no_room;
    if (!waiter.result && helps) wake_checkpointer(CheckpointReason::ring_filling);
    co_await waiter.ended.wait_until(deadline);
    if (!waiter.result) {
        std::erase(queue, &waiter);
        waiter.result = riacho::fail(WalError::full);
        grant();
    }
    waiting_ -= use == RoomUse::produce ? 1 : 0;
    co_await home.enter();
    co_return *std::move(waiter.result);
}

void FileWal::give_back(std::size_t bytes) {
    ring_.room().add(room_of(bytes));
    if (waiting_ > 0) inbox_.wake();
}

/// Serves the waiters that now find room, in the order in which they asked.
void FileWal::grant() {
    for (RoomUse use : {RoomUse::removal, RoomUse::produce}) {
        auto& queue = room_waiters_[static_cast<std::size_t>(use)];
        while (!queue.empty() && ring_.room().try_take(queue.front()->bytes, use)) {
            queue.front()->result.emplace();
            queue.front()->ended.set();
            queue.pop_front();
        }
    }
}

void FileWal::refuse_waiters() {
    for (auto& queue : room_waiters_) {
        for (RoomWaiter* waiter : std::exchange(queue, {})) {
            waiter->result = riacho::fail(refusal());
            waiter->ended.set();
        }
    }
}

// ---- appending

/// Joins the forming round; resumed by its shard's delivery.
struct FileWal::Joined {
    FileWal& wal;
    Pending& pending;
    bool     await_ready() const { return false; }
    void     await_suspend(std::coroutine_handle<> waiter) {
        pending.waiter = waiter;
        wal.inbox_.push(&pending);
    }
    void await_resume() const {}
};

Task<Outcome<FrameNumber, WalError>> FileWal::append(io::Shard& home, Entry entry) {
    home.check_here();
    if (!is_running()) co_return riacho::fail(refusal());
    Pending pending;
    pending.entry = std::move(entry);
    pending.delivery = delivery_index(home);
    co_await Joined{*this, pending};
    co_return std::move(pending.result);
}

/// Resumes what ended, each frame's waiters in one piece and in the order of their entries.
Task<> FileWal::deliver(Delivery& delivery) {
    for (;;) {
        co_await delivery.inbox.wait();
        for (const auto& waiters : delivery.inbox.take_all()) {
            if (waiters.empty()) co_return;
            for (std::coroutine_handle<> waiter : waiters) waiter.resume();
        }
    }
}

Task<> FileWal::caught_up(io::Shard& shard) {
    struct Behind {
        Delivery& delivery;
        bool      await_ready() const { return false; }
        void      await_suspend(std::coroutine_handle<> waiter) { delivery.inbox.push({waiter}); }
        void      await_resume() const {}
    };
    shard.check_here();
    co_await Behind{*deliveries_[delivery_index(shard)]};
}

// ---- the flusher

Task<> FileWal::flush_rounds() {
    for (;;) {
        collect();
        if (declared_) fail("what it needs besides its own files failed");
        if (has_failed()) fail_pending();
        if (!is_running()) refuse_waiters();
        grant();
        if (!forming_.empty()) {
            co_await write_round();
        } else {
            if (ended_.is_set() && stopping_) break;
            co_await inbox_.wait();
        }
    }
    flusher_ = Flusher::is_done;
    ring_.changed().set();
}

void FileWal::collect() {
    for (Pending* pending : inbox_.take_all()) forming_.push_back(pending);
}

Task<> FileWal::write_round() {
    std::vector<Pending*> round;
    try {
        Durability    mode = ring_.current().header.mode;
        std::uint64_t least = lone_entry_bytes(forming_.front()->entry.bytes.size());
        if (!ring_.takes(least)) co_await enter_spare(mode);
        collect();          // what came while there was no spare
        if (has_failed()) { // and what was before it got its answer: nothing may overtake that
            fail_pending();
            co_return;
        }
        round = take_round(ring_.frame_room(least));
        std::vector<const Entry*> entries;
        for (const Pending* pending : round) entries.push_back(&pending->entry);
        FrameNumber   number{last_durable_ + 1};
        EncodedFrame  frame = encode_frame(number, ring_.current().header.salt, entries);
        std::uint64_t size = frame.size;
        co_await write_frame(std::move(frame), ring_.current().header.mode);
        ring_.wrote(number, size);
        for (Pending* pending : round) {
            pending->result = number;
            ring_.room().add(room_of(pending->entry.bytes.size()));
        }
        last_durable_.store(number.value, std::memory_order_release);
        watch(size);
    } catch (const io::DiskError& error) {
        fail(error.what());
        for (Pending* pending : round) pending->result = riacho::fail(WalError::failed);
    }
    hand_out(std::move(round));
    if (planted(Planted::sync_after_answer)) (void)co_await sync_frames(world_.flusher);
}

/// The entries that fit a frame of `room` bytes, in the order in which they came.
std::vector<FileWal::Pending*> FileWal::take_round(std::uint64_t room) {
    room = std::min<std::uint64_t>(room, std::max(options_.ring.round_bytes_max, ring_.frame_bytes_max()));
    std::vector<Pending*> round;
    std::uint64_t         bytes = frame_header_bytes;
    while (!forming_.empty()) {
        std::uint64_t more = entry_header_bytes + forming_.front()->entry.bytes.size();
        if (!round.empty() && bytes + more > room) break;
        bytes += more;
        round.push_back(forming_.front());
        forming_.pop_front();
    }
    return round;
}

/// Writes the frame at the ring's position and syncs it as `mode` says. Where the disk is full, the same
/// bytes are written at the same place until there is room.
Task<> FileWal::write_frame(EncodedFrame frame, Durability mode) {
    WalFile& file = ring_.current(); // the flusher alone changes the current file
    for (bool written = false, told = false; !written;) {
        try {
            co_await file.file->write(ring_.position(), frame.pieces);
            written = true;
        } catch (const io::DiskError& error) {
            if (!error.is_full() || !is_running()) throw;
            if (options_.space) options_.space->report_full();
            if (!std::exchange(told, true)) wal_logger.warn("no room for a frame, waiting: {}", error.what());
        }
        if (!written) co_await world_.flusher.sleep_for(frame_retry_pause);
    }
    bool skips = planted(Planted::no_sync) || planted(Planted::sync_after_answer);
    if (mode != Durability::synced || skips) {
        file.unsynced = WalFile::Unsynced::yes;
        co_return;
    }
    Time began = world_.flusher.now();
    co_await file.file->sync();
    Time ended = world_.flusher.now();
    syncs_.add(ended - began, ended);
}

Task<TimeHistogram> FileWal::sync_times(io::Shard& home) {
    co_await world_.flusher.enter_if_away();
    TimeHistogram times = syncs_;
    co_await home.enter_if_away();
    co_return times;
}

/// Names the next file in a frame of the current one; `mode` says whether that frame is synced.
Task<> FileWal::enter_spare(Durability mode) {
    while (!ring_.has_spare()) {
        bool hopeless = has_failed() || (stopping_ && filling_ == Filling::no_room);
        if (hopeless) throw io::DiskError("fill", options_.ring.folder, ENOSPC);
        ring_.changed().reset();
        co_await ring_.changed().wait();
    }
    Entry        next = next_entry({ring_.spare().number, ring_.spare().salt});
    const Entry* entries[] = {&next};
    FrameNumber  number{last_durable_ + 1};
    co_await write_frame(encode_frame(number, ring_.current().header.salt, entries), mode);
    ring_.wrote(number, wal_block);
    ring_.enter_spare();
    last_durable_.store(number.value, std::memory_order_release);
}

/// One post per shard wakes what ended there.
void FileWal::hand_out(std::vector<Pending*> round) {
    for (Pending* pending : round) deliveries_[pending->delivery]->next.push_back(pending->waiter);
    for (auto& delivery : deliveries_)
        if (!delivery->next.empty()) delivery->inbox.push(std::exchange(delivery->next, {}));
    handed_out_.store(last_durable_.load(), std::memory_order_release);
}

void FileWal::fail(std::string why) {
    if (has_failed()) return;
    wal_logger.error("the write-ahead log failed, nothing is acknowledged until a restart: {}", why);
    failed_.store(true, std::memory_order_release);
    ended_.set();
    ring_.changed().set();
    refuse_waiters();
    fail_pending();
}

void FileWal::fail_pending() {
    std::vector<Pending*> round(forming_.begin(), forming_.end());
    forming_.clear();
    for (Pending* pending : round) pending->result = riacho::fail(refusal());
    hand_out(std::move(round));
}

void FileWal::watch(std::uint64_t frame_bytes) {
    std::uint64_t bytes = bytes_since_ += frame_bytes;
    fullness_ = ring_.fullness();
    if (bytes >= options_.checkpoint_bytes) wake_checkpointer(CheckpointReason::bytes);
    if (fullness_ >= fullness_that_hurries) wake_checkpointer(CheckpointReason::ring_filling);
}

/// Once for each reason and checkpoint.
void FileWal::wake_checkpointer(CheckpointReason reason) {
    std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(reason);
    if (options_.checkpointer && (reasons_sent_.fetch_or(bit) & bit) == 0)
        options_.checkpointer->push(reason);
}

} // namespace riacho::storage
