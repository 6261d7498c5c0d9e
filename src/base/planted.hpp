#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace riacho {

/// Bugs that are built in on purpose, to prove that the tests find them. A normal build has none of them:
/// there `planted` is a constant, and nothing of it is left in the program. With the CMake option
/// RIACHO_PLANTED (preset `planted`) one of them can be chosen while the program runs.
enum class Planted {
    no_sync,                ///< a frame of the log is answered without a sync
    sync_after_answer,      ///< the answer leaves, then the frame is synced
    early_high_watermark,   ///< readers see a batch before it is durable
    no_folder_sync,         ///< the names of new segments are not synced
    torn_frame_taken,       ///< recovery does not check the CRC of a frame
    recycled_too_early,     ///< files of the log are used again that a partition still needs
    index_not_truncated,    ///< where a log is cut, its indexes are not
    early_duplicate_answer, ///< a duplicate is answered before its original is durable
};

#ifdef RIACHO_PLANTED
inline constexpr bool can_plant = true;
bool                  planted(Planted bug);
#else
inline constexpr bool can_plant = false;
constexpr bool        planted(Planted) { return false; }
#endif

// -- Where `can_plant` only.
/// Chooses one for the whole process, or none. Before anything runs that has a place for it.
void plant(std::optional<Planted> bug);
/// The one of that name.
std::optional<Planted> find_planted(std::string_view name);
/// All of them, as a list for people.
std::string planted_names();

} // namespace riacho
