#pragma once

#include "base/ids.hpp"
#include "io/disk.hpp"

#include <string>
#include <string_view>
#include <vector>

// A segment that was made beside others takes their place. The folder is synced after each step, so that at
// every moment one of the two is whole; store/folders.hpp finishes what was interrupted:
//
//     <base>.log.cleaned  ─►  .swap          from here on the new one counts: before, it is removed
//     the old ones        ─►  .deleted
//     <base>.log.swap     ─►  <base>.log     and the indexes likewise, at each step
//     the .deleted are unlinked
namespace riacho::storage {

inline constexpr std::string_view cleaned_suffix = ".cleaned";
inline constexpr std::string_view swap_suffix = ".swap";
inline constexpr std::string_view deleted_suffix = ".deleted";

/// `base` is the first of `replaced`; `<base>.*.cleaned` is on the medium. Throws DiskError: then only a
/// start knows what is there.
Task<> swap_segments(io::Disk& disk, std::string folder, Offset base, std::vector<Offset> replaced);
/// What was made is not wanted. Throws DiskError.
Task<> remove_cleaned(io::Disk& disk, std::string folder, Offset base);

} // namespace riacho::storage
