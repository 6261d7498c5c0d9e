#pragma once

#include "base/option.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace riacho::broker {

/// How groups are coordinated: Kafka's names. A group waits for its first members no longer than for the
/// first of them, where Kafka waits three seconds: on one node a test suite pays that wait at every start.
struct GroupOptions {
    std::chrono::milliseconds group_min_session_timeout_ms{6'000};
    std::chrono::milliseconds group_max_session_timeout_ms{1'800'000};
    std::chrono::milliseconds group_initial_rebalance_delay_ms{0};
    std::int32_t              group_max_size = INT32_MAX;
    std::int32_t              offset_metadata_max_bytes = 4096;
    std::chrono::minutes      offsets_retention_minutes{7 * 24 * 60};
    std::chrono::milliseconds offsets_retention_check_interval_ms{600'000};

    // Bounds that Kafka does not have. Nobody is expected to meet them.
    std::size_t groups_max = 100'000;                  ///< of one shard
    std::size_t pending_members_max = 10'000;          ///< of one group (KIP-394)
    std::size_t member_metadata_bytes_max = 1 << 20;   ///< all protocols of one member
    std::size_t group_metadata_bytes_max = 16 << 20;   ///< of all members, and of what a leader assigns
    std::size_t groups_metadata_bytes_max = 128 << 20; ///< of all groups
    /// A member that is new, and so has no session yet, waits no longer for its first generation.
    std::chrono::milliseconds new_member_join_timeout{300'000};
};

std::span<const Option<GroupOptions>> group_options();

} // namespace riacho::broker
