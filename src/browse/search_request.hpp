#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/outcome.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace riacho::browse {

struct Earliest {};
/// What arrives from now on.
struct Latest {};
/// The newest records of all partitions together.
struct Newest {
    std::size_t count = 0;
};
/// Where a search ended, partition by partition; those that are not named had been read to their end.
struct Resume {
    struct Place {
        PartitionIndex partition{0};
        Offset         position;
        Offset         end;
        bool           operator==(const Place&) const = default;
    };
    std::vector<Place> places;
};
struct AtEnd {};

using SearchStart = std::variant<Earliest, Latest, Offset, Timestamp, Newest, Resume>;
/// Before this offset of every partition, or before the first record at or after this time.
using SearchEnd = std::variant<AtEnd, Offset, Timestamp>;

enum class Follow {
    no,  ///< ends where the topic ended when the search began
    yes, ///< goes on with what arrives, until somebody stops it
};

struct SearchRequest {
    std::vector<PartitionIndex> partitions = {}; ///< empty: all
    SearchStart                 start = Newest{200};
    SearchEnd                   end = AtEnd{};
    /// With Follow::yes only what was there before counts; the rest of that is left out then.
    std::size_t hits_max = 200;
    Follow      follow = Follow::no;
};

struct SearchLimits {
    std::size_t buffered_bytes_max = 16 * 1024 * 1024; ///< fetched and not yet looked at
    std::size_t fetch_bytes_max = 4 * 1024 * 1024;     ///< of one answer; its first batch may be larger
    std::size_t newest_max = 1'000'000;                ///< of Newest
    Time        fetch_wait_max = std::chrono::milliseconds(400);
    Time        progress_every = std::chrono::milliseconds(400);
    std::size_t bytes_before_yield = 256 * 1024; ///< looked at before others on the shard have their turn
};

enum class PlaceError { malformed };

/// Reads "earliest", "latest", "offset:17", "time:2024-01-31" (or milliseconds) and "last:200".
Outcome<SearchStart, PlaceError> parse_search_start(std::string_view text);
/// Reads "offset:17" and "time:2024-01-31".
Outcome<SearchEnd, PlaceError> parse_search_end(std::string_view text);

/// A cursor is text to keep and to give back: "0-17-200,3-5-90", partition, position and end.
std::string                 cursor_text(const Resume& resume);
Outcome<Resume, PlaceError> parse_cursor(std::string_view text);

} // namespace riacho::browse
