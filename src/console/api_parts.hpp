#pragma once

#include "browse/record_source.hpp"
#include "console/cluster_view.hpp"
#include "console/problem.hpp"
#include "data/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace riacho::console {

/// What several operations say alike.

constexpr std::size_t whole_message = SIZE_MAX; ///< nothing of it is cut

Problem problem_of(const Failure<browse::SourceError>& failure);
/// The value of Content-Disposition that keeps a file, and never shows it.
std::string attachment(std::string_view file_name);

OrProblem<const TopicPicture*> topic_in(const Picture& picture, const std::string& name);
data::Json topic_json(const ClusterView& cluster, const Picture& picture, const TopicPicture& topic);
/// Whether the group has an offset in the topic.
bool reads(const GroupPicture& group, std::string_view topic);

} // namespace riacho::console
