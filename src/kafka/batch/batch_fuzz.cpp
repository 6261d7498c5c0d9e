#include "base/check.hpp"
#include "kafka/batch/control.hpp"
#include "kafka/batch/patch.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/batch/search.hpp"
#include "kafka/batch/validate.hpp"

#include <cstddef>
#include <cstdint>

namespace {

constexpr std::size_t fuzz_bytes_max = 1 << 20;

void read_everything(const riacho::kafka::BatchView& batch) {
    using namespace riacho::kafka;
    RecordCount count = count_of_records(batch);
    auto        problems =
        validate_records(batch, {.keys = Keys::required, .now = {1}, .bytes_max = fuzz_bytes_max});
    riacho::check(!problems || count != RecordCount::wrong, "both ways of counting agree");
    auto cursor = RecordCursor::open(batch, fuzz_bytes_max);
    if (!cursor) return;
    while (const Record* record = cursor->next()) {
        HeaderCursor headers = record->headers();
        while (headers.next()) {}
    }
    (void)marker_of(batch);
    (void)offset_of_timestamp(batch, {.at_least = batch.max_timestamp(), .bytes_max = fuzz_bytes_max});
    (void)max_timestamp_record(batch, fuzz_bytes_max);
}

} // namespace

/// Any bytes as the records of a Produce: as they come, and with the CRC made right so that the records are
/// reached.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace riacho::kafka;
    auto        bytes = riacho::Bytes::copy_of(std::as_bytes(std::span(data, size)));
    BatchCursor batches(bytes.view());
    while (auto batch = batches.next()) {
        set_crc(bytes.slice(batch->view()).writable());
        read_everything(*batch);
    }
    (void)validate(bytes.view(), {});
    return 0;
}
