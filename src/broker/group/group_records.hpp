#pragma once

#include "base/bytes.hpp"
#include "broker/group/offsets.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/group_metadata_value.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace riacho::broker {

/// Of one batch: far below the largest that the topic takes.
inline constexpr std::size_t tombstones_max = 1000;

/// One batch of __consumer_offsets: what is in it becomes durable together.
class GroupBatch {
public:
    GroupBatch(std::string_view group_id, Timestamp now) : group_id_(group_id), now_(now) {}

    void commit(const NamedPartition& partition, const CommittedOffset& committed);
    void forget(const NamedPartition& partition);
    void store(const kafka::GroupMetadataValue& value);
    void remove_group();

    bool  empty() const { return builder_.empty(); }
    Bytes build() { return builder_.build(); }

private:
    void add(const Bytes& key, const std::optional<Bytes>& value);

    std::string         group_id_;
    Timestamp           now_;
    kafka::BatchBuilder builder_{{}};
};

/// What one record of the topic says. No value: it is gone.
struct OffsetRecord {
    std::string                    group_id;
    NamedPartition                 partition;
    std::optional<CommittedOffset> committed;
};
struct MembersRecord {
    std::string                              group_id;
    std::optional<kafka::GroupMetadataValue> value;
};
using GroupRecord = std::variant<OffsetRecord, MembersRecord>;

/// Calls `visit` for every record of `batches`, in order. What is damaged or of a kind that we do not keep is
/// logged and passed over.
void for_each_group_record(const Bytes& batches, const std::function<void(GroupRecord)>& visit);

} // namespace riacho::broker
