#pragma once

#include "base/outcome.hpp"
#include "io/disk.hpp"
#include "storage/store.hpp"
#include "storage/store/layout.hpp"
#include "storage/store/metadata_snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The snapshots in __cluster_metadata-0.
namespace riacho::storage {

struct SnapshotFile {
    SnapshotId               id;
    std::uint64_t            bytes = 0;
    std::optional<Timestamp> last_contained; ///< nothing where its beginning cannot be read
};

/// The oldest first.
Task<std::vector<SnapshotFile>> list_metadata_snapshots(io::Disk& disk, Layout layout);

/// Fails with damaged where it is not whole, or cannot be read.
Task<Outcome<MetadataSnapshot, SnapshotError>> read_metadata_snapshot(io::Disk& disk, Layout layout,
                                                                      SnapshotId id);

/// As Kafka: "<name>.part", sync, rename, sync of the folder, which is made if need be.
Task<> write_metadata_snapshot(io::Disk& disk, Layout layout, MetadataSnapshot snapshot);
Task<> remove_metadata_snapshots(io::Disk& disk, Layout layout, std::vector<SnapshotId> snapshots);
/// What a life that ended began to write.
Task<> remove_unfinished_snapshots(io::Disk& disk, Layout layout);

struct LogBounds {
    Offset start{0};
    Offset end{0};
};
/// The newest one that can be read and that the log continues. None where the log has everything. Fails with
/// damaged where neither is so, and where one is of more than the log has: both name the file.
Task<Outcome<std::optional<MetadataSnapshot>, StoreError>>
find_metadata_snapshot(io::Disk& disk, Layout layout, LogBounds log);
/// Where the newest one that can be read ends, 0 without one: a log that ends earlier has lost what it holds.
Task<Offset> end_of_metadata_snapshots(io::Disk& disk, Layout layout);

} // namespace riacho::storage
