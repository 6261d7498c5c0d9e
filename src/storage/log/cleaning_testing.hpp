#pragma once

#include "kafka/batch/record_cursor.hpp"
#include "storage/log/testing.hpp"

#include <fmt/core.h>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Compacted partitions in tests: a random life, and the naive model that says what must be left of it.
namespace riacho::storage::testing_cleaning {

struct ModelRecord {
    std::string                key;
    std::optional<std::string> value; ///< none: a tombstone
    std::int64_t               timestamp = 0;
    bool                       operator==(const ModelRecord&) const = default;
};
using Records = std::map<std::int64_t, ModelRecord>; ///< by offset

inline Bytes batch_of(const std::vector<ModelRecord>& records, Compression compression,
                      std::int32_t sequence = -1) {
    bool                has_producer = sequence >= 0;
    kafka::BatchBuilder builder({.compression = compression,
                                 .producer_id = has_producer ? ProducerId{5} : ProducerId::none,
                                 .producer_epoch = static_cast<std::int16_t>(has_producer ? 0 : -1),
                                 .base_sequence = sequence});
    for (const ModelRecord& one : records) {
        kafka::NewRecord record{.timestamp = {one.timestamp}, .key = as_bytes(one.key)};
        if (one.value) record.value = as_bytes(*one.value);
        builder.add(record);
    }
    return builder.build();
}

inline void add_records(const kafka::BatchView& batch, Records& to) {
    check(batch.crc_matches(), "what is read validates");
    auto cursor = kafka::RecordCursor::open(batch, 1 << 22);
    check(cursor.has_value(), "what is read can be read");
    while (const kafka::Record* record = cursor->next()) {
        ModelRecord one{std::string(as_text(*record->key)), std::nullopt, record->timestamp.ms};
        if (record->value) one.value = std::string(as_text(*record->value));
        check(to.emplace(record->offset.value, std::move(one)).second, "an offset is there once");
    }
    check(!cursor->error(), "a batch has its records");
}

/// As a reader finds them.
inline Task<Records> records_in(Log& log) {
    Records found;
    for (Offset at = log.log_start(); at < log.high_watermark();) {
        auto result = co_await log.read(at, log.high_watermark(), 3'000);
        check(result.has_value(), "what is there can be read");
        kafka::BatchCursor cursor(result->batches.view());
        while (auto batch = cursor.next()) add_records(*batch, found);
        check(result->next > at, "a read below the high watermark moves on");
        at = result->next;
    }
    co_return found;
}

/// What is wrong with what was found; empty where nothing is.
inline std::string complaint_about(const Records& found, const Records& written, std::int64_t acknowledged) {
    std::map<std::string, std::int64_t> last;
    for (const auto& [offset, record] : written) last[record.key] = offset;
    for (const auto& [offset, record] : found) {
        auto original = written.find(offset);
        if (original == written.end()) return fmt::format("nobody wrote offset {}", offset);
        if (original->second != record) return fmt::format("offset {} is another record", offset);
    }
    for (const auto& [key, offset] : last) {
        if (!written.at(offset).value) { // gone, or there; but nothing older without it
            bool is_there = found.contains(offset);
            for (const auto& [at, record] : found)
                if (record.key == key && !is_there) return fmt::format("{} is back at offset {}", key, at);
        } else if (offset < acknowledged && !found.contains(offset)) {
            return fmt::format("the last {} is gone, offset {}", key, offset);
        }
    }
    return {};
}

/// One life of a partition: batches of few keys, rolls, checkpoints, compaction.
class CompactedLife {
public:
    CompactedLife(LogWorld& world, std::uint64_t seed) : world_(world), random_(seed) {}

    Records        written;
    std::int64_t   acknowledged = 0;
    std::int32_t   sequence = 0; ///< -1: without a producer
    int            keys = 12;
    CleanerOptions cleaner{.dedupe_buffer_bytes = 6'000, .io_buffer_bytes = 700};

    Task<> append_some() {
        std::vector<ModelRecord> records;
        auto                     count = random_.between(1, 6);
        for (std::uint64_t i = 0; i < count; ++i) {
            ModelRecord one{fmt::format("key-{}", random_.between(0, static_cast<std::uint64_t>(keys) - 1)),
                            std::nullopt, world_.world.world().clock.wall().ms};
            if (random_.between(0, 4) > 0)
                one.value = fmt::format("{}-{}", written.size(), std::string(random_.between(0, 120), 'v'));
            records.push_back(std::move(one));
        }
        bool  has_producer = sequence >= 0 && random_.between(0, 2) == 0;
        Bytes batch =
            batch_of(records, static_cast<Compression>(random_.between(0, 4)), has_producer ? sequence : -1);
        if (has_producer) sequence += static_cast<std::int32_t>(count);
        std::int64_t base = world_.log->end().value;
        // It may be there although nobody is told.
        for (std::size_t i = 0; i < records.size(); ++i)
            written[base + static_cast<std::int64_t>(i)] = records[i];
        auto appended = co_await world_.append_noted(batch);
        check(appended && appended->base_offset.value == base, "nothing refuses a batch here");
        acknowledged = base + static_cast<std::int64_t>(count);
    }

    Task<> run(int steps) {
        for (int i = 0; i < steps; ++i) {
            co_await append_some();
            std::uint64_t what = random_.between(0, 9);
            if (what == 0) co_await world_.checkpoint_and_recycle();
            if (what == 1) co_await world_.log->clean(cleaner);
            if (what == 2) co_await world_.log->write_out();
            if (what == 3)
                co_await world_.world.shard().sleep_for(std::chrono::seconds(random_.between(1, 40)));
            if (what == 4) co_await world_.log->enforce_retention();
        }
    }

private:
    LogWorld&    world_;
    SeededRandom random_;
};

inline void make_compacted(LogWorld& world) {
    world.options.is_compacted = true;
    world.options.is_deleted = false;
    world.options.min_cleanable_dirty_ratio = 0;
    world.options.delete_retention_ms = std::chrono::seconds(60);
    world.options.segment_bytes = 3'000;
    world.options.segment_ms = std::chrono::seconds(200);
    world.options.index_interval_bytes = 300;
    world.options.wal_external_bytes = 500;
    world.wal.delay = std::chrono::microseconds(50);
}

/// What somebody makes of it who reads the snapshot and what came after, and how many bytes that took.
struct Loaded {
    std::map<std::string, std::string> table;
    std::uint64_t                      bytes = 0;
    Offset                             until{0};
};

inline void apply_to_table(const kafka::BatchView& batch, std::map<std::string, std::string>& table) {
    auto cursor = kafka::RecordCursor::open(batch, 1 << 22);
    while (const kafka::Record* record = cursor->next()) {
        std::string key(as_text(*record->key));
        if (record->value)
            table[key] = as_text(*record->value);
        else
            table.erase(key);
    }
}

inline Loaded load(LogWorld& world) {
    Loaded loaded;
    auto   take = [&loaded](const Bytes& bytes) {
        kafka::BatchCursor cursor(bytes.view());
        while (auto batch = cursor.next()) apply_to_table(*batch, loaded.table);
        loaded.bytes += bytes.size();
    };
    auto   snapshot = world.world.run(world.log->read_snapshot());
    Offset at = world.log->log_start();
    if (snapshot) {
        take(snapshot->batches);
        at = loaded.until = snapshot->until;
    }
    while (at < world.log->high_watermark()) {
        ReadResult result = world.read(at.value);
        take(result.batches);
        at = result.next;
    }
    return loaded;
}

inline std::map<std::string, std::string> table_of(const Records& written) {
    std::map<std::string, std::string> table;
    for (const auto& [offset, record] : written) {
        if (record.value)
            table[record.key] = *record.value;
        else
            table.erase(record.key);
    }
    return table;
}

} // namespace riacho::storage::testing_cleaning
