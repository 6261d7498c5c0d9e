#include "broker/handlers/handlers.hpp"

#include <algorithm>
#include <vector>

namespace riacho::broker {
namespace {

std::vector<ApiRow> make_api_table() {
    std::vector<ApiRow> rows{
        api_row<produce>(AnswerSize::small, Overlap::while_waiting),
        api_row<fetch>(),
        api_row<list_offsets>(),
        api_row<metadata>(AnswerSize::may_be_large),
        api_row<offset_commit>(),
        api_row<offset_fetch>(AnswerSize::may_be_large),
        api_row<find_coordinator>(),
        api_row<join_group>(),
        api_row<heartbeat>(),
        api_row<leave_group>(),
        api_row<sync_group>(),
        api_row<describe_groups>(AnswerSize::may_be_large),
        api_row<list_groups>(AnswerSize::may_be_large),
        api_row<api_versions>(),
        api_row<create_topics>(),
        api_row<delete_topics>(),
        api_row<delete_records>(),
        api_row<init_producer_id>(),
        api_row<offset_for_leader_epoch>(),
        api_row<describe_configs>(AnswerSize::may_be_large),
        api_row<alter_configs>(),
        api_row<describe_log_dirs>(AnswerSize::may_be_large),
        api_row<create_partitions>(),
        api_row<delete_groups>(),
        api_row<incremental_alter_configs>(),
        api_row<offset_delete>(),
        api_row<describe_cluster>(),
    };
    // librdkafka before 2.11.1 turns compression off when Produce is not listed from 0 on (KAFKA-18659):
    // listed as Kafka 4 lists it, served from where Kafka 4 serves it.
    rows.front().advertised_low = 0;
    return rows;
}

} // namespace

std::span<const ApiRow> api_table() {
    static const std::vector<ApiRow> table = make_api_table();
    return table;
}

const ApiRow* find_api(std::int16_t key) {
    auto table = api_table();
    auto found = std::ranges::find(table, key,
                                   [](const ApiRow& row) { return static_cast<std::int16_t>(row.api.key); });
    return found == table.end() ? nullptr : &*found;
}

} // namespace riacho::broker
