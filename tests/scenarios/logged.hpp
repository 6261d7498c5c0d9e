#pragma once

#include "base/log.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::scenarios {

/// The lines of the log, for as long as it lives.
class Logged {
public:
    Logged() {
        log::set_level(log::Level::warn);
        log::set_sink([this](std::string_view line) { lines_.emplace_back(line); });
    }
    ~Logged() {
        log::set_sink({});
        log::set_level(log::Level::error);
    }
    std::size_t with(std::string_view words) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            lines_, [&](const std::string& line) { return line.find(words) != std::string::npos; }));
    }

private:
    std::vector<std::string> lines_;
};

} // namespace riacho::scenarios
