// The writer's changes of topics that are there: their configurations, and more partitions.
#include "base/log.hpp"
#include "broker/local.hpp"
#include "broker/metadata/metadata_writer.hpp"
#include "broker/metadata/topic_name.hpp"

#include <fmt/core.h>
#include <utility>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;

constexpr log::Logger alterations_log{"metadata"};

/// What must be right of `after`: an old override that is no longer known may stay.
Overrides to_check(const Overrides& before, const Overrides& after) {
    Overrides checked;
    for (const auto& [name, value] : after)
        if (find_topic_option(name) || !before.contains(name)) checked.emplace(name, value);
    return checked;
}

std::string list_of(const Overrides& overrides) {
    std::string text;
    for (const auto& [name, value] : overrides) text += fmt::format(" {}={}", name, value);
    return text;
}

} // namespace

/// In the order of Kafka's checks: a value that is wrong is told before that there is no such topic.
MetadataWriter::TopicOutcome MetadataWriter::altered(const TopicAlteration& alteration) const {
    auto      now = locals_.front()->image.find(alteration.topic);
    Overrides before = now ? now->overrides : Overrides{};
    bool      others_stay = alteration.others == TopicAlteration::Others::stay;
    auto      after = with_changes(others_stay ? before : Overrides{}, current().topics, alteration.changes);
    if (!after) return fail(ErrorCode::invalid_config, after.error());
    if (alteration.topic.empty())
        return fail(ErrorCode::invalid_request, "Default topic resources are not allowed.");
    if (auto problem = topic_name_problem(alteration.topic))
        return fail(ErrorCode::invalid_topic_exception, *problem);
    auto config = checked_config(current().topics, to_check(before, *after));
    if (!config) return fail(ErrorCode::invalid_config, config.error());
    if (!now)
        return fail(ErrorCode::unknown_topic_or_partition,
                    fmt::format("The topic '{}' does not exist.", alteration.topic));
    Topic topic = *now;
    topic.overrides = *std::move(after);
    topic.config = *std::move(config);
    return topic;
}

MetadataWriter::TopicOutcome MetadataWriter::with_more(const MorePartitions& wanted) const {
    auto now = locals_.front()->image.find(wanted.topic);
    if (!now) return fail(ErrorCode::unknown_topic_or_partition);
    if (now->is_internal()) // whose partition a group's is depends on how many there are
        return fail(
            ErrorCode::invalid_request,
            fmt::format("Topic {} is internal and is not allowed to get more partitions.", now->name));
    if (wanted.count == now->partitions)
        return fail(ErrorCode::invalid_partitions,
                    fmt::format("Topic already has {} partition(s).", now->partitions));
    if (wanted.count < now->partitions)
        return fail(ErrorCode::invalid_partitions,
                    fmt::format("The topic {} currently has {} partition(s); {} would not be an increase.",
                                now->name, now->partitions, wanted.count));
    auto added = static_cast<std::size_t>(wanted.count - now->partitions);
    if (wanted.assignments && wanted.assignments->size() != added)
        return fail(ErrorCode::invalid_replica_assignment,
                    fmt::format("Attempted to add {} additional partition(s), but only {} assignment(s) were "
                                "specified.",
                                added, wanted.assignments->size()));
    if (wanted.assignments)
        if (auto checked = check_assignments(*wanted.assignments); !checked)
            return std::unexpected(checked.error());
    Topic topic = *now;
    topic.partitions = wanted.count;
    return topic;
}

/// Writes what the topics are to be now, all in one batch, and brings it to every shard. The turn is held.
Task<std::vector<MetadataWriter::Done>> MetadataWriter::change(std::vector<TopicOutcome> topics,
                                                               Validate                  validate) {
    std::vector<Done>   answers;
    std::vector<Bytes>  records;
    std::vector<Change> changes;
    for (TopicOutcome& topic : topics) {
        answers.push_back(topic ? Done{} : Done(std::unexpected(topic.error())));
        if (!topic || validate == Validate::only) continue;
        auto before = locals_.front()->image.find(topic->id);
        auto of_this = records_of_change(*before, *topic, leader());
        if (of_this.empty()) continue;
        for (Bytes& record : of_this) records.push_back(std::move(record));
        changes.push_back(TopicAltered{*topic});
    }
    if (changes.empty()) co_return answers;
    if (auto written = co_await append(std::move(records)); !written) {
        for (Done& answer : answers)
            if (answer) answer = std::unexpected(written.error());
        co_return answers;
    }
    for (const Change& one : changes) {
        const Topic& topic = std::get<TopicAltered>(one).topic;
        alterations_log.info("altered topic={} partitions={}{}", topic.name, topic.partitions,
                             list_of(topic.overrides));
    }
    co_await publish(std::move(changes));
    co_return answers;
}

Task<std::vector<MetadataWriter::Done>> MetadataWriter::alter(std::vector<TopicAlteration> alterations,
                                                              Validate                     validate) {
    auto                      turn = co_await turns_.lock();
    std::vector<TopicOutcome> topics;
    for (const TopicAlteration& alteration : alterations) topics.push_back(altered(alteration));
    co_return co_await change(std::move(topics), validate);
}

Task<std::vector<MetadataWriter::Done>> MetadataWriter::add_partitions(std::vector<MorePartitions> wanted,
                                                                       Validate                    validate) {
    auto                      turn = co_await turns_.lock();
    std::vector<TopicOutcome> topics;
    std::int64_t              added = 0;
    for (const MorePartitions& one : wanted) {
        TopicOutcome& topic = topics.emplace_back(with_more(one));
        if (!topic) continue;
        std::int64_t more = topic->partitions - locals_.front()->image.find(topic->id)->partitions;
        if (added + more > new_partitions_max)
            topic = too_many_partitions();
        else
            added += more;
    }
    co_return co_await change(std::move(topics), validate);
}

} // namespace riacho::broker
