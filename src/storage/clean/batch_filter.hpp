#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/clean/key_map.hpp"

#include <chrono>
#include <cstdint>

// What compaction does with one batch, as Kafka's cleaner does (KIP-58, KIP-534); no I/O.
//
//   a record goes when a later one of its key is known, or when it has no key
//   a tombstone goes when its batch's delete horizon has passed; the horizon is set, in the batch, by the
//     first pass that sees the tombstone: now + delete.retention.ms
//   offsets, and the batch's first and last one, stay; so does its compression
//
// Control batches and batches of transactions are left as they are: their keys supersede nothing and are
// superseded by nothing. So are batches that are too large or no batches inside. A tombstone behind such a
// batch stays for ever: it may be what hides a record in there.
namespace riacho::storage {

/// A batch that comes out larger than this is left as it is, whatever its keys.
inline constexpr std::size_t cleaned_batch_bytes_max = 64 << 20;

enum class CleanError {
    damaged ///< bytes that were not written like that
};

/// What a look at a dirty batch's keys came to.
struct NotedKeys {
    Offset until; ///< the keys of all records below it are known
    enum class Room { left, full } room = Room::left;
};
/// Notes the keys of the records from `from` on.
Outcome<NotedKeys, CleanError> note_keys(const kafka::BatchView& batch, Offset from, KeyMap& keys);

struct CleanRules {
    Offset                    until; ///< the map knows the dirty records below it; what comes later stays
    Timestamp                 now;
    std::chrono::milliseconds delete_retention_ms{};
    enum class Tombstones { go_in_time, stay } tombstones = Tombstones::go_in_time;
};

/// A batch without records keeps its place where its end, or its producer's last sequence, must not be lost.
enum class WhenEmpty { drop, keep_header };

struct Filtered {
    enum class Kind { unchanged, left_alone, rewritten, dropped } kind = Kind::unchanged;
    Bytes         bytes;       ///< where it was rewritten
    std::uint64_t dropped = 0; ///< records
};
Outcome<Filtered, CleanError> filter_batch(const kafka::BatchView& batch, const KeyMap& keys,
                                           const CleanRules& rules, WhenEmpty when_empty);

} // namespace riacho::storage
