#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/records/quorum_record.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A snapshot of __cluster_metadata-0 in Kafka's format (KIP-630), which docs/formats/metadata-snapshot.md
/// draws: all that the records below an offset say, in fewer records. Pure.
namespace riacho::storage {

/// What a snapshot is of, and its name: every record below `until`, the last of which has this epoch.
struct SnapshotId {
    Offset      until{0};
    LeaderEpoch epoch = LeaderEpoch::none;
    auto        operator<=>(const SnapshotId&) const = default;
};

/// "00000000000000000042-0000000003.checkpoint"
std::string               snapshot_name(SnapshotId id);
std::optional<SnapshotId> parse_snapshot_name(std::string_view name);

struct MetadataSnapshot {
    SnapshotId id;
    /// The file's, in order: offsets from 0 on, a control batch at either end.
    std::vector<Bytes> batches;
};

/// Builds one:
///     MetadataSnapshotBuilder builder({.id = id, .now = clock.wall(), .last_contained =
///     time_of_last_record}); builder.add(records); MetadataSnapshot snapshot = builder.build();
class MetadataSnapshotBuilder {
public:
    /// Of one batch, if what must stay together does not need more.
    static constexpr std::size_t batch_bytes = 1 << 20;

    struct About {
        SnapshotId id;
        Timestamp  now;            ///< of every record in the file
        Timestamp  last_contained; ///< of the last record of the log that it stands for
    };
    explicit MetadataSnapshotBuilder(About about);

    /// Values of records that stay together in one batch.
    void             add(std::span<const Bytes> records);
    MetadataSnapshot build();

private:
    kafka::BatchBuilder next_batch(kafka::BatchAttributes attributes) const;
    void                end_batch();
    void                add_control(const kafka::QuorumRecord& record);
    void                push(kafka::BatchBuilder& batch);

    About               about_;
    Offset              next_{0};
    kafka::BatchBuilder open_;
    std::vector<Bytes>  batches_;
};

enum class SnapshotError { damaged };

/// A file with that name, looked at from end to end. What its records say is its reader's business.
Outcome<MetadataSnapshot, SnapshotError> decode_metadata_snapshot(Bytes file, SnapshotId id);
/// The time of the last record that a snapshot stands for, of the first bytes of its file.
std::optional<Timestamp> last_contained_of(ByteView start_of_file);

} // namespace riacho::storage
