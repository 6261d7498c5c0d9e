#pragma once

#include "base/ids.hpp"
#include "io/disk.hpp"
#include "storage/store/layout.hpp"
#include "storage/store/topics.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace riacho::storage {

/// "<topic>-<index>".
bool is_partition_folder(std::string_view name);

/// Finishes in one partition's folder what a swap of segments began: a `.swap` removes every old segment in
/// its offset range and takes its name; `.cleaned`, `.deleted` and temporary files go. Ends with a sync of
/// the folder where anything changed.
Task<> finish_swaps(io::Disk& disk, std::string folder);

/// Makes the log dir what the metadata says: folders of deleted topics go, those that the metadata never knew
/// move to lost+found, swaps are finished in the rest. Can be interrupted anywhere and repeated.
struct TidyFolders {
    std::vector<TopicPartition> found; ///< those that have a folder
    /// Of deleted topics nothing is left, durably; or a folder could not be looked at or removed.
    Removal deleted = Removal::complete;
};
Task<TidyFolders> tidy_folders(io::Disk& disk, Layout layout, KnownTopics topics);

} // namespace riacho::storage
