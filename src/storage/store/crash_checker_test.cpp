// The checker of the crash tests: what a recovered folder must hold after what was acknowledged.
#include "storage/log/partition_metadata.hpp"
#include "storage/store/folders.hpp"
#include "storage/store/store_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::storage::testing_store {
namespace {

std::string name_of_partition(TopicPartition partition) {
    return fmt::format("{:x}-{}", std::to_integer<int>(partition.topic_id.bytes[15]),
                       static_cast<std::int32_t>(partition.index));
}

/// What was acknowledged is there; what is there was sent, once, whole, and nothing is missing between.
std::vector<std::string> compare_partition(const PartitionHistory& history, const ReadBack& back,
                                           History::Promise promise) {
    std::vector<std::string> complaints;
    bool                     all = promise == History::Promise::all;
    if ((all && back.log_start < history.log_start) ||
        back.log_start > std::max(history.log_start, history.log_start_attempted))
        complaints.push_back(
            fmt::format("log start {}, acknowledged {}", back.log_start.value, history.log_start.value));
    for (const Attempt& attempt : history.attempts) {
        if (!attempt.acknowledged || !all) continue;
        auto batch = kafka::BatchView::first(attempt.batch.view());
        if (batch->last_offset() < back.log_start) continue;
        auto found = back.batches.find(*attempt.acknowledged);
        if (found == back.batches.end())
            complaints.push_back(fmt::format("the batch at {} is gone", attempt.acknowledged->value));
        else if (found->second != attempt.batch)
            complaints.push_back(fmt::format("the batch at {} is another one", attempt.acknowledged->value));
    }
    Offset      next = back.batches.empty() ? back.end : back.batches.begin()->first;
    std::size_t sent = 0;
    if (next > back.log_start && back.log_start < back.end)
        complaints.push_back(
            fmt::format("log start {}, and nothing before {}", back.log_start.value, next.value));
    for (const auto& [base, bytes] : back.batches) {
        auto batch = kafka::BatchView::first(bytes.view());
        if (base != next) complaints.push_back(fmt::format("offset {} after {}", base.value, next.value));
        if (!batch->crc_matches())
            complaints.push_back(fmt::format("the batch at {} is damaged", base.value));
        next = batch->next_offset();
        bool known = false;
        for (const Attempt& attempt : history.attempts)
            known = known || std::ranges::equal(attempt.batch.view().subspan(61), bytes.view().subspan(61));
        if (!known) complaints.push_back(fmt::format("nobody sent the batch at {}", base.value));
        ++sent;
    }
    if (sent > 0 && next != back.end) complaints.push_back("the end is not behind the last batch");
    return complaints;
}

Task<std::vector<std::string>> broken_folders(io::Disk& disk, std::string folder, History& history) {
    std::vector<std::string> complaints;
    for (const std::string& name : co_await disk.list(folder + "/log")) {
        if (!is_partition_folder(name)) continue;
        std::string path = folder + "/log/" + name;
        auto        content = co_await io::read_file(disk, path + "/partition.metadata");
        auto        id = content ? parse_partition_metadata(as_text(content->view())) : std::nullopt;
        for (const TopicHistory& topic : history.topics)
            if (id && *id == topic.id && topic.fate == TopicHistory::Fate::deleted &&
                history.promise == History::Promise::all)
                complaints.push_back(path + " is of a deleted topic");
    }
    co_return complaints;
}

} // namespace

Task<std::vector<std::string>> broken_promises(Store& store, History& history, io::Disk& disk,
                                               std::string folder) {
    std::vector<std::string> complaints = co_await broken_folders(disk, folder, history);
    if (store.starts() <= history.starts) complaints.push_back("the starts fell");
    history.starts = store.starts();
    co_await store.shard_of(cluster_metadata).enter_if_away();
    auto metadata =
        co_await store.open_log(cluster_metadata, std::string(cluster_metadata_topic), small_log(""));
    if (!metadata) co_return std::vector<std::string>{"the metadata does not open"};
    auto snapshot = co_await store.read_metadata_snapshot();
    if (!snapshot) co_return std::vector<std::string>{"the snapshot cannot be read again"};
    auto topics = co_await read_topics(**metadata, *std::move(snapshot));
    if (!topics) co_return std::vector<std::string>{"the metadata cannot be read: " + topics.error().detail};
    for (TopicHistory& topic : history.topics) {
        bool lives = topics->live.contains(topic.id);
        bool all = history.promise == History::Promise::all;
        if (all && topic.fate == TopicHistory::Fate::made && !lives) complaints.push_back("a topic is gone");
        if (all && topic.fate == TopicHistory::Fate::deleted && lives)
            complaints.push_back("a deleted topic is back");
        // From here on it is known.
        bool known = topic.fate == TopicHistory::Fate::made || topic.fate == TopicHistory::Fate::deleted;
        if (!known || !all) topic.fate = lives ? TopicHistory::Fate::made : TopicHistory::Fate::deleted;
    }
    std::vector<TopicPartition> partitions;
    for (const auto& [partition, one] : history.partitions)
        if (topics->live.contains(partition.topic_id)) partitions.push_back(partition);
    for (TopicPartition partition : partitions) {
        auto back = co_await read_back(store, partition, history.partitions[partition].topic);
        if (!back) {
            complaints.push_back(name_of_partition(partition) + ": " + back.error().code + " " +
                                 back.error().detail);
            continue;
        }
        for (const std::string& complaint :
             compare_partition(history.partitions[partition], *back, history.promise))
            complaints.push_back(name_of_partition(partition) + ": " + complaint);
        // What survived once may not vanish later.
        PartitionHistory& one = history.partitions[partition];
        one.log_start = back->log_start;
        std::vector<Attempt> kept;
        for (const auto& [base, bytes] : back->batches) kept.push_back({bytes, base});
        one.attempts = std::move(kept);
    }
    co_await store.shard_of(cluster_metadata).enter_if_away();
    co_return complaints;
}

} // namespace riacho::storage::testing_store
