#include "kafka/records/producer_snapshot_file.hpp"

#include "codec/crc32c.hpp"

#include <cstddef>
#include <utility>

namespace riacho::kafka {

namespace {

constexpr Version     producer_snapshot_version = 1;
constexpr std::size_t producer_snapshot_crc_at = sizeof(Version);
constexpr std::size_t producer_snapshot_entries_at = producer_snapshot_crc_at + sizeof(std::uint32_t);

} // namespace

Bytes encode_producer_snapshot(std::vector<ProducerEntry> entries) {
    Bytes file =
        encode_versioned(ProducerSnapshot{.producer_entries = std::move(entries)}, producer_snapshot_version);
    auto crc = crc32c(file.view().subspan(producer_snapshot_entries_at));
    store_big(file.writable().data() + producer_snapshot_crc_at, crc);
    return file;
}

Outcome<std::vector<ProducerEntry>, RecordError> decode_producer_snapshot(Bytes file) {
    TRY(ProducerSnapshot snapshot, decode_versioned<ProducerSnapshot>(file));
    if (snapshot.crc != crc32c(file.view().subspan(producer_snapshot_entries_at)))
        return fail(RecordError::damaged, "producer snapshot with a wrong checksum");
    return std::move(snapshot.producer_entries);
}

} // namespace riacho::kafka
