#include "client/setting_names.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace riacho::client {
namespace {

/// A known name further away than this is another one, not a slip.
constexpr std::size_t slips_max = 4;

/// How many letters have to be put in, taken out or changed to make `b` of `a` (Levenshtein).
std::size_t slips_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::string unknown_setting(std::string_view name, const std::vector<std::string>& known) {
    std::string_view nearest;
    std::size_t      fewest = slips_max + 1;
    for (std::string_view candidate : known) {
        auto slips = slips_between(name, candidate);
        if (slips < std::min(fewest, candidate.size())) {
            fewest = slips;
            nearest = candidate;
        }
    }
    if (nearest.empty()) return fmt::format("unknown setting \"{}\"", name);
    return fmt::format("unknown setting \"{}\"; did you mean \"{}\"?", name, nearest);
}

} // namespace riacho::client
