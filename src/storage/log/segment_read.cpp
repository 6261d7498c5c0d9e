#include "storage/log/segment.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace riacho::storage {

namespace {

constexpr std::size_t hints_max = 4;

} // namespace

void Segment::remember(Offset offset, std::uint64_t position) {
    auto same = std::ranges::find(hints_, offset, &Hint::offset);
    if (same != hints_.end()) return;
    if (hints_.size() < hints_max)
        hints_.push_back({offset, position});
    else
        hints_[next_hint_++ % hints_max] = {offset, position};
}

/// Where the index says that `offset` is or comes later; the beginning where no such batch is there, for an
/// index has no checksum.
Task<std::uint64_t> Segment::begin_for(Offset offset, std::uint64_t bytes) {
    auto place = co_await indexes_.place_of(offset);
    if (place.position == 0) co_return 0;
    auto         file = co_await log_.open();
    BatchScanner scanner(file, {place.position, bytes}, BatchScanner::near_bytes);
    auto         there = co_await scanner.next();
    co_return there && there->base <= *place.reaches ? place.position : 0;
}

Task<std::optional<Segment::Found>> Segment::find(SegmentBounds bounds) {
    std::uint64_t from = 0;
    auto          hint = std::ranges::find(hints_, bounds.from, &Hint::offset);
    if (hint != hints_.end())
        from = hint->position;
    else
        from = co_await begin_for(bounds.from, bounds.bytes);
    auto         file = co_await log_.open();
    BatchScanner scanner(file, {from, bounds.bytes}, BatchScanner::near_bytes);
    while (auto found = co_await scanner.next()) {
        if (found->base >= bounds.below) co_return std::nullopt;
        if (found->last >= bounds.from) co_return found;
    }
    if (!scanner.is_at_end()) throw io::DiskError("find a batch in", path(), EIO);
    co_return std::nullopt;
}

Task<Bytes> Segment::load(std::uint64_t position, std::size_t size) {
    auto file = co_await log_.open();
    co_return co_await read_exactly(file, path(), position, std::make_shared<Buffer>(size));
}

Task<ReadResult> Segment::read(SegmentBounds bounds, ReadRoom room) {
    auto first = co_await find(bounds);
    if (!first) co_return ReadResult{{}, bounds.from};
    if (first->size > room.first_max) co_return ReadResult{{}, bounds.from, first->size};
    std::uint64_t wanted = std::max<std::uint64_t>(first->size, room.bytes_max);
    auto          size = static_cast<std::size_t>(std::min(bounds.bytes - first->position, wanted));
    Bytes         bytes = co_await load(first->position, size);

    kafka::BatchCursor cursor(bytes.view());
    std::size_t        whole = 0;
    Offset             next = bounds.from;
    while (auto batch = cursor.next()) {
        // Where it does not go on it is damaged: checksums are not looked at, and none covers the offset.
        bool goes_on = batch->base_offset() >= next || whole == 0;
        if (!goes_on || batch->next_offset() <= batch->base_offset()) break;
        if (batch->base_offset() >= bounds.below) break;
        whole += batch->size();
        next = batch->next_offset();
    }
    if (whole == 0) throw io::DiskError("read a batch of", path(), EIO);
    remember(next, first->position + whole);
    co_return ReadResult{bytes.slice(0, whole), next};
}

Task<std::optional<Bytes>> Segment::batch_at(SegmentBounds bounds) {
    auto found = co_await find(bounds);
    if (!found) co_return std::nullopt;
    co_return co_await load(found->position, found->size);
}

Task<std::optional<Bytes>> Segment::batch_with_timestamp(SegmentBounds bounds, Timestamp at) {
    Offset       before = co_await indexes_.last_offset_before(at);
    auto         from = co_await begin_for(std::max(before, bounds.from), bounds.bytes);
    auto         file = co_await log_.open();
    BatchScanner scanner(file, {from, bounds.bytes}, BatchScanner::far_bytes);
    while (auto found = co_await scanner.next()) {
        if (found->base >= bounds.below) co_return std::nullopt;
        if (found->last >= bounds.from && found->max_timestamp >= at)
            co_return co_await load(found->position, found->size);
    }
    if (!scanner.is_at_end()) throw io::DiskError("find a batch in", path(), EIO);
    co_return std::nullopt;
}

} // namespace riacho::storage
