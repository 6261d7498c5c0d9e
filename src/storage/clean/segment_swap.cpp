#include "storage/clean/segment_swap.hpp"

#include "storage/log/log.hpp"

#include <array>
#include <utility>

namespace riacho::storage {
namespace {

constexpr std::array<std::string_view, 3> swapped_files{".log", ".index", ".timeindex"};

struct Suffixes {
    std::string_view from;
    std::string_view to;
};

/// Those that are there.
Task<> rename_files(io::Disk& disk, std::string folder, Offset base, Suffixes suffixes) {
    for (std::string_view file : swapped_files) {
        std::string name = segment_path(folder, base, file);
        std::string from = name + std::string(suffixes.from);
        if (co_await disk.exists(from)) co_await disk.rename(from, name + std::string(suffixes.to));
    }
}

Task<> remove_if_there(io::Disk& disk, std::string path) {
    if (co_await disk.exists(path)) co_await disk.remove(std::move(path));
}

} // namespace

Task<> swap_segments(io::Disk& disk, std::string folder, Offset base, std::vector<Offset> replaced) {
    co_await rename_files(disk, folder, base, {cleaned_suffix, swap_suffix});
    co_await disk.sync_folder(folder);
    for (Offset old : replaced) co_await rename_files(disk, folder, old, {"", deleted_suffix});
    co_await disk.sync_folder(folder);
    co_await rename_files(disk, folder, base, {swap_suffix, ""});
    co_await disk.sync_folder(folder);
    for (Offset old : replaced) {
        for (std::string_view file : swapped_files)
            co_await remove_if_there(disk, segment_path(folder, old, file) + std::string(deleted_suffix));
        if (old != base) co_await remove_if_there(disk, segment_path(folder, old, ".snapshot"));
    }
}

Task<> remove_cleaned(io::Disk& disk, std::string folder, Offset base) {
    for (std::string_view file : swapped_files)
        co_await remove_if_there(disk, segment_path(folder, base, file) + std::string(cleaned_suffix));
}

} // namespace riacho::storage
