#include "broker/group/options.hpp"

#include <vector>

namespace riacho::broker {

std::span<const Option<GroupOptions>> group_options() {
    using O = GroupOptions;
    using enum OptionType;
    static const std::vector<Option<O>> table{
        whole_option("group.initial.rebalance.delay.ms", int32, &O::group_initial_rebalance_delay_ms,
                     "How long an empty group waits for more members after its first.",
                     between(0, INT32_MAX)),
        whole_option("group.max.session.timeout.ms", int32, &O::group_max_session_timeout_ms,
                     "The longest session timeout that a member may ask for.", between(1, INT32_MAX)),
        whole_option("group.max.size", int32, &O::group_max_size, "Members of one group.",
                     between(1, INT32_MAX)),
        whole_option("group.max.metadata.bytes", int64, &O::group_metadata_bytes_max,
                     "Bytes that the members of one group say of themselves, or that its leader assigns.",
                     at_least(1)),
        whole_option("group.member.max.metadata.bytes", int64, &O::member_metadata_bytes_max,
                     "Bytes that one member says of itself.", at_least(1)),
        whole_option("group.min.session.timeout.ms", int32, &O::group_min_session_timeout_ms,
                     "The shortest session timeout that a member may ask for.", between(1, INT32_MAX)),
        whole_option("offset.metadata.max.bytes", int32, &O::offset_metadata_max_bytes,
                     "The longest text that may go with a committed offset.", between(0, INT32_MAX)),
        whole_option("offsets.retention.check.interval.ms", int64, &O::offsets_retention_check_interval_ms,
                     "Time between two looks for committed offsets that are out of date.",
                     between(1, INT64_C(1) << 40)),
        whole_option("offsets.retention.minutes", int32, &O::offsets_retention_minutes,
                     "Offsets of a group that has been empty for this long are forgotten.",
                     between(1, INT32_MAX)),
        whole_option("groups.max", int64, &O::groups_max, "Groups that one thread coordinates.", at_least(1)),
        whole_option("groups.max.metadata.bytes", int64, &O::groups_metadata_bytes_max,
                     "Bytes that the members of all groups say of themselves.", at_least(1)),
    };
    return table;
}

} // namespace riacho::broker
