#include "storage/log/segment.hpp"

#include "base/check.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace riacho::storage {

namespace {

constexpr log::Logger segment_logger{"storage"};

constexpr std::array<std::string_view, 5> segment_suffixes{".log", ".index", ".timeindex", ".txnindex",
                                                           ".snapshot"};

} // namespace

Segment::Segment(io::Disk& disk, std::string folder, Offset base, std::string_view suffix)
    : disk_(disk), folder_(std::move(folder)),
      log_(disk, segment_path(folder_, base, ".log") + std::string(suffix)),
      indexes_(disk, folder_, base, suffix) {
    info_.base = base;
    info_.end = base;
    info_.max_timestamp_offset = base;
}

Task<> Segment::create() {
    auto file = co_await log_.open(io::OpenMode::create);
    is_dirty_ = true;
    log_.will_write();
    if (co_await file->size() > 0) co_await file->truncate(0);
    co_await indexes_.repair(info_.base, 0);
}

Task<std::uint64_t> Segment::file_bytes() {
    auto file = co_await log_.open();
    co_return co_await file->size();
}

Task<Outcome<void, LogDamage>> Segment::load_closed(Offset end, std::uint32_t index_interval_bytes) {
    info_.end = end;
    info_.bytes = co_await file_bytes();
    if (!co_await indexes_.load_closed(end, info_.bytes)) {
        auto from = co_await indexes_.repair(end, info_.bytes);
        auto scanned = co_await scan_into_indexes(from, index_interval_bytes);
        if (!scanned) co_return scanned;
        co_await seal();
    }
    info_.max_timestamp = indexes_.max_timestamp();
    info_.max_timestamp_offset = indexes_.max_timestamp_offset();
    close();
    co_return {};
}

Task<Outcome<void, LogDamage>> Segment::load_last(Offset end, std::uint64_t bytes,
                                                  std::uint32_t index_interval_bytes) {
    std::uint64_t in_file = co_await file_bytes();
    if (in_file < bytes) {
        co_return fail(LogDamage::segment_shorter_than_point,
                       path() + " has " + std::to_string(in_file) + " bytes of " + std::to_string(bytes));
    }
    auto file = co_await log_.open();
    if (in_file > bytes) {
        log_.will_write();
        co_await file->truncate(bytes);
        co_await log_.sync();
    }
    info_.bytes = bytes;
    info_.end = end;
    auto from = co_await indexes_.repair(end, bytes);
    auto scanned = co_await scan_into_indexes(from, index_interval_bytes);
    if (!scanned) co_return scanned;
    info_.max_timestamp = indexes_.max_timestamp();
    info_.max_timestamp_offset = indexes_.max_timestamp_offset();
    BatchScanner scanner(file, {0, bytes}, BatchScanner::near_bytes);
    if (auto first = co_await scanner.next()) info_.first_timestamp = first->max_timestamp;
    co_return {};
}

/// An index has no checksum: where the segment is not as it says, the segment is believed.
Task<Outcome<void, LogDamage>> Segment::scan_into_indexes(SegmentIndexes::Place from,
                                                          std::uint32_t         interval) {
    auto         file = co_await log_.open();
    BatchScanner scanner(file, {from.position, info_.bytes}, BatchScanner::far_bytes);
    Offset       next = info_.base;
    bool         is_led_astray = false;
    while (auto found = co_await scanner.next()) {
        is_led_astray = found->position == from.position && from.reaches && found->base > *from.reaches;
        if (is_led_astray) break;
        indexes_.note({found->position, found->size, found->last, found->max_timestamp}, interval);
        next = found->last.next();
    }
    if (is_led_astray || !scanner.is_at_end() || next > info_.end) {
        if (from.position > 0) {
            segment_logger.warn("{} is not where its index says, which is made anew", path());
            co_await indexes_.forget();
            co_return co_await scan_into_indexes({}, interval);
        }
        co_return fail(LogDamage::unreadable,
                       path() + " has no valid batch at " + std::to_string(scanner.position()));
    }
    co_await indexes_.flush();
    co_return {};
}

Task<> Segment::append(std::vector<ByteView> batches, std::uint32_t index_interval_bytes) {
    co_await write(batches);
    for (ByteView bytes : batches) count_in(*kafka::BatchView::first(bytes), index_interval_bytes);
}

Task<> Segment::write(std::vector<ByteView> pieces) {
    auto                  file = co_await log_.open();
    std::uint64_t         at = info_.bytes;
    std::vector<ByteView> part;
    std::size_t           part_bytes = 0;
    is_dirty_ = true;
    log_.will_write();
    for (std::size_t i = 0; i < pieces.size();) {
        ByteView piece = pieces[i].first(std::min(pieces[i].size(), write_bytes_max - part_bytes));
        pieces[i] = pieces[i].subspan(piece.size());
        if (pieces[i].empty()) ++i;
        bool is_joined = !part.empty() && part.back().data() + part.back().size() == piece.data();
        if (is_joined)
            part.back() = {part.back().data(), part.back().size() + piece.size()};
        else
            part.push_back(piece);
        part_bytes += piece.size();
        if (part_bytes < write_bytes_max && i < pieces.size()) continue;
        co_await file->write(at, std::exchange(part, {}));
        file->start_writing(at, part_bytes); // the checkpoint's sync is not to find all of it at once
        at += std::exchange(part_bytes, 0);
    }
}

void Segment::count_in(const kafka::BatchView& batch, std::uint32_t index_interval_bytes) {
    indexes_.note(
        {info_.bytes, static_cast<std::uint32_t>(batch.size()), batch.last_offset(), batch.max_timestamp()},
        index_interval_bytes);
    if (info_.bytes == 0) info_.first_timestamp = batch.max_timestamp();
    info_.bytes += batch.size();
    info_.end = batch.next_offset();
    info_.max_timestamp = indexes_.max_timestamp();
    info_.max_timestamp_offset = indexes_.max_timestamp_offset();
}

Task<> Segment::cut_back() {
    auto file = co_await log_.open();
    log_.will_write();
    co_await file->truncate(info_.bytes);
}

Task<> Segment::sync_log() {
    if (!is_dirty_) co_return;
    has_failed_sync_ = true; // until it has not
    co_await log_.sync();
    has_failed_sync_ = false;
    is_dirty_ = false;
}

Task<> Segment::sync_indexes() {
    co_await indexes_.sync();
    indexes_synced_at_ = info_.bytes;
}

Task<> Segment::seal() {
    co_await sync_log();
    indexes_.finish();
    co_await indexes_.create();
    co_await sync_indexes();
}

void Segment::close() {
    check(!is_dirty_, "a file is not closed before it is synced");
    log_.close();
    indexes_.close();
}

Task<> Segment::pin() {
    co_await log_.pin();
    co_await indexes_.pin();
}

Task<Timestamp> Segment::read_first_timestamp() {
    auto         file = co_await log_.open();
    BatchScanner scanner(file, {0, info_.bytes}, BatchScanner::near_bytes);
    auto         first = co_await scanner.next();
    co_return first ? first->max_timestamp : Timestamp{};
}

Task<> Segment::remove() {
    for (std::string_view suffix : segment_suffixes) {
        std::string name = segment_path(folder_, info_.base, suffix);
        if (!co_await disk_.exists(name)) continue;
        co_await disk_.rename(name, name + ".deleted");
        co_await disk_.remove(name + ".deleted");
    }
    log_.close();
    indexes_.close();
}

} // namespace riacho::storage
