// What a checkpoint does about partitions that went offline.
#include "base/log.hpp"
#include "io/run_on.hpp"
#include "storage/store/file_store.hpp"
#include "storage/store/stranded.hpp"

#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger aside_logger{"storage"};

/// On a pool thread.
Task<Outcome<std::size_t, StoreError>> strand_from_chain(io::Disk& disk, Layout layout, ChainStart chain,
                                                         Stranded stranded) {
    CO_TRY(auto entries, co_await entries_in_chain(disk, layout.wal(), chain, stranded.partition));
    std::string folder = layout.partition(stranded.topic, stranded.partition.index);
    stranded.entries = co_await with_external_bytes(disk, std::move(folder), std::move(entries));
    std::size_t count = stranded.entries.size();
    co_await write_stranded(disk, layout, std::move(stranded));
    co_return count;
}

} // namespace

/// Where there is no room for it, the next start finds everything in the ring, as after a crash.
Task<Collected> FileStore::set_aside(Collected collected) {
    for (Collected::ToStrand& which : std::exchange(collected.to_strand, {})) {
        if (which.partition == cluster_metadata) continue; // the log has failed with it
        LogCheckpoint  last = which.last;
        TopicPartition partition = which.partition;
        if (wal_.has_failed()) co_return collected;
        bool is_aside = co_await strand(std::move(which));
        if (is_aside) last.needs_from.reset();
        collected.add(partition, last,
                      is_aside ? PartitionPoint::State::offline : PartitionPoint::State::serving);
    }
    co_return collected;
}

/// From the last durable checkpoint's chain on. False where there is no room; any other failure is the log's.
Task<bool> FileStore::strand(Collected::ToStrand which) {
    Stranded    stranded{which.partition, which.topic, {}};
    std::string failure;
    bool        is_full = false;
    io::Shard&  thread = place_.world.pool.thread_for(0);
    try {
        auto count = co_await io::run_on(
            thread, home(),
            strand_from_chain(place_.world.disk, place_.layout, last_.chain, std::move(stranded)));
        if (count)
            aside_logger.error(
                "{}-{} is offline, {} entries of the log are set aside in {}; repair its files, "
                "then start with --merge-stranded",
                which.topic, static_cast<std::int32_t>(which.partition.index), *count,
                stranded_path(place_.layout, which.partition));
        else
            failure = count.error().detail;
    } catch (const io::DiskError& error) {
        failure = error.what();
        is_full = error.is_full();
    }
    if (is_full) {
        aside_logger.warn("no room to set {} aside: {}", which.topic, failure);
        space_.report_full();
        co_return false;
    }
    if (!failure.empty()) {
        aside_logger.error("{} cannot be set aside: {}", which.topic, failure);
        wal_.declare_failed();
        co_return false;
    }
    ShardLogs& logs = logs_of(which.partition);
    co_await logs.shard.enter_if_away();
    if (auto open = logs.open.find(which.partition); open != logs.open.end())
        open->second.aside = ClosedLog::Aside::yes;
    if (auto closed = logs.closed.find(which.partition); closed != logs.closed.end())
        closed->second.aside = ClosedLog::Aside::yes;
    co_await home().enter_if_away();
    co_return true;
}

} // namespace riacho::storage
