#include "kafka/batch/batch_view.hpp"

#include "base/check.hpp"
#include "codec/crc32c.hpp"

#include <fmt/core.h>

namespace riacho::kafka {

namespace layout = batch_layout;

void store_header(std::span<std::byte> batch, const BatchHeader& header) {
    check(batch.size() >= layout::header_size, "a batch has room for its header");
    std::byte* at = batch.data();
    store_big(at + layout::base_offset, header.base_offset.value);
    store_big(at + layout::batch_length, header.batch_length);
    store_big(at + layout::leader_epoch, static_cast<std::int32_t>(header.leader_epoch));
    store_big(at + layout::magic, header.magic);
    store_big(at + layout::crc, header.crc);
    store_big(at + layout::attributes, header.attributes.bits);
    store_big(at + layout::last_offset_delta, header.last_offset_delta);
    store_big(at + layout::base_timestamp, header.base_timestamp.ms);
    store_big(at + layout::max_timestamp, header.max_timestamp.ms);
    store_big(at + layout::producer_id, static_cast<std::int64_t>(header.producer_id));
    store_big(at + layout::producer_epoch, header.producer_epoch);
    store_big(at + layout::base_sequence, header.base_sequence);
    store_big(at + layout::records_count, header.records_count);
}

Outcome<BatchView, BatchError> BatchView::first(ByteView bytes) {
    if (bytes.empty()) return fail(BatchError::no_batch);
    if (bytes.size() < layout::length_overhead) return fail(BatchError::truncated);
    auto length = load_big<std::int32_t>(bytes.data() + layout::batch_length);
    // The smallest batch of any format; shorter ones are garbage, not an older format.
    if (length < 14) return fail(BatchError::corrupt, fmt::format("batch length {} is too small", length));
    if (bytes.size() > layout::magic) {
        auto magic = load_big<std::int8_t>(bytes.data() + layout::magic);
        if (magic < 0 || magic > layout::magic_v2)
            return fail(BatchError::corrupt, fmt::format("invalid magic {}", magic));
        if (magic != layout::magic_v2)
            return fail(BatchError::unsupported_magic, fmt::format("magic {} is not supported", magic));
        if (static_cast<std::size_t>(length) + layout::length_overhead < layout::header_size)
            return fail(BatchError::corrupt, fmt::format("batch length {} is too small", length));
    }
    std::size_t size = static_cast<std::size_t>(length) + layout::length_overhead;
    if (size > bytes.size()) return fail(BatchError::truncated);
    return BatchView(bytes.first(size));
}

Offset BatchView::last_offset() const {
    // Unsigned, because the sum of a hostile header may overflow.
    return {static_cast<std::int64_t>(static_cast<std::uint64_t>(base_offset().value) +
                                      static_cast<std::uint64_t>(last_offset_delta()))};
}

Offset BatchView::next_offset() const {
    return {static_cast<std::int64_t>(static_cast<std::uint64_t>(last_offset().value) + 1)};
}

std::int32_t BatchView::last_sequence() const {
    if (base_sequence() < 0) return base_sequence();
    auto sum = static_cast<std::uint32_t>(base_sequence()) + static_cast<std::uint32_t>(last_offset_delta());
    return static_cast<std::int32_t>(sum & 0x7fffffff);
}

BatchHeader BatchView::header() const {
    return {
        .base_offset = base_offset(),
        .batch_length = load<std::int32_t>(layout::batch_length),
        .leader_epoch = leader_epoch(),
        .magic = load<std::int8_t>(layout::magic),
        .crc = crc(),
        .attributes = attributes(),
        .last_offset_delta = last_offset_delta(),
        .base_timestamp = base_timestamp(),
        .max_timestamp = max_timestamp(),
        .producer_id = producer_id(),
        .producer_epoch = producer_epoch(),
        .base_sequence = base_sequence(),
        .records_count = records_count(),
    };
}

std::uint32_t BatchView::computed_crc() const { return crc32c(bytes_.subspan(layout::attributes)); }

std::optional<BatchView> BatchCursor::next() {
    if (rest_.empty() || error_) return std::nullopt;
    auto batch = BatchView::first(rest_);
    if (!batch) {
        error_ = batch.error().code;
        return std::nullopt;
    }
    rest_ = rest_.subspan(batch->size());
    return *batch;
}

} // namespace riacho::kafka
