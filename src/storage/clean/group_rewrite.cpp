#include "storage/clean/group_rewrite.hpp"

#include "base/log.hpp"
#include "storage/clean/segment_swap.hpp"

#include <limits>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger   rewrite_logger{"storage"};
constexpr std::uint64_t cleaned_bytes_max = std::numeric_limits<std::int32_t>::max();

} // namespace

GroupRewrite::GroupRewrite(Input input)
    : in_(std::move(input)), cleaned_(in_.disk, in_.folder, in_.base, cleaned_suffix) {
    std::erase_if(in_.sources, [](const Source& source) { return source.bytes == 0; });
}

Task<Outcome<GroupRewrite::Slice, CleanError>> GroupRewrite::slice() {
    if (!is_created_) {
        is_created_ = true;
        co_await cleaned_.create();
    }
    if (!reader_) {
        if (next_source_ == in_.sources.size()) co_return Slice{0, Slice::Then::done};
        const Source& source = in_.sources[next_source_++];
        reader_ = std::make_unique<BatchReader>(in_.disk, source.path, source.bytes, in_.piece_bytes);
    }
    Bytes              piece = co_await reader_->next();
    std::vector<Bytes> kept;
    auto               filtered = filter(piece, kept);
    if (!filtered) co_return fail(filtered.error().code, reader_->path() + ": " + filtered.error().detail);
    if (reader_->is_at_end()) reader_.reset();
    std::uint64_t written = co_await write(std::move(kept));
    if (cleaned_.info().bytes > cleaned_bytes_max)
        co_return fail(CleanError::damaged, cleaned_.path() + " would be larger than a segment can be");
    bool is_done = !reader_ && next_source_ == in_.sources.size();
    co_return Slice{piece.size() + written, is_done ? Slice::Then::done : Slice::Then::more};
}

/// Whether its header is needed for its producer's sake.
WhenEmpty GroupRewrite::carries_sequence(const kafka::BatchView& batch) const {
    auto last = batch.has_producer() ? in_.producers.find(batch.producer_id()) : in_.producers.end();
    bool is_last = last != in_.producers.end() && last->second == batch.last_offset();
    return is_last ? WhenEmpty::keep_header : WhenEmpty::drop;
}

Outcome<void, CleanError> GroupRewrite::filter(const Bytes& piece, std::vector<Bytes>& kept) {
    bool               is_last_piece = reader_->is_at_end() && next_source_ == in_.sources.size();
    kafka::BatchCursor cursor(piece.view());
    while (auto batch = cursor.next()) {
        bool is_last = is_last_piece && cursor.rest().empty();
        auto when_empty = is_last ? WhenEmpty::keep_header : carries_sequence(*batch);
        TRY(Filtered filtered, filter_batch(*batch, in_.keys, in_.rules, when_empty));
        dropped_ += filtered.dropped;
        bool is_same =
            filtered.kind == Filtered::Kind::unchanged || filtered.kind == Filtered::Kind::left_alone;
        has_changed_ = has_changed_ || !is_same;
        if (is_same) kept.push_back(piece.slice(batch->view()));
        if (filtered.kind == Filtered::Kind::rewritten) kept.push_back(std::move(filtered.bytes));
        bool hides_keys = filtered.kind == Filtered::Kind::left_alone && !batch->attributes().is_control();
        if (hides_keys) in_.rules.tombstones = CleanRules::Tombstones::stay;
    }
    return {};
}

/// At most a MiB waits for a sync at a time: no sync of the write-ahead log finds more before it.
Task<std::uint64_t> GroupRewrite::write(std::vector<Bytes> batches) {
    std::vector<ByteView> views;
    std::uint64_t         bytes = 0;
    for (const Bytes& batch : batches) {
        views.push_back(batch.view());
        bytes += batch.size();
    }
    if (views.empty()) co_return 0;
    co_await cleaned_.append(std::move(views), in_.index_interval_bytes);
    bytes_since_sync_ += bytes;
    if (bytes_since_sync_ >= Segment::write_bytes_max) {
        co_await cleaned_.sync_log();
        bytes_since_sync_ = 0;
    }
    co_return bytes;
}

Task<> GroupRewrite::seal() {
    co_await cleaned_.seal();
    cleaned_.close();
}

Task<> GroupRewrite::discard() {
    if (!is_created_) co_return;
    try {
        co_await remove_cleaned(in_.disk, in_.folder, in_.base);
    } catch (const io::DiskError& error) {
        rewrite_logger.warn("not removed, the next start does: {}", error.what());
    }
}

} // namespace riacho::storage
