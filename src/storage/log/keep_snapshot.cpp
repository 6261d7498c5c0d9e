// The snapshot of a partition that is read as a whole at every start (LogOptions::keeps_snapshot): written
// behind a checkpoint, of what that checkpoint vouches for, once as much was appended as the last one holds.
#include "base/log.hpp"
#include "io/disk.hpp"
#include "storage/log/partition_log.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger snapshot_logger{"storage"};
constexpr std::size_t snapshot_read_bytes = 256 << 10;

Task<KeyTable::Added> add_on_pool(KeyTable& table, Bytes batches) { co_return table.add(batches); }

Task<std::uint64_t> write_key_snapshot(io::Disk& disk, std::string path, const KeyTable& table,
                                       TopicPartition partition, Offset until) {
    Bytes         file = table.file(partition, until);
    std::uint64_t size = file.size();
    co_await io::replace_file(disk, std::move(path), std::move(file));
    co_return size;
}

} // namespace

std::string PartitionLog::key_snapshot_path() const {
    return place_.folder + "/" + std::string(key_snapshot_name);
}

/// What is damaged, of another topic, or of more than there is counts as none: all is read instead.
Task<std::optional<KeySnapshot>> PartitionLog::read_snapshot() {
    shard_.check_here();
    std::optional<KeySnapshot> snapshot;
    std::string                failure;
    try {
        auto file = co_await on_pool(io::read_file(place_.world.disk, key_snapshot_path()));
        if (file) snapshot = decode_key_snapshot(*std::move(file), place_.partition);
        bool fits = snapshot && snapshot->until <= high_watermark_;
        if (file && !fits) failure = "damaged, or not of this partition";
        if (!fits) snapshot.reset();
    } catch (const io::DiskError& error) { failure = error.what(); }
    if (!failure.empty())
        snapshot_logger.warn("no snapshot, all is read, folder={}: {}", place_.folder, failure);
    if (snapshot) {
        snapshot_until_ = snapshot->until;
        snapshot_bytes_ = snapshot->file.size();
    }
    co_return snapshot;
}

Task<> PartitionLog::keep_snapshot(Offset until) {
    if (!place_.options.keeps_snapshot || refusal() || until <= snapshot_until_) co_return;
    if (appended_bytes_ < std::max<std::uint64_t>(snapshot_bytes_, place_.options.snapshot_bytes_min))
        co_return;
    std::uint64_t appended = appended_bytes_;
    auto          memory = place_.world.memory.try_charge(snapshot_bytes_ + appended);
    if (!memory) co_return;
    std::string failure;
    try {
        KeyTable table;
        Offset   from = log_start_;
        auto     old = co_await read_snapshot();
        if (old && co_await on_pool(add_on_pool(table, old->batches)) == KeyTable::Added::yes)
            from = old->until;
        while (from < until) {
            auto piece = co_await read(from, until, snapshot_read_bytes);
            if (!piece || refusal()) co_return;
            if (co_await on_pool(add_on_pool(table, piece->batches)) == KeyTable::Added::impossible)
                co_return;
            from = piece->next;
        }
        snapshot_bytes_ = co_await on_pool(
            write_key_snapshot(place_.world.disk, key_snapshot_path(), table, place_.partition, until));
        snapshot_until_ = until;
        appended_bytes_ -= appended;
    } catch (const io::DiskError& error) { failure = error.what(); }
    // The old one holds, or all is read.
    if (!failure.empty()) snapshot_logger.warn("no new snapshot, folder={}: {}", place_.folder, failure);
}

} // namespace riacho::storage
