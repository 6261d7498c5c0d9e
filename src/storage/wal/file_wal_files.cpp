// What the store and the flusher do to the files of the log besides writing frames.
#include "base/log.hpp"
#include "io/run_on.hpp"
#include "storage/wal/file_wal.hpp"

#include <cerrno>
#include <chrono>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger fill_logger{"wal"};
constexpr Time        fill_start_pause = std::chrono::milliseconds(20); // a start has other needs of the disk
constexpr Time        fill_retry_pause = std::chrono::seconds(1);

} // namespace

/// Fills files ahead of need. A full disk means no new room, and is tried again; anything else is a broken
/// one.
Task<> FileWal::keep_spares() {
    bool told = false;
    co_await ended_.wait_until(world_.flusher.now() + fill_start_pause);
    while (!has_failed() && flusher_ == Flusher::works) {
        if (!ring_.wants_spare()) {
            ring_.changed().reset();
            co_await ring_.changed().wait();
            continue;
        }
        bool full = false;
        try {
            take_space_for_spare();
            co_await ring_.prepare_spare();
            inbox_.wake(); // room for those who wait
            told = false;
            filling_ = Filling::possible;
        } catch (const io::DiskError& error) {
            full = error.is_full() || error.lacks_descriptors(); // both pass
            if (!full) fail(error.what());
            if (full && !std::exchange(told, true))
                fill_logger.warn("no room for another file of the log: {}", error.what());
        }
        if (!full) continue;
        filling_ = Filling::no_room;
        ring_.changed().set();
        Time again = world_.flusher.now() + fill_retry_pause;
        if (!ended_.is_set()) {
            co_await ended_.wait_until(again);
        } else { // until the flusher is done with what was appended
            ring_.changed().reset();
            co_await ring_.changed().wait_until(again);
        }
    }
}

/// Another file of the ring takes nothing from what was admitted, nor from the reserve.
void FileWal::take_space_for_spare() {
    std::uint64_t bytes = ring_.new_spare_bytes();
    if (!options_.space || bytes == 0) return;
    if (!options_.space->admits(bytes, SpaceUse::clients))
        throw io::DiskError("fill", options_.ring.folder, ENOSPC);
    options_.space->take(bytes);
    options_.space->wrote(bytes);
}

Task<Outcome<void, WalError>> FileWal::change_file(io::Shard& home) {
    co_await world_.flusher.enter_if_away();
    Outcome<void, WalError> result;
    try {
        while (!ring_.has_spare() && filling_ == Filling::possible && !has_failed()) {
            ring_.changed().reset();
            co_await ring_.changed().wait();
        }
        if (!ring_.has_spare()) throw io::DiskError("fill", options_.ring.folder, ENOSPC);
        co_await enter_spare(Durability::synced);
        handed_out_.store(last_durable_.load());
    } catch (const io::DiskError& error) {
        fail(error.what());
        result = riacho::fail(WalError::failed, error.what());
    }
    co_await home.enter_if_away();
    co_return result;
}

Task<Outcome<FrameNumber, WalError>> FileWal::sync_frames(io::Shard& home) {
    co_await world_.flusher.enter_if_away();
    Outcome<FrameNumber, WalError> result = last_durable();
    {
        io::Mutex::Turn turn = co_await syncing_.lock();
        result = co_await sync_unsynced_files();
    }
    co_await home.enter_if_away();
    co_return result;
}

/// A file counts as synced before its sync, so that what is written meanwhile counts as not. One turn at a
/// time: nobody may take the first for granted, and recycle the file, before the sync has ended.
Task<Outcome<FrameNumber, WalError>> FileWal::sync_unsynced_files() {
    Outcome<FrameNumber, WalError> result = last_durable();
    if (has_failed()) co_return riacho::fail(WalError::failed);
    try {
        for (WalFile* file : ring_.unsynced_files()) {
            file->unsynced = WalFile::Unsynced::no;
            co_await file->file->sync();
        }
    } catch (const io::DiskError& error) {
        fail(error.what());
        result = riacho::fail(WalError::failed, error.what());
    }
    co_return result;
}

Task<ChainStart> FileWal::start_for(io::Shard& home, FrameNumber low_water) {
    co_await world_.flusher.enter_if_away();
    ChainStart start = ring_.start_for(low_water);
    co_await home.enter_if_away();
    co_return start;
}

Task<> FileWal::recycle_below(io::Shard& home, FrameNumber low_water) {
    co_await world_.flusher.enter_if_away();
    auto rest = ring_.recycle_below(low_water);
    fullness_ = ring_.fullness();
    grant();
    co_await io::run_on(world_.pool.thread_for(0), world_.flusher, remove_files(std::move(rest)));
    co_await home.enter_if_away();
}

/// Files of another size than ours. One that cannot be removed is harmless: recovery scrubs it.
Task<> FileWal::remove_files(std::vector<std::unique_ptr<WalFile>> files) {
    for (auto& file : files) {
        file->file.reset();
        try {
            co_await world_.disk.remove(file->path);
        } catch (const io::DiskError& error) {
            fill_logger.warn("a file of the log that is no longer needed stays: {}", error.what());
        }
    }
}

void FileWal::declare_failed() {
    declared_ = true;
    inbox_.wake();
}

void FileWal::checkpoint_begins() {
    bytes_since_ = 0;
    reasons_sent_ = 0;
}

} // namespace riacho::storage
