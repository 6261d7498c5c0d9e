#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>

namespace riacho::mirror {

/// Parts of a file, [from, to), that do not touch one another.
class Ranges {
public:
    static constexpr std::uint64_t end_of_all = ~std::uint64_t{0};

    void add(std::uint64_t from, std::uint64_t to) {
        if (from >= to) return;
        auto next = parts_.lower_bound(from);
        if (next != parts_.begin() && std::prev(next)->second >= from) --next;
        while (next != parts_.end() && next->first <= to) {
            from = std::min(from, next->first);
            to = std::max(to, next->second);
            next = parts_.erase(next);
        }
        parts_.emplace(from, to);
    }
    void add(const Ranges& other) {
        for (auto [from, to] : other.parts_) add(from, to);
    }

    auto begin() const { return parts_.begin(); }
    auto end() const { return parts_.end(); }

private:
    std::map<std::uint64_t, std::uint64_t> parts_; // from: to
};

} // namespace riacho::mirror
