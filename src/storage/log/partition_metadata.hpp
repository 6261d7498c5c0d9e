#pragma once

#include "base/ids.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace riacho::storage {

/// Kafka's partition.metadata, which says whose folder it is: "version: 0\ntopic_id: <id>\n".
std::string         partition_metadata_text(const Uuid& topic_id);
std::optional<Uuid> parse_partition_metadata(std::string_view text);

/// What a folder that is being removed is called, so that neither Kafka nor we take it for a partition:
/// "<folder>.<32 hex digits of the topic's id>-delete", its name cut to 255 characters.
std::string removed_folder(std::string_view folder, const Uuid& topic_id);

/// "/a/b" of "/a/b/c".
std::string parent_folder(std::string_view path);

} // namespace riacho::storage
