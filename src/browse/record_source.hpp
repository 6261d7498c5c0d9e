#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "riacho/task.hpp"

#include <cstddef>
#include <vector>

namespace riacho::browse {

enum class SourceError {
    unknown_topic,
    unknown_partition,
    not_allowed,
    unreachable, ///< nobody answers, or not in time
    unreadable,  ///< what lies there is in no form that we read
};

/// What one topic holds, as the reader of a search sees it: up to the high watermark, or, where it reads only
/// what is committed, up to the last stable offset. Belongs to one shard.
class RecordSource {
public:
    template <class T> using Answer = Task<Outcome<T, SourceError>>;

    struct Range {
        PartitionIndex partition{0};
        Offset         start;
        Offset         end;
    };
    struct Ask {
        PartitionIndex partition{0};
        Offset         from;
    };
    /// `bytes_max` for all, shared out evenly; the first of `asks` gets its first batch however large that
    /// is.
    struct FetchRequest {
        std::vector<Ask> asks;
        std::size_t      bytes_max = 0;
        Time             wait_max{}; ///< for the first byte
    };
    struct AbortedTransaction {
        ProducerId producer_id = ProducerId::none;
        Offset     first_offset;
    };
    struct Fetched {
        PartitionIndex partition{0};
        Bytes          records; ///< batches, the last perhaps cut; empty where nothing is there yet
        std::vector<AbortedTransaction> aborted; ///< that reach into `records`; none where all is read
        Offset start; ///< of the partition now: past what was asked where that is deleted
        Offset end;
    };

    virtual ~RecordSource() = default;
    /// Of these partitions, or of all; in the order of their numbers.
    virtual Answer<std::vector<Range>> ranges(std::vector<PartitionIndex> partitions) = 0;
    /// For each the first offset whose record is at or after `time`; the end where there is none.
    virtual Answer<std::vector<Offset>>  offsets_at(std::vector<PartitionIndex> partitions,
                                                    Timestamp                   time) = 0;
    virtual Answer<std::vector<Fetched>> fetch(FetchRequest request) = 0;
    /// A fetch that is under way fails at once, and so do later ones: a source is for one search.
    virtual void stop() = 0;
};

} // namespace riacho::browse
