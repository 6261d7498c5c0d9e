// Compaction of one partition, on its shard: what may be touched, one pass over it, and the place of each
// group that was rewritten. The work on bytes is done on the pool thread, a piece at a time (storage/clean/).
#include "base/log.hpp"
#include "io/disk.hpp"
#include "storage/clean/batch_reader.hpp"
#include "storage/log/partition_log.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger cleaning_logger{"storage"};
constexpr std::size_t key_map_bytes_min = 1 << 20;
constexpr std::size_t index_entry_bytes = 8;

struct NotedPiece {
    std::uint64_t bytes = 0;
    Offset        until{0};
    enum class Then { more, end_of_segment, map_full } then = Then::more;
};

/// The keys of the next piece of a segment.
Task<Outcome<NotedPiece, CleanError>> note_piece(BatchReader& reader, Offset from, KeyMap& keys) {
    Bytes              piece = co_await reader.next();
    NotedPiece         noted{piece.size(), from};
    kafka::BatchCursor cursor(piece.view());
    while (auto batch = cursor.next()) {
        if (batch->last_offset() < from) continue;
        auto one = note_keys(*batch, from, keys);
        if (!one) co_return fail(one.error().code, reader.path() + ": " + one.error().detail);
        noted.until = one->until;
        if (one->room == NotedKeys::Room::left) continue;
        noted.then = NotedPiece::Then::map_full;
        co_return noted;
    }
    if (reader.is_at_end()) noted.then = NotedPiece::Then::end_of_segment;
    co_return noted;
}

/// The first segment with an index of aborted transactions: nothing from there on is compacted.
Task<Offset> first_transaction_index(io::Disk& disk, std::string folder, Offset limit) {
    for (const std::string& name : co_await disk.list(folder))
        if (name.ends_with(".txnindex"))
            for (Offset base{0}; auto digit : name) {
                if (digit < '0' || digit > '9') {
                    limit = std::min(limit, base);
                    break;
                }
                base.value = base.value * 10 + (digit - '0');
            }
    co_return limit;
}

Task<LastOffsets> last_offsets_of(const LogFiles& files) { co_return files.last_offsets(); }

} // namespace

struct PartitionLog::Pass {
    CleanerOptions                options;
    Offset                        from{0};  ///< the first dirty offset
    std::vector<PublishedSegment> segments; ///< all that may be touched
    KeyMap                        keys;
    CleanRules                    rules;
    LastOffsets                   producers = {};
    std::uint64_t                 dropped = 0;
};

/// What lies wholly below the log start waits for its removal.
std::vector<SegmentToClean> PartitionLog::segments_to_clean() const {
    std::vector<SegmentToClean> segments;
    for (const PublishedSegment& at : segments_)
        if (at.info.end > log_start_) segments.push_back(to_clean(at.info));
    return segments;
}

SegmentToClean PartitionLog::to_clean(const SegmentInfo& info) const {
    std::uint64_t index_entries = info.bytes / std::max(place_.options.index_interval_bytes, 1u);
    return {info.base,         info.end, info.bytes, index_entries * index_entry_bytes, info.first_timestamp,
            info.max_timestamp};
}

/// Neither what a recovery would cut or read, nor what takes batches.
Offset PartitionLog::clean_limit() const { return std::min(clean_below_, clean_limit_after_checkpoint()); }

Offset PartitionLog::clean_limit_after_checkpoint() const {
    if (segments_.empty()) return {0};
    const SegmentInfo& last = segments_.back().info;
    Offset             limit = last.end == rolled_until_ ? last.end : last.base;
    if (place_.options.keeps_snapshot) limit = std::min(limit, snapshot_until_);
    for (const auto& [frame, segment_base] : externals_) limit = std::min(limit, segment_base);
    return limit;
}

/// Of the first dirty segment, where the longest lag depends on it.
Task<> PartitionLog::learn_first_timestamp() {
    for (const PublishedSegment& at : segments_) {
        if (at.info.end <= std::max(log_start_, cleaned_until_)) continue;
        if (at.info.first_timestamp.ms >= 0 || at.info.bytes == 0) co_return;
        SegmentPtr segment = at.segment;
        Timestamp  first = co_await on_pool(segment->read_first_timestamp());
        auto       again = std::ranges::find(segments_, segment, &PublishedSegment::segment);
        if (again != segments_.end()) again->info.first_timestamp = first;
        co_return;
    }
}

Task<CleanState> PartitionLog::clean_state() {
    shard_.check_here();
    const LogOptions& options = place_.options;
    if (!options.is_compacted || !is_cleanable_ || refusal()) co_return CleanState{};
    try {
        co_await roll_if_old();
        if (options.max_compaction_lag_ms != std::chrono::milliseconds::max())
            co_await learn_first_timestamp();
    } catch (const io::DiskError& error) { end_cleaning(error.what()); }
    CleanBounds bounds{log_start_, cleaned_until_, clean_limit(), place_.world.clock.wall()};
    auto        segments = segments_to_clean();
    CleanState  state{look_at(segments, bounds, options)};
    bounds.limit = clean_limit_after_checkpoint();
    if (state.now.is_worth_it(options))
        state.then = CleanState::Then::clean;
    else if (look_at(segments, bounds, options).is_worth_it(options))
        state.then = CleanState::Then::checkpoint_first;
    co_return state;
}

Task<> PartitionLog::clean(CleanerOptions options) {
    shard_.check_here();
    Turn cleaning = co_await cleaning_.lock();
    if (!place_.options.is_compacted || !is_cleanable_ || refusal() || !files_) co_return;
    std::string failure;
    try {
        co_await start_pass(options);
    } catch (const io::DiskError& error) {
        // A full disk, or too many open files, leave all as it is; the next look tries again.
        if (!error.is_full() && !is_passing(error)) failure = error.what();
    }
    if (!failure.empty()) end_cleaning(failure);
}

Task<> PartitionLog::start_pass(CleanerOptions options) {
    Timestamp   now = place_.world.clock.wall();
    CleanBounds bounds{log_start_, cleaned_until_, clean_limit(), now};
    if (look_at(segments_to_clean(), bounds, place_.options).dirty_bytes == 0) co_return;
    bounds.limit = co_await on_pool(first_transaction_index(place_.world.disk, place_.folder, bounds.limit));
    Cleanable found = look_at(segments_to_clean(), bounds, place_.options);
    if (found.dirty_bytes == 0 || refusal() || !files_) co_return;
    std::size_t map_bytes =
        std::min<std::size_t>(options.dedupe_buffer_bytes, key_map_bytes_min + 2 * found.dirty_bytes);
    auto memory = place_.world.memory.try_charge(map_bytes);
    if (!memory) co_return;
    Pass pass{.options = options,
              .from = found.from,
              .segments = {},
              .keys = KeyMap(map_bytes, place_.world.random.bits()),
              .rules = {.until = found.from,
                        .now = now,
                        .delete_retention_ms = place_.options.delete_retention_ms}};
    for (const PublishedSegment& at : segments_)
        if (at.info.end > log_start_ && pass.segments.size() < found.segments) pass.segments.push_back(at);
    co_await run_pass(pass);
}

Task<> PartitionLog::run_pass(Pass& pass) {
    if (!co_await note_dirty_keys(pass)) co_return;
    std::erase_if(pass.segments,
                  [&](const PublishedSegment& at) { return at.info.base >= pass.rules.until; });
    pass.producers = co_await on_pool(last_offsets_of(*files_));
    std::vector<SegmentToClean> segments;
    for (const PublishedSegment& at : pass.segments) segments.push_back(to_clean(at.info));
    std::uint64_t before = size_bytes();
    auto          next = pass.segments.begin();
    for (std::size_t count : group_segments(segments, place_.options)) {
        Group group(next, next + static_cast<std::ptrdiff_t>(count));
        next += static_cast<std::ptrdiff_t>(count);
        if (!co_await rewrite_group(pass, std::move(group))) co_return;
    }
    cleaned_until_ = pass.rules.until;
    cleaning_logger.info("compacted, folder={} until={} records={} bytes={}", place_.folder,
                         cleaned_until_.value, pass.dropped, before - std::min(before, size_bytes()));
}

/// False when the pass ends here.
Task<bool> PartitionLog::note_dirty_keys(Pass& pass) {
    for (const PublishedSegment& at : pass.segments) {
        if (at.info.end <= pass.from || at.info.bytes == 0) continue;
        BatchReader reader(place_.world.disk, at.segment->path(), at.info.bytes,
                           pass.options.io_buffer_bytes);
        for (auto then = NotedPiece::Then::more; then == NotedPiece::Then::more;) {
            Time began = shard_.now();
            auto noted = co_await on_pool(note_piece(reader, pass.from, pass.keys));
            if (!noted) {
                end_cleaning(noted.error().detail);
                co_return false;
            }
            then = noted->then;
            if (then == NotedPiece::Then::map_full) {
                pass.rules.until = noted->until;
                co_return true;
            }
            if (!co_await pause_cleaning(pass.options, began, noted->bytes)) co_return false;
        }
    }
    pass.rules.until = pass.segments.back().info.end;
    co_return true;
}

/// False when the pass ends here.
Task<bool> PartitionLog::rewrite_group(Pass& pass, Group group) {
    GroupRewrite::Input input{.disk = place_.world.disk,
                              .folder = place_.folder,
                              .base = group.front().info.base,
                              .sources = {},
                              .keys = pass.keys,
                              .producers = pass.producers,
                              .rules = pass.rules,
                              .index_interval_bytes = place_.options.index_interval_bytes,
                              .piece_bytes = pass.options.io_buffer_bytes};
    std::uint64_t       bytes = 0;
    for (const PublishedSegment& at : group) {
        input.sources.push_back({at.segment->path(), at.info.bytes});
        bytes += at.info.bytes;
    }
    // Both are there for a while. What is kept for batches is not used for it.
    DiskSpace* space = place_.space;
    if (space && !space->admits(bytes, SpaceUse::clients)) co_return false;
    if (space) space->take(bytes);
    GroupRewrite                 rewrite(std::move(input));
    std::optional<io::DiskError> failure;
    bool                         is_written = false;
    try {
        is_written = co_await run_slices(pass, rewrite);
    } catch (const io::DiskError& error) { failure = error; }
    bool is_same = is_written && !rewrite.has_changed() && group.size() == 1;
    if (is_written && !is_same) is_written = co_await swap_group(std::move(group));
    if ((!is_written || is_same) && !is_offline_) co_await on_pool(rewrite.discard());
    if (space) space->wrote(bytes);
    if (failure) throw io::DiskError(*failure);
    pass.rules.tombstones = rewrite.tombstones();
    pass.dropped += rewrite.dropped();
    co_return is_written;
}

Task<bool> PartitionLog::run_slices(Pass& pass, GroupRewrite& rewrite) {
    for (auto then = GroupRewrite::Slice::Then::more; then == GroupRewrite::Slice::Then::more;) {
        Time began = shard_.now();
        auto slice = co_await on_pool(rewrite.slice());
        if (!slice) {
            end_cleaning(slice.error().detail);
            co_return false;
        }
        then = slice->then;
        if (!co_await pause_cleaning(pass.options, began, slice->bytes)) co_return false;
    }
    co_await on_pool(rewrite.seal());
    co_return true;
}

/// False when the group is no more what it was: retention was faster, the log ends, or is not compacted any
/// more.
Task<bool> PartitionLog::swap_group(Group group) {
    Turn turn = co_await file_turn_.lock();
    auto first = std::ranges::find(segments_, group.front().segment, &PublishedSegment::segment);
    auto at = first - segments_.begin();
    auto count = static_cast<std::ptrdiff_t>(group.size());
    if (refusal() || !files_ || !place_.options.is_compacted || segments_.end() - first < count)
        co_return false;
    std::vector<SegmentPtr> replaced;
    for (const PublishedSegment& one : group) replaced.push_back(one.segment);
    if (!std::ranges::equal(replaced, std::ranges::subrange(first, first + count), {}, {},
                            &PublishedSegment::segment))
        co_return false;
    auto swapped = co_await on_pool(files_->swap(std::move(replaced), job()));
    if (swapped.failure) {
        go_offline(swapped.failure->text);
        co_return false;
    }
    PublishedSegment made{swapped.segment, swapped.segment->info()};
    made.info.first_timestamp = group.front().info.first_timestamp;
    segments_[static_cast<std::size_t>(at)] = std::move(made);
    segments_.erase(segments_.begin() + at + 1, segments_.begin() + at + count);
    co_return true;
}

/// As long as the work took, so that at most half of a pool thread is ever used, and longer where the options
/// say so. False when cleaning ends.
Task<bool> PartitionLog::pause_cleaning(const CleanerOptions& options, Time began, std::uint64_t bytes) {
    constexpr double longest_s = 3600;
    double seconds = std::min(static_cast<double>(bytes) / options.io_bytes_per_second_max, longest_s);
    auto   by_rate = std::chrono::duration_cast<Time>(std::chrono::duration<double>(seconds));
    Time   took = shard_.now() - began;
    bool   ends = co_await cleaning_ends_.wait_until(began + std::max(took + took, by_rate));
    co_return !ends && !refusal() && place_.options.is_compacted; // the topic may have been altered
}

/// Until the next start, as Kafka's cleaner; the partition serves on.
void PartitionLog::end_cleaning(const std::string& why) {
    is_cleanable_ = false;
    cleaning_logger.error("no more compaction until the next start, folder={}: {}", place_.folder, why);
}

} // namespace riacho::storage
