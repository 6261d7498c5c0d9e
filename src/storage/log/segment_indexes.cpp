#include "storage/log/segment_indexes.hpp"

#include "codec/endian.hpp"
#include "storage/log/log.hpp"

#include <algorithm>

namespace riacho::storage {

namespace {

constexpr std::size_t offset_entry_bytes = 8;
constexpr std::size_t time_entry_bytes = 12;
constexpr std::size_t verified_at_once = 8192;

struct OffsetEntry {
    std::int32_t offset = -1; // relative
    std::int32_t position = 0;
};
struct TimeEntry {
    std::int64_t timestamp = -1;
    std::int32_t offset = -1; // relative
};

OffsetEntry load_offset_entry(const std::byte* from) {
    return {load_big<std::int32_t>(from), load_big<std::int32_t>(from + 4)};
}
TimeEntry load_time_entry(const std::byte* from) {
    return {load_big<std::int64_t>(from), load_big<std::int32_t>(from + 8)};
}

} // namespace

SegmentIndexes::SegmentIndexes(io::Disk& disk, const std::string& folder, Offset base,
                               std::string_view suffix)
    : base_(base),
      offsets_(disk, segment_path(folder, base, ".index") + std::string(suffix), offset_entry_bytes),
      times_(disk, segment_path(folder, base, ".timeindex") + std::string(suffix), time_entry_bytes),
      max_timestamp_offset_(base) {}

void SegmentIndexes::note(const PlacedBatch& batch, std::uint32_t interval_bytes) {
    if (batch.max_timestamp > max_timestamp_) {
        max_timestamp_ = batch.max_timestamp;
        max_timestamp_offset_ = batch.last;
    }
    if (bytes_since_entry_ > interval_bytes) {
        std::byte entry[offset_entry_bytes];
        store_big(entry, static_cast<std::int32_t>(batch.last.value - base_.value));
        store_big(entry + 4, static_cast<std::int32_t>(batch.position));
        offsets_.append(entry);
        append_time();
        bytes_since_entry_ = 0;
    }
    bytes_since_entry_ += batch.size;
}

void SegmentIndexes::append_time() {
    if (max_timestamp_ <= last_time_entry_) return;
    std::byte entry[time_entry_bytes];
    store_big(entry, max_timestamp_.ms);
    store_big(entry + 8, static_cast<std::int32_t>(max_timestamp_offset_.value - base_.value));
    times_.append(entry);
    last_time_entry_ = max_timestamp_;
}

void SegmentIndexes::finish() { append_time(); }

Task<> SegmentIndexes::flush() {
    co_await offsets_.flush();
    co_await times_.flush();
}

Task<> SegmentIndexes::sync() {
    co_await offsets_.sync();
    co_await times_.sync();
}

Task<> SegmentIndexes::create() {
    co_await offsets_.create();
    co_await times_.create();
}

Task<> SegmentIndexes::pin() {
    co_await offsets_.pin();
    co_await times_.pin();
}

void SegmentIndexes::close() {
    offsets_.close();
    times_.close();
}

Task<SegmentIndexes::Place> SegmentIndexes::place_of(Offset offset) {
    std::int64_t relative = offset.value - base_.value;
    auto below = [relative](const std::byte* entry) { return load_offset_entry(entry).offset <= relative; };
    std::size_t count = co_await offsets_.count_before(below);
    Place       place = co_await place_at(count);
    // Entries that do not rise can make the search end anywhere.
    co_return place.reaches && *place.reaches <= offset ? place : Place{};
}

/// Of the last of `count` entries.
Task<SegmentIndexes::Place> SegmentIndexes::place_at(std::size_t count) {
    if (count == 0) co_return Place{};
    auto entry = co_await offsets_.read(count - 1, 1);
    if (entry.empty()) co_return Place{};
    OffsetEntry last = load_offset_entry(entry.data());
    if (last.position <= 0) co_return Place{};
    co_return Place{static_cast<std::uint64_t>(last.position), Offset{base_.value + last.offset}};
}

Task<Offset> SegmentIndexes::last_offset_before(Timestamp at) {
    auto        below = [at](const std::byte* entry) { return load_time_entry(entry).timestamp < at.ms; };
    std::size_t count = co_await times_.count_before(below);
    if (count == 0) co_return Offset{base_.value - 1};
    auto entry = co_await times_.read(count - 1, 1);
    if (entry.empty()) co_return Offset{base_.value - 1};
    co_return Offset{base_.value + load_time_entry(entry.data()).offset};
}

Task<std::size_t> SegmentIndexes::trusted_offsets(Offset end, std::uint64_t bytes) {
    OffsetEntry last;
    for (std::size_t at = 0; at < offsets_.count();) {
        auto block = co_await offsets_.read(at, verified_at_once);
        if (block.empty()) co_return at;
        for (std::size_t i = 0; i < block.size(); i += offset_entry_bytes, ++at) {
            OffsetEntry entry = load_offset_entry(block.data() + i);
            bool        rises = entry.offset > last.offset && entry.position > last.position;
            bool        fits =
                base_.value + entry.offset < end.value && static_cast<std::uint64_t>(entry.position) < bytes;
            if (!rises || !fits) co_return at;
            last = entry;
        }
    }
    co_return offsets_.count();
}

Task<std::size_t> SegmentIndexes::trusted_times(Offset end) {
    TimeEntry last;
    for (std::size_t at = 0; at < times_.count();) {
        auto block = co_await times_.read(at, verified_at_once);
        if (block.empty()) co_return at;
        for (std::size_t i = 0; i < block.size(); i += time_entry_bytes, ++at) {
            TimeEntry entry = load_time_entry(block.data() + i);
            bool      rises = entry.offset > last.offset && entry.timestamp > last.timestamp;
            if (!rises || base_.value + entry.offset >= end.value) co_return at;
            last = entry;
        }
    }
    co_return times_.count();
}

Task<> SegmentIndexes::take_last_time(std::size_t count) {
    max_timestamp_ = {};
    max_timestamp_offset_ = base_;
    if (count > 0) {
        auto block = co_await times_.read(count - 1, 1);
        if (!block.empty()) {
            TimeEntry entry = load_time_entry(block.data());
            max_timestamp_ = {entry.timestamp};
            max_timestamp_offset_ = {base_.value + entry.offset};
        }
    }
    last_time_entry_ = max_timestamp_;
}

Task<SegmentIndexes::Place> SegmentIndexes::repair(Offset end, std::uint64_t bytes) {
    co_await offsets_.load();
    co_await times_.load();
    std::size_t offsets = co_await trusted_offsets(end, bytes);
    std::size_t times = co_await trusted_times(end);
    co_await take_last_time(times);

    // The tail of either file may be lost: only what both have seen is known, the rest is scanned again.
    std::int64_t reach = times == 0 ? -1 : max_timestamp_offset_.value - base_.value;
    co_await offsets_.cut(offsets);
    auto known = [reach](const std::byte* entry) { return load_offset_entry(entry).offset <= reach; };
    offsets = co_await offsets_.count_before(known);
    co_await offsets_.cut(offsets);
    co_await times_.cut(times);
    bytes_since_entry_ = 0;
    co_return co_await place_at(offsets);
}

Task<> SegmentIndexes::forget() {
    co_await offsets_.cut(0);
    co_await times_.cut(0);
    co_await take_last_time(0);
    bytes_since_entry_ = 0;
}

Task<bool> SegmentIndexes::load_closed(Offset end, std::uint64_t bytes) {
    co_await offsets_.load();
    co_await times_.load();
    co_await take_last_time(times_.count());
    if (times_.count() == 0) co_return false;
    if (max_timestamp_offset_ >= end || max_timestamp_offset_ < base_) co_return false;
    if (offsets_.count() == 0) co_return true;
    auto block = co_await offsets_.read(offsets_.count() - 1, 1);
    if (block.empty()) co_return false;
    OffsetEntry last = load_offset_entry(block.data());
    co_return last.position > 0 &&
        static_cast<std::uint64_t>(last.position) < bytes&& base_.value + last.offset < end.value;
}

} // namespace riacho::storage
