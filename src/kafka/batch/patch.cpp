#include "kafka/batch/patch.hpp"

#include "base/check.hpp"
#include "codec/crc32c.hpp"

namespace riacho::kafka {

namespace layout = batch_layout;

void set_base_offset(std::span<std::byte> batch, Offset base_offset) {
    check(batch.size() >= layout::header_size, "only a whole batch is patched");
    store_big(batch.data() + layout::base_offset, base_offset.value);
}

void set_leader_epoch(std::span<std::byte> batch, LeaderEpoch leader_epoch) {
    check(batch.size() >= layout::header_size, "only a whole batch is patched");
    store_big(batch.data() + layout::leader_epoch, static_cast<std::int32_t>(leader_epoch));
}

void set_log_append_time(std::span<std::byte> batch, Timestamp now) {
    check(batch.size() >= layout::header_size, "only a whole batch is patched");
    auto bits = load_big<std::int16_t>(batch.data() + layout::attributes);
    bits = static_cast<std::int16_t>(bits | BatchAttributes::log_append_time_bit);
    store_big(batch.data() + layout::attributes, bits);
    store_big(batch.data() + layout::max_timestamp, now.ms);
    set_crc(batch);
}

void set_crc(std::span<std::byte> batch) {
    check(batch.size() >= layout::header_size, "only a whole batch is patched");
    store_big(batch.data() + layout::crc, crc32c(batch.subspan(layout::attributes)));
}

} // namespace riacho::kafka
