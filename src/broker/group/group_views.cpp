#include "broker/group/group.hpp"
#include "kafka/records/consumer_protocol.hpp"

#include <algorithm>

namespace riacho::broker {

namespace {

std::int32_t milliseconds_of(std::chrono::milliseconds span) {
    return static_cast<std::int32_t>(span.count());
}

} // namespace

kafka::GroupMetadataValue Group::snapshot() const {
    kafka::GroupMetadataValue value{.protocol_type = protocol_type_,
                                    .generation = generation_,
                                    .current_state_timestamp = state_since_.ms};
    if (!protocol_.empty()) value.protocol = protocol_;
    if (!members_.leader().empty()) value.leader = members_.leader();
    for (const auto& [id, member] : members_.all())
        value.members.push_back({.member_id = id,
                                 .client_id = member.client_id,
                                 .client_host = member.client_host,
                                 .rebalance_timeout = milliseconds_of(member.rebalance_timeout),
                                 .session_timeout = milliseconds_of(member.session_timeout),
                                 .subscription = member.metadata_for(protocol_),
                                 .assignment = member.proposed});
    return value;
}

void Group::restore(const kafka::GroupMetadataValue& value) {
    members_ = {};
    generation_ = value.generation;
    protocol_type_ = value.protocol_type;
    protocol_ = value.protocol.value_or("");
    state_ = value.members.empty() ? GroupState::empty : GroupState::stable;
    state_since_ = {value.current_state_timestamp};
    for (const auto& stored : value.members) {
        bool has_rebalance_timeout = stored.rebalance_timeout >= 0; // v1+
        members_.add(
            {.id = stored.member_id,
             .client_id = stored.client_id,
             .client_host = stored.client_host,
             .session_timeout = std::chrono::milliseconds(stored.session_timeout),
             .rebalance_timeout = std::chrono::milliseconds(has_rebalance_timeout ? stored.rebalance_timeout
                                                                                  : stored.session_timeout),
             .protocols = {{.name = protocol_, .metadata = Bytes::copy_of(stored.subscription.view())}},
             .assignment = Bytes::copy_of(stored.assignment.view())});
    }
    if (value.leader && members_.find(*value.leader)) members_.set_leader(*value.leader);
}

GroupEffects Group::resume(const Moment& at) {
    for (auto& [id, member] : members_.all()) member.expires = at.now + member.session_timeout;
    if (members_.size() > static_cast<std::size_t>(options_.group_max_size)) prepare_rebalance(at);
    return take();
}

std::optional<bool> Group::reads(std::string_view topic) const {
    if (!is(GroupState::stable) || protocol_type_ != "consumer") return std::nullopt;
    for (const auto& [id, member] : members_.all()) {
        auto subscription = kafka::decode_subscription(member.metadata_for(protocol_));
        if (!subscription) return std::nullopt;
        if (std::ranges::find(subscription->topics, topic) != subscription->topics.end()) return true;
    }
    return false;
}

bool Group::is_subscribed_to(std::string_view topic) const {
    if (is(GroupState::empty) || protocol_type_ != "consumer") return false;
    for (const auto& [id, member] : members_.all()) {
        auto subscription = kafka::decode_subscription(member.metadata_for(protocol_));
        if (!subscription) return true;
        if (std::ranges::find(subscription->topics, topic) != subscription->topics.end()) return true;
    }
    return false;
}

kafka::DescribeGroupsResponse::Group Group::describe() const {
    kafka::DescribeGroupsResponse::Group group{
        .group_id = id_, .group_state = std::string(name_of(state_)), .protocol_type = protocol_type_};
    // As Kafka: what members say and get is shown once they agree.
    bool is_settled = is(GroupState::stable);
    if (is_settled) group.protocol_data = protocol_;
    for (const auto& [id, member] : members_.all())
        group.members.push_back({.member_id = id,
                                 .client_id = member.client_id,
                                 .client_host = member.client_host,
                                 .member_metadata = is_settled ? member.metadata_for(protocol_) : Bytes(),
                                 .member_assignment = is_settled ? member.assignment : Bytes()});
    return group;
}

kafka::ListGroupsResponse::Group Group::list() const {
    return {.group_id = id_,
            .protocol_type = protocol_type_,
            .group_state = std::string(name_of(state_)),
            .group_type = "classic"};
}

} // namespace riacho::broker
