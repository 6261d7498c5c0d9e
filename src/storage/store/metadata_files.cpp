#include "storage/store/metadata_files.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger      snapshots_logger{"storage"};
constexpr std::string_view unfinished_suffix = ".part";
constexpr std::size_t      header_batch_bytes_max = 512;

std::string metadata_folder(const Layout& layout) {
    return layout.partition(cluster_metadata_topic, cluster_metadata.index);
}

std::string snapshot_path(const Layout& layout, SnapshotId id) {
    return fmt::format("{}/{}", metadata_folder(layout), snapshot_name(id));
}

Task<std::vector<SnapshotId>> snapshot_ids(io::Disk& disk, Layout layout) {
    std::vector<SnapshotId> ids;
    if (!co_await disk.exists(metadata_folder(layout))) co_return ids;
    for (const std::string& name : co_await disk.list(metadata_folder(layout)))
        if (auto id = parse_snapshot_name(name)) ids.push_back(*id);
    std::ranges::sort(ids);
    co_return ids;
}

std::string begins_too_late(const Layout& layout, LogBounds log, std::string problem) {
    if (problem.empty()) problem = "there is no snapshot";
    return fmt::format("{} begins at offset {}, and what was before is in no snapshot that can be read: {}; "
                       "bring back that file from a copy, or the whole folder",
                       metadata_folder(layout), log.start.value, problem);
}

} // namespace

Task<std::vector<SnapshotFile>> list_metadata_snapshots(io::Disk& disk, Layout layout) {
    std::vector<SnapshotFile> files;
    for (SnapshotId id : co_await snapshot_ids(disk, layout)) {
        auto                   file = co_await disk.open(snapshot_path(layout, id), io::OpenMode::read);
        std::vector<std::byte> start(header_batch_bytes_max);
        start.resize(co_await file->read(0, start));
        files.push_back({id, co_await file->size(), last_contained_of(start)});
    }
    co_return files;
}

Task<Outcome<MetadataSnapshot, SnapshotError>> read_metadata_snapshot(io::Disk& disk, Layout layout,
                                                                      SnapshotId id) {
    std::string failure = "it is gone";
    try {
        auto file = co_await io::read_file(disk, snapshot_path(layout, id));
        if (file) co_return decode_metadata_snapshot(*std::move(file), id);
    } catch (const io::DiskError& error) { failure = error.what(); }
    co_return fail(SnapshotError::damaged, std::move(failure));
}

Task<> write_metadata_snapshot(io::Disk& disk, Layout layout, MetadataSnapshot snapshot) {
    if (!co_await disk.exists(metadata_folder(layout))) {
        co_await disk.make_folder(metadata_folder(layout));
        co_await disk.sync_folder(layout.log());
    }
    std::string path = snapshot_path(layout, snapshot.id);
    std::string unfinished = fmt::format("{}{}", path, unfinished_suffix);
    {
        auto file = co_await disk.open(unfinished, io::OpenMode::create);
        co_await file->truncate(0); // what an earlier attempt left
        std::uint64_t at = 0;
        for (const Bytes& batch : snapshot.batches) {
            co_await file->write(at, {batch.view()});
            file->start_writing(at, batch.size());
            at += batch.size();
        }
        co_await file->sync();
    }
    co_await disk.rename(unfinished, path);
    co_await disk.sync_folder(metadata_folder(layout));
}

Task<> remove_metadata_snapshots(io::Disk& disk, Layout layout, std::vector<SnapshotId> snapshots) {
    for (SnapshotId id : snapshots) co_await disk.remove(snapshot_path(layout, id));
}

Task<> remove_unfinished_snapshots(io::Disk& disk, Layout layout) {
    if (!co_await disk.exists(metadata_folder(layout))) co_return;
    for (const std::string& name : co_await disk.list(metadata_folder(layout)))
        if (name.ends_with(unfinished_suffix))
            co_await disk.remove(fmt::format("{}/{}", metadata_folder(layout), name));
}

Task<Outcome<std::optional<MetadataSnapshot>, StoreError>>
find_metadata_snapshot(io::Disk& disk, Layout layout, LogBounds log) {
    std::string problem;
    auto        ids = co_await snapshot_ids(disk, layout);
    for (SnapshotId id : std::views::reverse(ids)) {
        if (id.until < log.start) break;
        auto snapshot = co_await read_metadata_snapshot(disk, layout, id);
        if (!snapshot) {
            std::string why = fmt::format("{}: {}", snapshot_path(layout, id), snapshot.error().detail);
            snapshots_logger.warn("a snapshot of the metadata is damaged, the start does without it: {}",
                                  why);
            if (problem.empty()) problem = std::move(why);
            continue;
        }
        if (id.until > log.end)
            co_return fail(StoreError::damaged,
                           fmt::format("{} is of records up to offset {}, and the log ends at {}",
                                       snapshot_path(layout, id), id.until.value, log.end.value));
        co_return std::optional(*std::move(snapshot));
    }
    if (log.start.value > 0)
        co_return fail(StoreError::damaged, begins_too_late(layout, log, std::move(problem)));
    co_return std::optional<MetadataSnapshot>{};
}

Task<Offset> end_of_metadata_snapshots(io::Disk& disk, Layout layout) {
    auto ids = co_await snapshot_ids(disk, layout);
    for (SnapshotId id : std::views::reverse(ids))
        if (co_await read_metadata_snapshot(disk, layout, id)) co_return id.until;
    co_return Offset{0};
}

} // namespace riacho::storage
