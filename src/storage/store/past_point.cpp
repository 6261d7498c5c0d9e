#include "storage/store/past_point.hpp"

#include "kafka/batch/batch_view.hpp"
#include "storage/log/batch_scanner.hpp"
#include "storage/log/log_loader.hpp"
#include "storage/wal/salvage.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

namespace riacho::storage {
namespace {

/// The .log files from the point's segment on, with where to begin in each.
Task<std::vector<std::pair<std::string, std::uint64_t>>> logs_past(io::Disk& disk, std::string folder,
                                                                   RecoveryPoint point) {
    std::vector<std::pair<std::string, std::uint64_t>> logs;
    if (!co_await disk.exists(folder)) co_return logs;
    for (const std::string& name : co_await disk.list(folder)) {
        auto file = parse_segment_file(name);
        if (!file || file->suffix != ".log" || file->base < point.segment_base) continue;
        logs.emplace_back(folder + "/" + name, file->base == point.segment_base ? point.position : 0);
    }
    std::ranges::sort(logs);
    co_return logs;
}

/// Goes on behind a batch whose checksum is wrong, as long as lengths make sense.
Task<> scan_log(io::Disk& disk, std::string path, std::uint64_t from, std::vector<FoundBatch>& found) {
    std::shared_ptr<io::File> file = co_await disk.open(path, io::OpenMode::read);
    std::uint64_t             size = co_await file->size();
    BatchScanner              scanner(file, {from, std::max(from, size)}, BatchScanner::far_bytes);
    while (auto at = co_await scanner.next()) {
        Bytes bytes = co_await read_exactly(file, path, at->position, std::make_shared<Buffer>(at->size));
        auto  batch = kafka::BatchView::first(bytes.view());
        if (batch && batch->crc_matches())
            found.push_back({path, at->position, at->size, at->base, at->last});
    }
}

Task<ReplayedEntry> load_found(io::Disk& disk, FoundBatch found) {
    std::shared_ptr<io::File> file = co_await disk.open(found.path, io::OpenMode::read);
    ReplayedEntry             replayed;
    replayed.entry.base_offset = found.base;
    replayed.entry.bytes =
        co_await read_exactly(file, found.path, found.position, std::make_shared<Buffer>(found.size));
    replayed.frame = {1}; // of no frame that is left: the oldest there could be
    co_return replayed;
}

} // namespace

Task<std::vector<FoundBatch>> batches_past(io::Disk& disk, std::string folder, RecoveryPoint point) {
    std::vector<FoundBatch> found;
    for (const auto& [path, from] : co_await logs_past(disk, folder, point)) {
        try {
            co_await scan_log(disk, path, from, found);
        } catch (const io::DiskError&) {} // what was found before it counts
    }
    std::ranges::sort(found, {},
                      [](const FoundBatch& at) { return std::tuple(at.base, at.path, at.position); });
    co_return found;
}

Task<std::string> free_name(io::Disk& disk, Layout layout, std::string name) {
    co_await disk.make_folder(layout.lost_and_found());
    co_await disk.sync_folder(layout.folder);
    std::string to = fmt::format("{}/{}", layout.lost_and_found(), name);
    for (int i = 1; co_await disk.exists(to); ++i)
        to = fmt::format("{}/{}.{}", layout.lost_and_found(), name, i);
    co_return to;
}

Task<std::string> keep_what_is_cut(io::Disk& disk, Layout layout, std::string folder, RecoveryPoint point) {
    std::string to;
    for (const auto& [path, from] : co_await logs_past(disk, folder, point)) {
        auto file = co_await disk.open(path, io::OpenMode::read);
        if (co_await file->size() <= from) continue;
        if (to.empty()) {
            to = co_await free_name(disk, layout, folder.substr(folder.rfind('/') + 1));
            co_await disk.make_folder(to);
        }
        co_await copy_readable(disk, path, from,
                               fmt::format("{}/{}.from-{}", to, path.substr(path.rfind('/') + 1), from));
    }
    if (to.empty()) co_return to;
    co_await disk.sync_folder(to);
    co_await disk.sync_folder(layout.lost_and_found());
    co_return to;
}

Task<Merged> merge_found(io::Disk& disk, RecoveryPoint point, std::vector<ReplayedEntry> entries,
                         std::vector<FoundBatch> found) {
    Merged merged;
    Offset end = point.offset;
    auto   next = found.begin();
    auto   fill_up_to = [&](Offset limit) {
        std::vector<FoundBatch> filling;
        for (; next != found.end() && next->base < limit; ++next) {
            if (next->base < end || next->last >= limit) continue;
            if (next->base > end) merged.gaps.emplace_back(end, Offset{next->base.value - 1});
            end = next->last.next();
            filling.push_back(*next);
        }
        return filling;
    };
    for (ReplayedEntry& replayed : entries) {
        std::optional<kafka::BatchView> batch;
        if (replayed.entry.kind == EntryKind::batch)
            if (auto view = kafka::BatchView::first(replayed.entry.bytes.view())) batch = *view;
        if (replayed.entry.kind == EntryKind::external_batch) continue; // its bytes are gone
        if (batch && batch->base_offset() >= end) {
            for (FoundBatch& one : fill_up_to(batch->base_offset()))
                merged.entries.push_back(co_await load_found(disk, std::move(one)));
            if (batch->base_offset() > end)
                merged.gaps.emplace_back(end, Offset{batch->base_offset().value - 1});
            end = batch->next_offset();
        } else if (batch && batch->last_offset() >= end) {
            continue; // what it overlaps came first
        }
        merged.entries.push_back(std::move(replayed));
    }
    for (FoundBatch& one : fill_up_to({std::numeric_limits<std::int64_t>::max()}))
        merged.entries.push_back(co_await load_found(disk, std::move(one)));
    co_return merged;
}

} // namespace riacho::storage
