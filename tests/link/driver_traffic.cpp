#include "driver.hpp"
#include "io/gather.hpp"

#include <cstdio>
#include <set>

namespace riacho::link_driver {
namespace {

struct Tally {
    std::vector<std::string> acknowledged;
    std::size_t              lost = 0;  ///< produces without an answer, which may be there or not
    std::size_t              looks = 0; ///< answered questions for the end
    std::string              last_problem;
};

/// One value after the other, and a question between them.
Task<Tally> write_until(Cluster& cluster, Clock& clock, client::PartitionAsk to, Time end) {
    auto [topic, partition, number] = to;
    Admin      admin(cluster);
    io::Shard& shard = cluster.shard();
    Tally      tally;
    while (shard.now() < end) {
        std::string value = std::to_string(partition) + "-" + std::to_string(number++);
        auto        produced = co_await admin.produce(topic, partition, batch_of({value}, clock.wall()));
        if (produced && produced->error_code == kafka::ErrorCode::none) {
            tally.acknowledged.push_back(value);
        } else {
            ++tally.lost;
            tally.last_problem =
                produced ? std::string(kafka::name_of(produced->error_code)) : produced.error().detail;
        }
        auto ends = co_await admin.list_offsets({{topic, partition, client::list_offsets_at::latest}});
        if (ends.at(0)) ++tally.looks;
        co_await shard.sleep_for(std::chrono::milliseconds(20));
    }
    co_return tally;
}

} // namespace

Task<int> traffic(io::RealTestWorld& world, Cluster& cluster, std::chrono::seconds span) {
    constexpr std::int32_t partitions = 6;
    std::string            topic = "traffic-" + std::to_string(world.world().clock.wall().ms);
    Admin                  admin(cluster);
    co_await create_topic(admin, topic, partitions);
    std::printf("writing\n");
    Time                     end = cluster.shard().now() + span;
    std::vector<Task<Tally>> writers;
    for (std::int32_t partition = 0; partition < partitions; ++partition)
        writers.push_back(write_until(cluster, world.world().clock, {topic, partition, 0}, end));
    auto        tallies = co_await io::gather(cluster.shard(), std::move(writers));
    std::size_t acknowledged = 0;
    std::size_t lost = 0;
    std::size_t missing = 0;
    std::size_t looks = 0;
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        const Tally& tally = tallies[static_cast<std::size_t>(partition)];
        auto         values = co_await read_all(admin, topic, partition);
        std::set     there(values.begin(), values.end());
        for (const auto& value : tally.acknowledged) missing += there.contains(value) ? 0 : 1;
        acknowledged += tally.acknowledged.size();
        lost += tally.lost;
        looks += tally.looks;
        if (!tally.last_problem.empty())
            std::printf("partition %d: %s\n", partition, tally.last_problem.c_str());
    }
    std::printf("acknowledged %zu, without an answer %zu, missing %zu, answered questions %zu\n",
                acknowledged, lost, missing, looks);
    co_return missing == 0 && acknowledged > 0 ? 0 : 1;
}

} // namespace riacho::link_driver
