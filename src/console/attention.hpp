#pragma once

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

/// All of it, the most severe first.
std::vector<Attention> attention_in(const Picture& picture, std::string_view cluster);

} // namespace riacho::console
