#pragma once

#include "console/cluster_view.hpp"
#include "console/problem.hpp"
#include "data/json.hpp"

#include <string>
#include <string_view>

namespace riacho::console {

/// What several operations say alike.

OrProblem<const TopicPicture*> topic_in(const Picture& picture, const std::string& name);
data::Json topic_json(const ClusterView& cluster, const Picture& picture, const TopicPicture& topic);
/// Whether the group has an offset in the topic.
bool reads(const GroupPicture& group, std::string_view topic);

} // namespace riacho::console
