#pragma once

#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "io/disk.hpp"
#include "storage/store.hpp"
#include "storage/store/layout.hpp"

#include <optional>
#include <string>
#include <vector>

/// What Kafka keeps at the top of its log dir, in its own formats.
namespace riacho::storage {

/// meta.properties, version 1 (KIP-631, KIP-858).
struct MetaProperties {
    std::string cluster_id;
    std::string directory_id;
};
std::string                   meta_properties_text(const MetaProperties& properties);
std::optional<MetaProperties> parse_meta_properties(std::string_view text);

Task<std::optional<MetaProperties>> read_meta_properties(io::Disk& disk, Layout layout);
Task<> write_meta_properties(io::Disk& disk, Layout layout, MetaProperties properties);

/// One line of Kafka's offset checkpoint files.
struct TopicOffset {
    std::string    topic;
    PartitionIndex index{0};
    Offset         offset{0};
    auto           operator<=>(const TopicOffset&) const = default;
};
/// Version 0: "0\n<count>\n<topic> <index> <offset>\n...".
std::string offset_checkpoint_text(const std::vector<TopicOffset>& offsets);
/// Nothing for what is not such a file.
std::optional<std::vector<TopicOffset>> parse_offset_checkpoint(std::string_view text);

/// cleaner-offset-checkpoint: where the dirty part of each compacted partition begins. Nothing that is
/// promised rests on it.
Task<std::vector<TopicOffset>> read_cleaned_offsets(io::Disk& disk, Layout layout);
Task<> write_cleaned_offsets(io::Disk& disk, Layout layout, std::vector<TopicOffset> offsets);

struct LeftBehind {
    std::vector<TopicOffset> log_starts;
    std::vector<TopicOffset> ends;
};
/// Kafka's checkpoint files, then the marker of a clean shutdown, all durable.
Task<> leave_as_kafka(io::Disk& disk, Layout layout, LeftBehind left);
/// Removes the marker, and that is synced: before the first frame.
Task<> remove_clean_marker(io::Disk& disk, Layout layout);

} // namespace riacho::storage
