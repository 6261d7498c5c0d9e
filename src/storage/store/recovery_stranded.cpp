// Partitions that are offline: what the log has of them is set aside, and brought back by a start that is
// told to.
#include "base/log.hpp"
#include "storage/store/recovery.hpp"
#include "storage/store/stranded.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger stranded_logger{"storage"};

} // namespace

Task<Recovery::Done> Recovery::strand(TopicPartition partition, std::string topic) {
    Stranded stranded{partition, topic, {}};
    if (!chain_.empty()) {
        CO_TRY(Replay replay, co_await entries_of({partition}));
        stranded.entries = co_await with_external_bytes(
            disk(), place_.layout.partition(topic, partition.index), std::move(replay[partition]));
    }
    std::size_t count = stranded.entries.size();
    co_await write_stranded(disk(), place_.layout, std::move(stranded));
    stranded_logger.error("{}-{}: {} entries of the log are set aside in {}; repair its files, then start "
                          "with --merge-stranded",
                          topic, static_cast<std::int32_t>(partition.index), count,
                          stranded_path(place_.layout, partition));
    co_return Done{};
}

/// The checkpoint says that it is offline.
Task<Recovery::Done> Recovery::leave_or_merge(TopicPartition partition, std::string topic) {
    if (checkpoint_.format < 2 && facts_[partition].bytes > 0)
        if (auto done = co_await strand(partition, topic); !done) co_return done;
    bool wanted = place_.options.stranded == StoreOptions::Stranded::merge;
    if (wanted && co_await merge(partition, topic))
        merged_.push_back(partition);
    else
        mark_offline(partition, topic);
    co_return Done{};
}

/// From the checkpoint's point on, as after a crash. False, and said why, where its files are still damaged.
Task<bool> Recovery::merge(TopicPartition partition, std::string topic) {
    std::string name = fmt::format("{}-{}", topic, static_cast<std::int32_t>(partition.index));
    std::string why;
    auto        stranded = co_await read_stranded(disk(), place_.layout, partition);
    if (!stranded) why = stranded.error().detail;
    Replay in_ring; // where large batches lie is still said by entries of the ring
    if (why.empty() && !chain_.empty()) {
        auto replay = co_await entries_of({partition});
        if (replay)
            in_ring = *std::move(replay);
        else
            why = replay.error().detail;
        std::erase_if(in_ring[partition], [](const ReplayedEntry& replayed) {
            return replayed.entry.kind != EntryKind::external_batch;
        });
    }
    if (why.empty()) {
        const Facts& facts = facts_[partition];
        auto entries = co_await with_external_bytes(disk(), place_.layout.partition(topic, partition.index),
                                                    std::move(stranded->entries));
        std::ranges::move(in_ring[partition], std::back_inserter(entries));
        auto opened = co_await open_one(
            {partition, topic,
             recovered_of(facts, facts.point ? std::optional(facts.point->point) : std::nullopt),
             std::move(entries)});
        if (!opened) why = opened.error().detail;
    }
    if (why.empty()) co_return true;
    stranded_logger.error("{} stays offline: {}", name, why);
    co_return false;
}

/// What was merged is in segments, and a checkpoint says so; until then another start merges again.
Task<Recovery::Done> Recovery::finish_merging() {
    if (merged_.empty()) co_return Done{};
    co_await store_->checkpoint();
    std::vector<TopicPartition> merged = std::exchange(merged_, {});
    for (TopicPartition partition : merged) {
        auto points = store_->last().partitions;
        auto at = std::ranges::find(points, partition, &PartitionPoint::partition);
        bool is_done = at != points.end() && at->state == PartitionPoint::State::serving;
        stranded_logger.info("{}-{}: {}", *find_topic(partition.topic_id),
                             static_cast<std::int32_t>(partition.index),
                             is_done ? "what was set aside is merged, it serves again" : "not merged yet");
    }
    co_return Done{};
}

/// Of partitions that serve, or whose topic is gone, nothing is needed.
Task<> Recovery::tidy_stranded() {
    if (!co_await disk().exists(place_.layout.stranded())) co_return;
    for (const std::string& name : co_await disk().list(place_.layout.stranded())) {
        auto partition = stranded_name(name);
        if (!partition) continue;
        auto points = store_->last().partitions;
        auto at = std::ranges::find(points, *partition, &PartitionPoint::partition);
        bool is_needed = at != points.end() && at->state == PartitionPoint::State::offline;
        if (!is_needed) co_await remove_stranded(disk(), place_.layout, *partition);
    }
}

} // namespace riacho::storage
