#include "base/planted.hpp"

#ifdef RIACHO_PLANTED

#include <array>
#include <atomic>
#include <utility>

namespace riacho {
namespace {

constexpr std::array<std::pair<std::string_view, Planted>, 8> planted_by_name{{
    {"no_sync", Planted::no_sync},
    {"sync_after_answer", Planted::sync_after_answer},
    {"early_high_watermark", Planted::early_high_watermark},
    {"no_folder_sync", Planted::no_folder_sync},
    {"torn_frame_taken", Planted::torn_frame_taken},
    {"recycled_too_early", Planted::recycled_too_early},
    {"index_not_truncated", Planted::index_not_truncated},
    {"early_duplicate_answer", Planted::early_duplicate_answer},
}};

constexpr int    no_bug = -1;
std::atomic<int> planted_bug = no_bug; // the one global of the tree: only builds that lie on purpose have it

} // namespace

bool planted(Planted bug) { return planted_bug.load(std::memory_order_relaxed) == static_cast<int>(bug); }

void plant(std::optional<Planted> bug) { planted_bug = bug ? static_cast<int>(*bug) : no_bug; }

std::optional<Planted> find_planted(std::string_view name) {
    for (const auto& [known, bug] : planted_by_name)
        if (known == name) return bug;
    return std::nullopt;
}

std::string planted_names() {
    std::string names;
    for (const auto& [name, bug] : planted_by_name) names.append(names.empty() ? "" : ", ").append(name);
    return names;
}

} // namespace riacho

#endif
