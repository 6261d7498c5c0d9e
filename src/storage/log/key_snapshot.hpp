#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "kafka/batch/batch_view.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace riacho::storage {

/// The last record of every key of a partition below an offset: what somebody who reads the partition from
/// its beginning would make of it. docs/formats/key-snapshot.md draws the file.
struct KeySnapshot {
    Offset until{0};
    Bytes  batches;   ///< of records in the order in which they were written, without tombstones
    Bytes  file = {}; ///< where it lies
};

inline constexpr std::string_view key_snapshot_name = "keys.snapshot";

/// Nothing where the bytes are not a whole snapshot of that partition.
std::optional<KeySnapshot> decode_key_snapshot(Bytes file, TopicPartition partition);

/// Builds one, from an older one and what was written since.
class KeyTable {
public:
    enum class Added { yes, impossible };
    /// Whole batches, in their order. Impossible: damaged, or of transactions, whose end decides.
    Added       add(const Bytes& batches);
    Bytes       file(TopicPartition partition, Offset until) const;
    std::size_t size() const { return last_.size(); }

private:
    struct Last {
        std::uint64_t order = 0;
        Timestamp     timestamp;
        Bytes         value;
    };
    bool add_batch(const kafka::BatchView& batch);

    std::unordered_map<std::string, Last> last_;
    std::uint64_t                         order_ = 0;
};

} // namespace riacho::storage
