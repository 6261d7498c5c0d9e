#pragma once

#include "storage/log/log_files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::storage {

/// "00000000000000000042.index" → 42 and ".index"; nothing for other names.
struct SegmentFileName {
    Offset           base;
    std::string_view suffix;
};
std::optional<SegmentFileName> parse_segment_file(std::string_view name);

/// Makes a partition's folder what its recovery point says, and finds out what is in it
/// (docs/durability.md, "Recovery", 5, the point). Runs on a pool thread, before anything else uses the
/// folder. Throws DiskError.
class LogLoader {
public:
    struct Input {
        io::Disk&      disk;
        std::string    folder;
        TopicPartition partition;
        LogOptions     options;
        Timestamp      now;
    };
    LogLoader(Input input, Recovered recovered)
        : in_(std::move(input)), recovered_(std::move(recovered)),
          point_(recovered_.point.value_or(RecoveryPoint{})) {}

    /// `replay` is looked at for what lies below the point: producers and epochs that are newer than the
    /// checkpoint's.
    Task<Outcome<LogFiles::Loaded, LogDamage>> load(std::vector<ReplayedEntry> replay);
    /// The point that the files have now.
    RecoveryPoint point() const { return point_; }

private:
    Task<bool>                     is_ours();
    Task<>                         list();
    Task<>                         cut_names();
    Task<>                         cut_transactions();
    Task<Outcome<void, LogDamage>> load_segments();
    Task<Outcome<void, LogDamage>> load_epochs();
    Task<>                         scan_epochs();
    Task<Outcome<void, LogDamage>> apply_skipped(std::vector<ReplayedEntry> replay);
    Task<std::optional<Bytes>>     external_batch(ExternalBatch at);
    void                           note(const kafka::BatchView& batch);

    // of files that a clean stop left (log_loader_kafka.cpp)
    Task<> extend_point();
    struct Walked {
        std::uint64_t bytes = 0;
        enum class Rest { none, cut } rest = Rest::none;
    };
    Task<Walked> walk(Offset base, std::uint64_t from);

    Input                    in_;
    Recovered                recovered_;
    RecoveryPoint            point_;
    std::vector<std::string> names_;
    std::vector<Offset>      bases_; ///< of the .log files, rising
    LogFiles::Loaded         loaded_;
};

} // namespace riacho::storage
