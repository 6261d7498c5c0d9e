#pragma once

#include "browse/expression.hpp"
#include "browse/message.hpp"
#include "browse/partition_reader.hpp"
#include "browse/record_source.hpp"
#include "browse/search_request.hpp"
#include "io/event.hpp"
#include "io/group.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <variant>
#include <vector>

namespace riacho::browse {

struct SearchProgress {
    struct Place {
        PartitionIndex partition{0};
        Offset         position; ///< the next offset that is looked at
        Offset         end;
    };
    std::uint64_t      records = 0; ///< looked at
    std::uint64_t      bytes = 0;
    std::uint64_t      hits = 0;
    double             share = 0; ///< of the range; 1 while following
    Time               elapsed{};
    std::size_t        damaged_batches = 0;
    std::size_t        patterns_given_up = 0;
    std::vector<Place> places = {};
};

struct SearchDone {
    enum class Reason { end, limit };
    Reason                reason = Reason::end;
    std::optional<Resume> resume; ///< to go on behind the last hit
    SearchProgress        progress;
};

using SearchEvent = std::variant<FoundRecord, SearchProgress, SearchDone>;

/// Reads a topic and gives what an expression finds, oldest first over all partitions. Whoever asks for the
/// next event sets the pace: beyond SearchLimits nothing is fetched that was not looked at, and nothing found
/// is kept. Records come in the order of time as far as memory allows that to be known. Belongs to the shard
/// that it is used on.
class Search {
public:
    template <class T> using Answer = Outcome<T, SourceError>;

    /// `source` outlives the search.
    static Task<Answer<std::unique_ptr<Search>>> begin(io::Shard& shard, RecordSource& source,
                                                       SearchRequest request, Expression expression,
                                                       SearchLimits limits = {});
    Search(io::Shard& shard, RecordSource& source, SearchRequest request, Expression expression,
           SearchLimits limits);
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    /// A hit, progress at least so often as the limits say, or, at the end and from then on, SearchDone. One
    /// at a time.
    Task<Answer<SearchEvent>> next();
    SearchProgress            progress() const;
    /// Ends what is under way. To be called before the search dies, unless its shard dies too.
    Task<> stop();

private:
    /// What a turn of looking at records came to.
    enum class Turn { hit, limit, yield, starved, end };
    using Queued = std::pair<std::int64_t, std::size_t>; // time of the record at hand, partition

    Task<Answer<void>> open();
    Task<Answer<void>> open_ranges();
    Turn               look();
    Turn               look_at(std::size_t index, std::size_t& bytes_left);
    bool               queue(std::size_t index);
    void               leave_the_past();
    void               fetch_ahead();
    bool               has_room() const;
    Task<>             fetch(RecordSource::FetchRequest request);
    Answer<void>       take(std::vector<RecordSource::Fetched> fetched);
    SearchDone         done(SearchDone::Reason reason) const;
    bool               is_in_the_past(const PartitionReader& reader) const;

    io::Shard&    shard_;
    RecordSource& source_;
    SearchRequest request_;
    Expression    expression_;
    SearchLimits  limits_;

    std::vector<PartitionReader>                                     readers_;
    std::vector<Offset>                                              ends_;  // when the search began
    std::priority_queue<Queued, std::vector<Queued>, std::greater<>> queue_; // those with a record at hand
    std::vector<std::size_t>                                         idle_;  // those without
    std::size_t                                                      next_asked_ = 0;
    std::optional<Failure<SourceError>>                              failed_;
    std::optional<FoundRecord>                                       hit_;
    std::uint64_t                                                    records_ = 0, bytes_ = 0, hits_ = 0;
    std::uint64_t                                                    hits_of_the_past_ = 0;
    unsigned                                                         empty_fetches_ = 0; // in a row
    Time                                                             began_{}, last_progress_{};
    bool                                                             is_fetching_ = false;
    io::Event                                                        fetched_;
    io::Group                                                        work_;
};

/// The record at exactly this offset; nothing where none is there, or is seen (compacted, deleted, aborted,
/// to come).
Task<Outcome<std::optional<FoundRecord>, SourceError>> find_record(io::Shard& shard, RecordSource& source,
                                                                   PartitionIndex partition, Offset offset);

/// The first offset of each partition such that together they hold the newest `count` records before `ends`,
/// as far back as there are any. Reads what lies there.
Task<Outcome<std::vector<Offset>, SourceError>> newest_starts(RecordSource&                    source,
                                                              std::vector<RecordSource::Range> ranges,
                                                              std::size_t count, SearchLimits limits);

} // namespace riacho::browse
