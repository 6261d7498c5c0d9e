#include "console/changes.hpp"

#include <chrono>
#include <tuple>
#include <utility>

namespace riacho::console {
namespace {

using Rate = Changes::Rate;

/// Of several counts that grow; nothing once one of them is not known or went back.
class Growth {
public:
    void add(std::optional<std::int64_t> before, std::optional<std::int64_t> now) {
        if (!before || !now || *now < *before)
            is_known_ = false;
        else
            sum_ += *now - *before;
    }
    Rate per_second(Time span) const {
        if (!is_known_ || span <= Time(0)) return std::nullopt;
        return static_cast<double>(sum_) / std::chrono::duration<double>(span).count();
    }

private:
    std::int64_t sum_ = 0;
    bool         is_known_ = true;
};

void add_known(Rate& sum, const Rate& rate) {
    if (rate) sum = sum.value_or(0) + *rate;
}

/// A partition without a leader takes nothing; one that was added takes all that it has.
Rate in_topic(const TopicPicture& before, const TopicPicture& now, Time span) {
    if (before.id != now.id || now.partitions.size() < before.partitions.size()) return std::nullopt;
    Growth growth;
    for (std::size_t i = 0; i < now.partitions.size(); ++i) {
        const PartitionPicture& partition = now.partitions[i];
        if (partition.leader < 0) continue;
        if (i < before.partitions.size())
            growth.add(before.partitions[i].end, partition.end);
        else
            growth.add(partition.start, partition.end);
    }
    return growth.per_second(span);
}

/// By topic. Both lists are in the order of topic and partition.
Changes::ByName<Rate> out_of(const GroupPicture& before, const GroupPicture& now, Time span) {
    Changes::ByName<Growth> growths;
    auto                    then = before.offsets.begin();
    auto place = [](const client::GroupOffset& offset) { return std::tie(offset.topic, offset.partition); };
    for (const client::GroupOffset& offset : now.offsets) {
        while (then != before.offsets.end() && place(*then) < place(offset)) ++then;
        bool was_there = then != before.offsets.end() && place(*then) == place(offset);
        if (was_there) growths[offset.topic].add(then->offset, offset.offset);
    }
    Changes::ByName<Rate> rates;
    for (const auto& [topic, growth] : growths) rates[topic] = growth.per_second(span);
    return rates;
}

} // namespace

Changes changes_between(const Picture& before, const Picture& now) {
    Changes changes;
    Time    span = now.taken - before.taken;
    if (now.topics.empty()) changes.in = 0;
    for (const auto& [name, topic] : now.topics) {
        auto then = before.topics.find(name);
        Rate rate = then == before.topics.end() ? std::nullopt : in_topic(then->second, topic, span);
        changes.in_topic[name] = rate;
        if (!topic.is_internal) add_known(changes.in, rate);
    }
    if (now.are_groups_known && now.groups.empty()) changes.out = 0;
    for (const auto& [id, group] : now.groups) {
        auto then = before.groups.find(id);
        if (then == before.groups.end()) continue;
        auto& by_topic = changes.out_group_topic[id] = out_of(then->second, group, span);
        Rate& of_group = changes.out_group[id];
        for (const auto& [topic, rate] : by_topic) {
            add_known(of_group, rate);
            add_known(changes.out_topic[topic], rate);
        }
        add_known(changes.out, of_group);
    }
    return changes;
}

} // namespace riacho::console
