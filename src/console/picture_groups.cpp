#include "console/picture_groups.hpp"

#include "kafka/records/consumer_protocol.hpp"

#include <utility>

namespace riacho::console {
namespace {

using kafka::ErrorCode;

std::string type_in_lower_case(std::string type) {
    for (char& c : type)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return type.empty() ? "classic" : type; // before ListGroups v5 all were
}

std::vector<MemberPicture::Assigned> assigned_in(const client::Admin::Group&         group,
                                                 const client::Admin::Group::Member& member) {
    std::vector<MemberPicture::Assigned> assigned;
    if (group.protocol_type != "consumer" || member.member_assignment.empty()) return assigned;
    auto decoded = kafka::decode_assignment(member.member_assignment);
    if (!decoded) return assigned;
    for (auto& topic : decoded->assigned_partitions)
        assigned.push_back({std::move(topic.topic), std::move(topic.partitions)});
    return assigned;
}

void take_classic(GroupPicture& group, client::Admin::Group described) {
    group.state = described.group_state;
    group.protocol_type = described.protocol_type;
    group.assignor = described.protocol_data;
    for (auto& member : described.members)
        group.members.push_back({member.member_id, member.group_instance_id, member.client_id,
                                 member.client_host, assigned_in(described, member)});
}

void take_consumer(GroupPicture& group, client::Admin::ConsumerGroup described) {
    group.state = described.group_state;
    group.assignor = described.assignor_name;
    for (auto& member : described.members) {
        std::vector<MemberPicture::Assigned> assigned;
        for (auto& topic : member.assignment.topic_partitions)
            assigned.push_back({std::move(topic.topic_name), std::move(topic.partitions)});
        group.members.push_back({std::move(member.member_id), std::move(member.instance_id),
                                 std::move(member.client_id), std::move(member.client_host),
                                 std::move(assigned)});
    }
}

Task<> describe_all(Picture& picture, client::Admin& admin) {
    std::vector<std::string> classic, consumer;
    for (const auto& [id, group] : picture.groups) {
        if (group.type == "classic") classic.push_back(id);
        if (group.type == "consumer") consumer.push_back(id);
    }
    auto of_classic = co_await admin.describe_groups(classic);
    for (std::size_t i = 0; i < classic.size(); ++i)
        if (of_classic[i] && of_classic[i]->error_code == ErrorCode::none)
            take_classic(picture.groups.at(classic[i]), *std::move(of_classic[i]));
    if (consumer.empty()) co_return;
    auto of_consumer = co_await admin.describe_consumer_groups(consumer);
    for (std::size_t i = 0; i < consumer.size(); ++i)
        if (of_consumer[i] && of_consumer[i]->error_code == ErrorCode::none)
            take_consumer(picture.groups.at(consumer[i]), *std::move(of_consumer[i]));
}

} // namespace

Task<> add_groups(Picture& picture, client::Admin& admin) {
    auto brokers = co_await admin.list_groups();
    if (!brokers) co_return;
    picture.are_groups_known = true;
    for (const auto& broker : *brokers) {
        picture.are_groups_known &= broker.reply && broker.reply->error_code == ErrorCode::none;
        if (!broker.reply) continue;
        for (const auto& listed : broker.reply->groups) {
            GroupPicture& group = picture.groups[listed.group_id];
            group.id = listed.group_id;
            group.coordinator = broker.broker;
            group.type = type_in_lower_case(listed.group_type);
            group.state = listed.group_state;
            if (group.type == "classic") group.protocol_type = listed.protocol_type;
        }
    }
    co_await describe_all(picture, admin);
    for (auto& [id, group] : picture.groups) {
        auto offsets = co_await admin.fetch_offsets(id);
        if (!offsets) continue;
        std::erase_if(*offsets, [](const client::GroupOffset& offset) { return offset.offset < 0; });
        group.offsets = *std::move(offsets);
    }
}

} // namespace riacho::console
