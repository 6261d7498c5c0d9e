#pragma once

#include "io/testing.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/batch_view.hpp"
#include "kafka/records/metadata_record.hpp"
#include "storage/store.hpp"
#include "storage/store/topics.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/core.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// A store in a world, and what its clients were told: what a crash may not unsay.
namespace riacho::storage::testing_store {

using namespace std::chrono_literals;

/// One batch that somebody tried to append.
struct Attempt {
    Bytes                 batch; ///< the broker wrote offset and epoch into it
    std::optional<Offset> acknowledged;
};

struct PartitionHistory {
    std::string          topic;
    std::vector<Attempt> attempts;
    Offset               log_start{0};           ///< acknowledged
    Offset               log_start_attempted{0}; ///< perhaps
};

struct TopicHistory {
    Uuid id;
    enum class Fate { unknown, made, perhaps_deleted, deleted } fate = Fate::unknown;
};

struct History {
    std::map<TopicPartition, PartitionHistory> partitions;
    std::vector<TopicHistory>                  topics;
    std::uint32_t                              starts = 0;
    /// What a cut may take: nothing that was acknowledged, or (durability=os) the newest of it.
    enum class Promise { all, prefix } promise = Promise::all;
    std::uint64_t values = 0; // drawn so far: no two batches are alike
};

inline StoreOptions small_store() {
    StoreOptions options;
    options.wal_file_bytes = 64u << 10;
    options.open_files_max = 4; // so that files are closed and opened again all the time
    options.wal_bytes_max = 5 * (64u << 10);
    options.checkpoint_interval_ms = std::chrono::hours(1);
    options.checkpoint_bytes = 1u << 30;
    options.disk_reserve_bytes = 32u << 10;
    return options;
}
inline LogOptions small_log(std::string_view) {
    LogOptions options;
    options.segment_bytes = 12'000;
    options.wal_external_bytes = 4'000;
    options.index_interval_bytes = 512;
    return options;
}

inline Uuid topic_id(std::uint8_t number) {
    Uuid id;
    id.bytes[0] = std::byte{0x55};
    id.bytes[15] = std::byte{number};
    return id;
}

/// `count` records that together take about `bytes`.
inline Bytes batch_of(History& history, std::int32_t count, std::int64_t bytes) {
    kafka::BatchBuilder builder({});
    for (std::int32_t i = 0; i < count; ++i) {
        std::string value = fmt::format("{:08}-{}-", ++history.values, i);
        value.append(static_cast<std::size_t>(bytes / count), static_cast<char>('a' + history.values % 26));
        builder.add({.timestamp = {1000}, .value = as_bytes(value)});
    }
    return builder.build();
}

inline Task<Outcome<Appended, AppendError>> put_records(Store&                             store,
                                                        std::vector<kafka::MetadataRecord> records) {
    auto log = co_await store.open_log(cluster_metadata, std::string(cluster_metadata_topic), small_log(""));
    check(log.has_value(), "the metadata opens");
    kafka::BatchBuilder builder({});
    for (const kafka::MetadataRecord& record : records) {
        Bytes value = kafka::encode_metadata_record(record, 0);
        builder.add({.timestamp = {1000}, .value = value.view()});
    }
    co_return co_await (*log)->append(builder.build(), LeaderEpoch{1}, Time::max());
}

inline Task<> make_topic(Store& store, History& history, std::string name, std::uint8_t number) {
    history.topics.push_back({topic_id(number), TopicHistory::Fate::unknown});
    std::size_t        at = history.topics.size() - 1;
    kafka::TopicRecord topic{name, topic_id(number)};
    auto               made = co_await put_records(store, {topic});
    if (made) history.topics[at].fate = TopicHistory::Fate::made;
}

inline Task<> delete_topic(Store& store, History& history, std::string name, std::uint8_t number) {
    auto at = std::ranges::find(history.topics, topic_id(number), &TopicHistory::id) - history.topics.begin();
    auto& topic = history.topics[static_cast<std::size_t>(at)];
    topic.fate = TopicHistory::Fate::perhaps_deleted;
    auto removed = co_await put_records(store, {kafka::RemoveTopicRecord{topic_id(number)}});
    if (!removed) co_return;
    history.topics[static_cast<std::size_t>(at)].fate = TopicHistory::Fate::deleted;
    for (std::int32_t index = 0; index < 2; ++index) {
        TopicPartition partition{topic_id(number), PartitionIndex{index}};
        co_await store.shard_of(partition).enter_if_away();
        co_await store.remove_log(partition, name);
    }
}

/// Appends one batch and notes what was answered. Ends on the partition's shard.
inline Task<> put_batch(Store& store, History& history, TopicPartition partition, Bytes batch) {
    std::string topic = history.partitions[partition].topic;
    co_await store.shard_of(partition).enter_if_away();
    auto log = co_await store.open_log(partition, topic, small_log(topic));
    check(log.has_value(), "the partition opens");
    std::size_t at = history.partitions[partition].attempts.size();
    history.partitions[partition].attempts.push_back({batch, std::nullopt});
    auto appended = co_await (*log)->append(batch, LeaderEpoch{static_cast<std::int32_t>(store.starts())},
                                            store.shard_of(partition).now() + 10s);
    if (appended) history.partitions[partition].attempts[at].acknowledged = appended->base_offset;
}

inline Task<> move_start(Store& store, History& history, TopicPartition partition, Offset to) {
    std::string topic = history.partitions[partition].topic;
    co_await store.shard_of(partition).enter_if_away();
    auto log = co_await store.open_log(partition, topic, small_log(topic));
    check(log.has_value(), "the partition opens");
    history.partitions[partition].log_start_attempted = to;
    auto moved = co_await (*log)->move_log_start(to);
    if (moved) history.partitions[partition].log_start = to;
}

/// What a client reads of a partition, from its log start on: whole batches by base offset.
struct ReadBack {
    Offset                  log_start{0};
    Offset                  end{0};
    std::map<Offset, Bytes> batches;
};
inline Task<Outcome<ReadBack, std::string>> read_back(Store& store, TopicPartition partition,
                                                      std::string topic) {
    co_await store.shard_of(partition).enter_if_away();
    auto log = co_await store.open_log(partition, topic, small_log(topic));
    if (!log) co_return fail(std::string("open"), log.error().detail);
    ReadBack back{(*log)->log_start(), (*log)->high_watermark(), {}};
    for (Offset at = back.log_start; at < back.end;) {
        auto read = co_await (*log)->read(at, back.end, 20'000);
        if (!read) co_return fail(std::string("read"), fmt::format("at {}", at.value));
        if (read->batches.empty() || read->next <= at)
            co_return fail(std::string("no progress"), fmt::format("at {}", at.value));
        kafka::BatchCursor cursor(read->batches.view());
        while (auto batch = cursor.next())
            back.batches[batch->base_offset()] = Bytes::copy_of(batch->view()); // outlives the store
        if (cursor.error()) co_return fail(std::string("no batch"), fmt::format("at {}", at.value));
        at = read->next;
    }
    co_return back;
}

/// Every promise, one complaint for each that was broken.
Task<std::vector<std::string>> broken_promises(Store& store, History& history, io::Disk& disk,
                                               std::string folder);

} // namespace riacho::storage::testing_store
