#include "base/log.hpp"
#include "io/disk.hpp"
#include "storage/log/log_loader.hpp"
#include "storage/log/partition_log.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/core.h>
#include <utility>

namespace riacho::storage {

namespace {

struct OpenedFiles {
    LogFiles::Loaded loaded;
    RecoveryPoint    point;
};

/// A full disk, or too many open files, say nothing about this partition.
bool is_of_the_partition(const io::DiskError& error) { return !error.is_full() && !is_passing(error); }

Task<Outcome<OpenedFiles, LogDamage>> open_files(LogLoader::Input input, Recovered recovered,
                                                 std::vector<ReplayedEntry> replay) {
    std::string failure;
    try {
        LogLoader loader(std::move(input), std::move(recovered));
        CO_TRY(LogFiles::Loaded loaded, co_await loader.load(std::move(replay)));
        co_return OpenedFiles{std::move(loaded), loader.point()};
    } catch (const io::DiskError& error) {
        if (!is_of_the_partition(error)) throw;
        failure = error.what();
    }
    co_return fail(LogDamage::unreadable, std::move(failure));
}

/// Nothing of it was ever written out: it begins at 0, with what is replayed.
bool is_all_in_log(const Recovered& recovered) {
    return recovered.folder == Recovered::Folder::none && !recovered.point &&
           recovered.producer_state.empty();
}

PartitionLog::Opened opened_log(const Log::Place& place, const Recovered& recovered, OpenedFiles files) {
    PartitionLog::Opened opened;
    for (const SegmentPtr& segment : files.loaded.segments)
        opened.segments.push_back({segment, segment->info()});
    opened.log_start = recovered.log_start;
    opened.end = files.loaded.end;
    opened.point = files.point;
    if (!files.loaded.producers.is_empty())
        opened.producer_state = files.loaded.producers.snapshot(ProducerStates::Detail::all_batches);
    opened.files =
        std::make_unique<LogFiles>(LogFiles::Place{place.world.disk, place.folder, place.partition});
    opened.files->load(std::move(files.loaded));
    return opened;
}

/// docs/durability.md, "Recovery", 5, the entries. Gives the log start.
Outcome<Offset, LogDamage> replay_entries(PartitionLog& log, const std::vector<ReplayedEntry>& replay,
                                          Recovered::Gaps gaps) {
    Offset start = log.log_start();
    for (const ReplayedEntry& replayed : replay) {
        const Entry& entry = replayed.entry;
        if (entry.kind == EntryKind::log_start) start = std::max(start, entry.base_offset);
        if (entry.kind == EntryKind::external_batch)
            if (auto at = decode_external_batch(entry.bytes.view()))
                log.note_external(replayed.frame, at->segment_base);
        if (entry.kind == EntryKind::external_batch && entry.base_offset >= log.end())
            return fail(LogDamage::replay_gap, fmt::format("an external batch at {} lies behind the end, {}",
                                                           entry.base_offset.value, log.end().value));
        if (entry.kind != EntryKind::batch) continue;
        auto batch = kafka::BatchView::first(entry.bytes.view());
        if (!batch || batch->base_offset() != entry.base_offset)
            return fail(LogDamage::unreadable,
                        fmt::format("the entry at {} is no batch", entry.base_offset.value));
        if (batch->last_offset() < log.end()) continue;
        if (entry.base_offset > log.end() && gaps == Recovered::Gaps::move_the_end)
            log.skip_to(entry.base_offset);
        if (entry.base_offset != log.end())
            return fail(LogDamage::replay_gap,
                        fmt::format("a batch of offsets {} to {} meets the end at {}",
                                    entry.base_offset.value, batch->last_offset().value, log.end().value));
        log.replay(replayed);
    }
    return start;
}

} // namespace

Task<Outcome<std::unique_ptr<Log>, LogDamage>> open_log(Log::Place place, Recovered recovered,
                                                        std::vector<ReplayedEntry> replay) {
    place.shard.check_here();
    LogLoader::Input input{place.world.disk, place.folder, place.partition, place.options,
                           place.world.clock.wall()};
    io::Shard&       thread = place.world.pool.thread_for(std::hash<TopicPartition>{}(place.partition));
    OpenedFiles      files;
    files.loaded.is_sealed = true; // the first batch opens a segment
    if (!is_all_in_log(recovered)) {
        CO_TRY(files,
               co_await io::run_on(thread, place.shard, open_files(std::move(input), recovered, replay)));
    }
    auto opened = opened_log(place, recovered, std::move(files));
    auto log = std::make_unique<PartitionLog>(std::move(place), std::move(opened));
    CO_TRY(Offset start, replay_entries(*log, replay, recovered.gaps));
    if (log->end() < recovered.ends_at_least) start = std::max(start, recovered.ends_at_least);
    log->finish_replay(start);
    co_return std::unique_ptr<Log>(std::move(log));
}

} // namespace riacho::storage
