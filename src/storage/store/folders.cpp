#include "storage/store/folders.hpp"

#include "base/log.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/clean/segment_swap.hpp"
#include "storage/log/log.hpp"
#include "storage/log/partition_metadata.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger      folders_logger{"storage"};
constexpr std::string_view removed_suffix = "-delete";
constexpr std::size_t      offset_digits = 20;

/// "00000000000000000042.log" gives 42 and ".log".
struct SegmentName {
    Offset           base;
    std::string_view suffix;
};
std::optional<SegmentName> segment_name_of(std::string_view name) {
    if (name.size() <= offset_digits || name[offset_digits] != '.') return std::nullopt;
    SegmentName parsed{{0}, name.substr(offset_digits)};
    auto [end, error] = std::from_chars(name.data(), name.data() + offset_digits, parsed.base.value);
    if (error != std::errc() || end != name.data() + offset_digits) return std::nullopt;
    return parsed;
}

/// The offset after the last whole batch of a .log file.
Task<Offset> end_of_segment(io::Disk& disk, std::string path, Offset base) {
    auto                   file = co_await disk.open(path, io::OpenMode::read);
    std::vector<std::byte> header(kafka::batch_layout::header_size);
    Offset                 end = base;
    std::uint64_t          size = co_await file->size();
    for (std::uint64_t at = 0; at + header.size() <= size;) {
        co_await file->read(at, header);
        auto length = load_big<std::int32_t>(header.data() + kafka::batch_layout::batch_length);
        auto first = load_big<std::int64_t>(header.data() + kafka::batch_layout::base_offset);
        auto delta = load_big<std::int32_t>(header.data() + kafka::batch_layout::last_offset_delta);
        if (length <= 0 || delta < 0 || first < end.value) break;
        end = {first + delta + 1};
        at += static_cast<std::uint64_t>(length) + kafka::batch_layout::length_overhead;
    }
    co_return end;
}

bool is_leftover(std::string_view name) {
    return name.ends_with(".cleaned") || name.ends_with(".deleted") || name.ends_with(".tmp");
}

/// Everything of the segments that the swapped one replaces: all with a base offset in [from, end).
Task<> remove_replaced(io::Disk& disk, std::string folder, Offset from, Offset end) {
    for (const std::string& name : co_await disk.list(folder)) {
        auto old = segment_name_of(name);
        if (!old || old->base < from || old->base >= end || name.ends_with(swap_suffix)) continue;
        co_await disk.remove(fmt::format("{}/{}", folder, name));
    }
}

/// An index's swap counts only beside that of its segment.
bool has_log_swap(const std::vector<std::string>& names, std::string_view swap) {
    std::string log(swap.substr(0, offset_digits));
    return std::ranges::find(names, log + ".log.swap") != names.end();
}

/// A swap of an index whose .log has its name already, or never will: whichever it is, and whichever of the
/// two indexes fits, they are made again when the segment is opened.
Task<> remove_indexes(io::Disk& disk, std::string folder, std::string swap) {
    co_await disk.remove(fmt::format("{}/{}", folder, swap));
    if (!segment_name_of(swap)) co_return;
    for (std::string_view index : {".index", ".timeindex"}) {
        std::string path = fmt::format("{}/{}{}", folder, swap.substr(0, offset_digits), index);
        if (co_await disk.exists(path)) co_await disk.remove(path);
    }
}

/// "orders-12" gives "orders" and 12.
std::optional<std::pair<std::string, PartitionIndex>> partition_folder(std::string_view name) {
    std::size_t  dash = name.rfind('-');
    std::int32_t index = 0;
    if (dash == std::string_view::npos || dash == 0) return std::nullopt;
    auto [end, error] = std::from_chars(name.data() + dash + 1, name.data() + name.size(), index);
    if (error != std::errc() || end != name.data() + name.size() || index < 0) return std::nullopt;
    return std::pair(std::string(name.substr(0, dash)), PartitionIndex{index});
}

/// The names in a folder; nothing where it is a file.
Task<std::optional<std::vector<std::string>>> names_in(io::Disk& disk, std::string folder) {
    try {
        co_return co_await disk.list(folder);
    } catch (const io::DiskError& error) {
        if (error.error_number() != ENOTDIR) throw;
    }
    co_return std::nullopt;
}

Task<> move_to_lost_and_found(io::Disk& disk, Layout layout, std::string name, std::string_view why) {
    co_await disk.make_folder(layout.lost_and_found());
    co_await disk.sync_folder(layout.folder);
    std::string to = fmt::format("{}/{}", layout.lost_and_found(), name);
    for (int i = 1; co_await disk.exists(to); ++i)
        to = fmt::format("{}/{}.{}", layout.lost_and_found(), name, i);
    folders_logger.warn("{}/{} {}: moved to {}", layout.log(), name, why, to);
    co_await disk.rename(fmt::format("{}/{}", layout.log(), name), to);
    co_await disk.sync_folder(layout.lost_and_found());
    co_await disk.sync_folder(layout.log());
}

/// Under another name first: a cut of the power in the middle must not leave it without partition.metadata.
Task<> remove_deleted(io::Disk& disk, Layout layout, std::string folder, Uuid topic_id) {
    std::string removed = removed_folder(folder, topic_id);
    co_await disk.remove_folder(removed);
    co_await disk.rename(folder, removed);
    co_await disk.sync_folder(layout.log());
    co_await disk.remove_folder(removed);
}

/// Gives the partition that the folder is of.
Task<std::optional<TopicPartition>> tidy_folder(io::Disk& disk, Layout layout, const KnownTopics& topics,
                                                std::string name) {
    std::string folder = fmt::format("{}/{}", layout.log(), name);
    if (name.ends_with(removed_suffix)) {
        co_await disk.remove_folder(folder);
        co_return std::nullopt;
    }
    auto partition = partition_folder(name);
    auto names = co_await names_in(disk, folder);
    if (!partition || !names) co_return std::nullopt; // nobody's business
    auto metadata = co_await io::read_file(disk, folder + "/partition.metadata");
    auto id = metadata ? parse_partition_metadata(as_text(metadata->view())) : std::nullopt;
    // There was never another one, and its log is open.
    if (!id && name == fmt::format("{}-0", cluster_metadata_topic)) id = cluster_metadata_id;
    if (!id && std::ranges::all_of(*names, is_leftover)) {
        co_await disk.remove_folder(folder); // made, and cut before anything was in it
    } else if (id && topics.deleted.contains(*id)) {
        co_await remove_deleted(disk, layout, folder, *id);
    } else if (const std::string* topic = id ? topics.find_name(*id) : nullptr;
               topic && *topic == partition->first) {
        co_await finish_swaps(disk, folder);
        co_return TopicPartition{*id, partition->second};
    } else {
        co_await move_to_lost_and_found(disk, layout, name,
                                        id ? "is of a topic that the metadata never knew"
                                           : "has no partition.metadata that can be read");
    }
    co_return std::nullopt;
}

} // namespace

bool is_partition_folder(std::string_view name) { return partition_folder(name).has_value(); }

Task<> finish_swaps(io::Disk& disk, std::string folder) {
    std::vector<std::string> names = co_await disk.list(folder);
    // A killed process may have left names that are not on the medium: nothing goes before they are.
    auto is_swap = [](const std::string& name) { return name.ends_with(swap_suffix); };
    if (std::ranges::any_of(names, is_swap)) co_await disk.sync_folder(folder);
    bool changed = false;
    for (const std::string& name : names) {
        if (!is_leftover(name)) continue;
        co_await disk.remove(fmt::format("{}/{}", folder, name));
        changed = true;
    }
    for (const std::string& name : names) {
        auto swapped = segment_name_of(name);
        if (!swapped || swapped->suffix != ".log.swap") continue;
        Offset end = co_await end_of_segment(disk, fmt::format("{}/{}", folder, name), swapped->base);
        co_await remove_replaced(disk, folder, swapped->base, end);
        co_await disk.sync_folder(folder);
    }
    for (const std::string& name : names) {
        if (!is_swap(name)) continue;
        changed = true;
        std::string from = fmt::format("{}/{}", folder, name);
        std::string to = from.substr(0, from.size() - swap_suffix.size());
        if (has_log_swap(names, name))
            co_await disk.rename(from, to);
        else
            co_await remove_indexes(disk, folder, name);
    }
    if (changed) co_await disk.sync_folder(folder);
}

Task<TidyFolders> tidy_folders(io::Disk& disk, Layout layout, KnownTopics topics) {
    TidyFolders tidy;
    for (const std::string& name : co_await disk.list(layout.log())) {
        try {
            auto partition = co_await tidy_folder(disk, layout, topics, name);
            if (partition) tidy.found.push_back(*partition);
        } catch (const io::DiskError& error) {
            if (error.is_full()) throw;
            // Of a partition that lives, whoever opens it finds out more.
            folders_logger.error("left as it is: {}", error.what());
            tidy.deleted = Removal::left_to_next_start;
        }
    }
    co_await disk.sync_folder(layout.log());
    co_return tidy;
}

} // namespace riacho::storage
