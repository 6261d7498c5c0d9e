#include "storage/store/topics.hpp"

#include "base/check.hpp"
#include "kafka/batch/batch_view.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/records/metadata_record.hpp"

#include <fmt/core.h>
#include <utility>
#include <variant>

namespace riacho::storage {
namespace {

constexpr std::size_t metadata_read_bytes = 1u << 20;
constexpr std::size_t metadata_batch_bytes_max = 64u << 20;

std::unexpected<Failure<StoreError>> damaged_metadata(Offset at, std::string_view why) {
    return fail(StoreError::damaged, fmt::format("__cluster_metadata-0 at offset {}: {}", at.value, why));
}

/// What of a batch is news: below a snapshot's end only the ids of topics that were deleted.
enum class Take { all, deletions };

/// Nobody made the metadata's own topic, and nobody can delete it: a record that does is damage.
bool names_the_metadata(const kafka::MetadataRecord& record) {
    const auto* made = std::get_if<kafka::TopicRecord>(&record);
    const auto* removed = std::get_if<kafka::RemoveTopicRecord>(&record);
    return (made && made->topic_id == cluster_metadata_id) ||
           (removed && removed->topic_id == cluster_metadata_id);
}

void apply_metadata(KnownTopics& topics, const kafka::MetadataRecord& record, Take take) {
    if (take == Take::deletions && !std::holds_alternative<kafka::RemoveTopicRecord>(record)) return;
    if (const auto* made = std::get_if<kafka::TopicRecord>(&record)) topics.live[made->topic_id] = made->name;
    if (const auto* removed = std::get_if<kafka::RemoveTopicRecord>(&record)) {
        topics.live.erase(removed->topic_id);
        topics.deleted.insert(removed->topic_id);
    }
}

Outcome<void, StoreError> apply_batch(KnownTopics& topics, const Bytes& batches,
                                      const kafka::BatchView& batch, Take take) {
    // What topics there are decides which folders go: a guess would be worse than no start.
    if (!batch.crc_matches()) return damaged_metadata(batch.base_offset(), "a batch with a wrong checksum");
    if (batch.attributes().is_control()) return {};
    auto cursor = kafka::RecordCursor::open(batch, metadata_batch_bytes_max);
    if (!cursor) return damaged_metadata(batch.base_offset(), "a batch that cannot be read");
    while (const kafka::Record* record = cursor->next()) {
        if (!record->value) continue;
        const Bytes& owner = cursor->decompressed().empty() ? batches : cursor->decompressed();
        auto         decoded = kafka::decode_metadata_record(owner.slice(*record->value));
        if (decoded && names_the_metadata(*decoded))
            return damaged_metadata(record->offset, "a record about the metadata's own topic");
        if (decoded)
            apply_metadata(topics, *decoded, take);
        else if (decoded.error().code != kafka::RecordError::unknown_type)
            return damaged_metadata(record->offset, decoded.error().detail);
    }
    if (cursor->error()) return damaged_metadata(batch.base_offset(), "a batch whose records do not fit");
    return {};
}

} // namespace

const std::string* KnownTopics::find_name(const Uuid& id) const {
    auto found = live.find(id);
    return found == live.end() ? nullptr : &found->second;
}

Task<Outcome<KnownTopics, StoreError>> read_topics(Log& metadata, std::optional<MetadataSnapshot> snapshot) {
    KnownTopics topics;
    topics.live.emplace(cluster_metadata_id, cluster_metadata_topic);
    Offset below = metadata.high_watermark(), from{0};
    if (snapshot) {
        from = snapshot->id.until;
        for (const Bytes& bytes : snapshot->batches) {
            auto batch = kafka::BatchView::first(bytes.view());
            check(batch.has_value(), "a snapshot that was read consists of batches");
            auto applied = apply_batch(topics, bytes, *batch, Take::all);
            if (!applied) co_return std::unexpected(std::move(applied).error());
        }
    }
    for (Offset at = metadata.log_start(); at < below;) {
        auto read = co_await metadata.read(at, below, metadata_read_bytes);
        if (!read) co_return damaged_metadata(at, "it cannot be read");
        if (read->batches.empty() || read->next <= at) co_return damaged_metadata(at, "it ends too early");
        kafka::BatchCursor batches(read->batches.view());
        while (auto batch = batches.next()) {
            auto take = batch->base_offset() < from ? Take::deletions : Take::all;
            auto applied = apply_batch(topics, read->batches, *batch, take);
            if (!applied) co_return std::unexpected(std::move(applied).error());
        }
        if (batches.error()) co_return damaged_metadata(at, "bytes that are no batch");
        at = read->next;
    }
    co_return topics;
}

} // namespace riacho::storage
