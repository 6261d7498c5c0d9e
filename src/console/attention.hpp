#pragma once

#include "console/history.hpp"
#include "console/meters.hpp"
#include "console/picture.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::console {

/// Something about a cluster that somebody should look at.
struct Attention {
    enum class Severity { critical, warning, info } severity;
    enum class Subject { cluster, broker, topic, group } subject;
    std::string_view                                 code; ///< as openapi.yaml lists them
    std::string                                      name; ///< of the subject
    std::vector<std::pair<std::string, std::string>> values;
    std::string                                      detail; ///< what, and why it matters
};

/// What is known of a cluster.
struct Sight {
    const Picture&   picture;
    std::string_view cluster;           ///< its name
    const History*   history = nullptr; ///< null: only what one picture shows
    const Meters*    meters = nullptr;
};

/// All of it, the most severe first.
std::vector<Attention> attention_in(const Sight& sight);

/// What only time shows, and what the metrics addresses do; attention_over_time.cpp.
void look_at_time(const Sight& sight, std::vector<Attention>& found);
void look_at_meters(const Sight& sight, std::vector<Attention>& found);

} // namespace riacho::console
