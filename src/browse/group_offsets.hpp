#pragma once

#include "base/outcome.hpp"
#include "browse/offset_reset.hpp"
#include "client/link/admin.hpp"
#include "riacho/task.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace riacho::browse {

enum class GroupError {
    has_members, ///< only a group without members is reset
    subscribed,  ///< members read this topic, so its offsets stay
    not_allowed,
    unreachable,
    no_such_group,
    no_such_topic, ///< or partition
    refused,       ///< of another of Kafka's errors, which is in the detail
};

struct ResetRequest {
    struct Topic {
        std::string               name;
        std::vector<std::int32_t> partitions; ///< empty: all
    };
    std::string        group;
    std::vector<Topic> topics;
    ResetRule          rule;
};

enum class Apply {
    preview, ///< says what would be, also of a group that has members
    commit,
};

struct OffsetMove {
    std::string                topic;
    std::int32_t               partition = 0;
    std::optional<Offset>      from = {}; ///< what was committed
    std::optional<Offset>      to = {};   ///< what is committed now; nothing where `problem` says why
    std::optional<Offset>      start = {};
    std::optional<Offset>      end = {};
    std::optional<std::string> problem = {};
};

/// Sets the committed offsets of a group without members, as kafka-consumer-groups does: by topic and
/// partition where each goes from and to. A partition that cannot be reset stays as it is, and says why.
Task<Outcome<std::vector<OffsetMove>, GroupError>> reset_offsets(client::Admin& admin, ResetRequest request,
                                                                 Apply apply);

/// Deletes what a group has committed in these partitions of a topic, or in all of them. Members that are
/// subscribed to the topic prevent it.
Task<Outcome<void, GroupError>> forget_offsets(client::Admin& admin, std::string group, std::string topic,
                                               std::vector<std::int32_t> partitions);

} // namespace riacho::browse
