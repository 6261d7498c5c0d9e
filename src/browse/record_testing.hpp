#pragma once

#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/record_cursor.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace riacho::browse {

/// For tests: a record as somebody produced it.
struct TestRecord {
    std::optional<std::string>                                      key = {};
    std::optional<std::string>                                      value = {};
    std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
    std::int64_t                                                    offset = 0;
    std::int64_t                                                    timestamp = 0;

    kafka::NewRecord added(std::vector<kafka::RecordHeader>& room, std::int64_t base) const {
        room.clear();
        auto bytes = [](const std::optional<std::string>& text) {
            return text ? std::optional(as_bytes(*text)) : std::nullopt;
        };
        for (const auto& [name, content] : headers) room.push_back({name, bytes(content)});
        return {.timestamp = {timestamp},
                .key = bytes(key),
                .value = bytes(value),
                .headers = room,
                .offset_delta = static_cast<std::int32_t>(offset - base)};
    }
};

/// One batch of them; the first one's offset is its base offset.
inline Bytes batch_of(const std::vector<TestRecord>& records, kafka::BatchOptions options = {}) {
    options.base_offset = {records.front().offset};
    kafka::BatchBuilder              builder(options);
    std::vector<kafka::RecordHeader> room;
    for (const TestRecord& record : records) builder.add(record.added(room, records.front().offset));
    return builder.build();
}

/// Calls `use` with the record as it lies in a batch.
template <class Use> auto with_record(const TestRecord& record, Use use) {
    Bytes batch = batch_of({record});
    auto  view = kafka::BatchView::first(batch.view());
    auto  cursor = kafka::RecordCursor::open(*view, 1 << 20);
    return use(*cursor->next());
}

} // namespace riacho::browse
