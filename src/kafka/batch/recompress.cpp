#include "kafka/batch/recompress.hpp"

#include "kafka/batch/patch.hpp"
#include "kafka/batch/record_cursor.hpp"

#include <algorithm>
#include <memory>

namespace riacho::kafka {

Outcome<Bytes, BatchError> recompress(const BatchView& batch, const Recompression& how) {
    TRY(RecordCursor cursor, RecordCursor::open(batch, how.bytes_max));
    bool     was_packed = batch.attributes().compression() != Compression::none;
    ByteView payload = was_packed ? cursor.decompressed().view() : batch.payload();
    Bytes    packed;
    if (how.to != Compression::none) {
        auto compressed = compress(how.to, payload, how.level);
        if (!compressed) return fail(BatchError::too_large, std::move(compressed.error().detail));
        packed = *std::move(compressed);
        payload = packed.view();
    }
    BatchHeader header = batch.header();
    header.batch_length =
        static_cast<std::int32_t>(batch_layout::header_size - batch_layout::length_overhead + payload.size());
    int bits = (header.attributes.bits & ~BatchAttributes::compression_mask) | static_cast<int>(how.to);
    header.attributes.bits = static_cast<std::int16_t>(bits);
    auto buffer = std::make_shared<Buffer>(batch_layout::header_size + payload.size());
    std::ranges::copy(payload, buffer->span().subspan(batch_layout::header_size).begin());
    store_header(buffer->span(), header);
    set_crc(buffer->span());
    return Bytes(std::move(buffer));
}

} // namespace riacho::kafka
