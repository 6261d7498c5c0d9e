#pragma once

#include "browse/record_source.hpp"
#include "browse/record_testing.hpp"
#include "io/shard.hpp"
#include "kafka/batch/control.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace riacho::browse {

/// For tests: a topic in memory. Answers as a broker does: whole batches from the one that holds the offset
/// on, at least one for the first partition that has any.
class FakeTopic : public RecordSource {
public:
    explicit FakeTopic(io::Shard& shard) : shard_(shard) {}

    struct Batch {
        Bytes  bytes;
        Offset base;
        Offset next;
    };
    struct Aborted {
        AbortedTransaction transaction;
        Offset             last; ///< its marker
    };
    struct Partition {
        std::vector<Batch>   batches;
        Offset               start{0};
        Offset               end{0};
        std::vector<Aborted> aborted;

        void add(Bytes bytes) {
            auto view = kafka::BatchView::first(bytes.view());
            end = view->next_offset();
            batches.push_back({bytes, view->base_offset(), end});
        }
    };
    /// Appends one batch; offsets of the records may have gaps.
    void append(std::int32_t partition, const std::vector<TestRecord>& records,
                kafka::BatchOptions options = {}) {
        partitions[partition].add(batch_of(records, options));
    }
    /// Ends a transaction.
    void append_marker(std::int32_t partition, kafka::ControlType type, ProducerId producer) {
        Partition& to = partitions[partition];
        Bytes      marker = kafka::build_marker({.type = type, .producer_id = producer});
        store_big(marker.writable().data(), to.end.value);
        to.add(marker);
    }

    Answer<std::vector<Range>> ranges(std::vector<PartitionIndex> asked) override {
        co_await shard_.sleep_for(std::chrono::milliseconds(1));
        std::vector<Range> all;
        for (auto& [index, partition] : partitions) {
            bool is_asked = asked.empty() || std::ranges::count(asked, PartitionIndex{index}) > 0;
            if (is_asked) all.push_back({PartitionIndex{index}, partition.start, partition.end});
        }
        if (!asked.empty() && all.size() != asked.size()) co_return fail(SourceError::unknown_partition);
        co_return all;
    }
    Answer<std::vector<Offset>> offsets_at(std::vector<PartitionIndex> asked, Timestamp time) override {
        co_await shard_.sleep_for(std::chrono::milliseconds(1));
        std::vector<Offset> found;
        for (PartitionIndex index : asked)
            found.push_back(offset_at(partitions[static_cast<std::int32_t>(index)], time));
        co_return found;
    }
    Answer<std::vector<Fetched>> fetch(FetchRequest request) override {
        ++fetches;
        co_await shard_.sleep_for(std::chrono::milliseconds(2));
        if (failing) co_return fail(*failing);
        std::vector<Fetched> answer;
        std::size_t          left = request.bytes_max;
        bool                 is_first = true;
        for (const Ask& ask : request.asks) answer.push_back(read(ask, left, is_first));
        if (is_first) co_await shard_.sleep_for(request.wait_max); // nothing came in the meantime
        co_return answer;
    }

    void stop() override { ++stops; }

    std::map<std::int32_t, Partition> partitions;
    std::size_t                       stops = 0;
    std::size_t                       fetches = 0;
    std::size_t                       fetched_bytes = 0;
    std::optional<SourceError>        failing;

private:
    static Offset offset_at(const Partition& partition, Timestamp time) {
        for (const Batch& each : partition.batches) {
            auto batch = kafka::BatchView::first(each.bytes.view());
            auto records = kafka::RecordCursor::open(*batch, 1 << 20);
            while (const kafka::Record* record = records->next()) {
                if (record->timestamp >= time && record->offset >= partition.start) return record->offset;
            }
        }
        return partition.end;
    }
    Fetched read(const Ask& ask, std::size_t& left, bool& is_first) {
        const Partition& from = partitions[static_cast<std::int32_t>(ask.partition)];
        Fetched          part{ask.partition, {}, {}, from.start, from.end};
        std::string      bytes;
        for (const Aborted& aborted : from.aborted) {
            if (aborted.last >= ask.from) part.aborted.push_back(aborted.transaction);
        }
        for (const Batch& batch : from.batches) {
            bool is_wanted = ask.from >= from.start && batch.next > ask.from && batch.base < from.end;
            if (!is_wanted) continue;
            if (!is_first && bytes.size() + batch.bytes.size() > left) break;
            bytes += as_text(batch.bytes.view());
            is_first = false;
        }
        left -= std::min(left, bytes.size());
        fetched_bytes += bytes.size();
        part.records = Bytes::copy_of(bytes);
        return part;
    }

    io::Shard& shard_;
};

} // namespace riacho::browse
