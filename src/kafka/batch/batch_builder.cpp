#include "kafka/batch/batch_builder.hpp"

#include "base/check.hpp"
#include "codec/varint.hpp"
#include "kafka/batch/patch.hpp"

#include <algorithm>
#include <limits>

namespace riacho::kafka {
namespace {

std::size_t nullable_size(const std::optional<ByteView>& bytes) {
    if (!bytes) return 1;
    return varint_size(static_cast<std::int32_t>(bytes->size())) + bytes->size();
}

void append_bytes(std::vector<std::byte>& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_nullable(std::vector<std::byte>& to, const std::optional<ByteView>& bytes) {
    append_varint(to, bytes ? static_cast<std::int32_t>(bytes->size()) : -1);
    if (bytes) append_bytes(to, *bytes);
}

/// Key, value and headers: what does not depend on the record's place.
std::size_t content_size(const NewRecord& record) {
    std::size_t size = nullable_size(record.key) + nullable_size(record.value);
    size += varint_size(static_cast<std::int32_t>(record.headers.size()));
    for (const RecordHeader& header : record.headers) {
        size += nullable_size(riacho::as_bytes(header.key)) + nullable_size(header.value);
    }
    return size;
}

} // namespace

BatchBuilder::BatchBuilder(BatchOptions options)
    : options_(std::move(options)), bytes_(batch_layout::header_size), base_timestamp_(Timestamp{}) {
    if (options_.base_timestamp) base_timestamp_ = *options_.base_timestamp;
}

std::size_t BatchBuilder::size_of(const NewRecord& record) {
    // Its length, attributes and both deltas at their largest.
    return varint_bytes_max + 1 + varlong_bytes_max + varint_bytes_max + content_size(record);
}

BatchBuilder& BatchBuilder::add(const NewRecord& record) {
    std::int32_t delta = record.offset_delta.value_or(last_delta_ + 1);
    check(delta > last_delta_, "the offsets of a batch rise");
    if (count_ == 0 && !options_.base_timestamp) base_timestamp_ = record.timestamp;
    // Unsigned: compaction writes again what a hostile producer dated.
    auto        timestamp_delta = static_cast<std::int64_t>(static_cast<std::uint64_t>(record.timestamp.ms) -
                                                            static_cast<std::uint64_t>(base_timestamp_.ms));
    std::size_t content = content_size(record);
    std::size_t size = 1 + varlong_size(timestamp_delta) + varint_size(delta) + content;
    check(bytes_.size() + size < std::numeric_limits<std::int32_t>::max() / 2, "a batch stays under 1 GiB");
    append_varint(bytes_, static_cast<std::int32_t>(size));
    bytes_.push_back(std::byte{0});
    append_varlong(bytes_, timestamp_delta);
    append_varint(bytes_, delta);
    append_nullable(bytes_, record.key);
    append_nullable(bytes_, record.value);
    append_varint(bytes_, static_cast<std::int32_t>(record.headers.size()));
    for (const RecordHeader& header : record.headers) {
        append_nullable(bytes_, riacho::as_bytes(header.key));
        append_nullable(bytes_, header.value);
    }
    last_delta_ = delta;
    count_++;
    max_timestamp_ = std::max(max_timestamp_, record.timestamp);
    return *this;
}

Bytes BatchBuilder::build() {
    ByteView payload = ByteView(bytes_).subspan(batch_layout::header_size);
    Bytes    packed;
    if (options_.compression != Compression::none && !payload.empty()) {
        auto compressed = compress(options_.compression, payload);
        check(compressed.has_value(), "compress() takes anything under 2 GiB");
        packed = *std::move(compressed);
        payload = packed.view();
    }
    BatchHeader header{
        .base_offset = options_.base_offset,
        .batch_length = static_cast<std::int32_t>(batch_layout::header_size - batch_layout::length_overhead +
                                                  payload.size()),
        .leader_epoch = options_.leader_epoch,
        .attributes = options_.attributes,
        .last_offset_delta = options_.last_offset_delta.value_or(last_delta_),
        .base_timestamp = base_timestamp_,
        .max_timestamp = options_.log_append_time.value_or(max_timestamp_),
        .producer_id = options_.producer_id,
        .producer_epoch = options_.producer_epoch,
        .base_sequence = options_.base_sequence,
        .records_count = count_,
    };
    check(header.last_offset_delta >= last_delta_, "a batch ends at or after its last record");
    auto bits =
        header.attributes.bits & ~(BatchAttributes::compression_mask | BatchAttributes::log_append_time_bit);
    if (!packed.empty()) bits |= static_cast<int>(options_.compression);
    if (options_.log_append_time) bits |= BatchAttributes::log_append_time_bit;
    header.attributes.bits = static_cast<std::int16_t>(bits);
    auto buffer = std::make_shared<Buffer>(batch_layout::header_size + payload.size());
    std::ranges::copy(payload, buffer->span().subspan(batch_layout::header_size).begin());
    store_header(buffer->span(), header);
    set_crc(buffer->span());
    return Bytes(std::move(buffer));
}

} // namespace riacho::kafka
