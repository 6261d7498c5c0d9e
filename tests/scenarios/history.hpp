#pragma once

#include "requests.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace riacho::scenarios {

/// What clients asked of a broker and what they were told: what must be there after any end of its process,
/// and all that may be.
struct History {
    enum class Asked { no, yes, answered };

    /// One life of a topic's name.
    struct Life {
        std::optional<Uuid> id; ///< once creation is answered
        Asked               creation = Asked::yes;
        Asked               deletion = Asked::no;
        std::int32_t        partitions = 1;
    };
    struct Sent {
        Values                      values;
        std::int32_t                sequence = 0;
        std::optional<std::int64_t> offset; ///< once it is acknowledged
    };
    /// What one producer sends to one partition, in order.
    struct Stream {
        std::string       topic;
        Uuid              id;
        std::int32_t      partition = 0;
        std::int64_t      producer_id = -1;
        std::vector<Sent> sent;
        std::int32_t      next_sequence() const {
            if (sent.empty()) return 0;
            return sent.back().sequence + static_cast<std::int32_t>(sent.back().values.size());
        }
    };
    /// Of one group in one partition, in order.
    struct Commits {
        std::string               group;
        std::string               topic;
        Uuid                      id;
        std::int32_t              partition = 0;
        std::vector<std::int64_t> asked;
        std::size_t               acknowledged = 0; ///< how many of them, from the front
    };

    std::map<std::string, std::vector<Life>> topics;
    std::deque<Stream>                       streams;
    std::deque<Commits>                      commits;
    std::set<std::int64_t>                   producer_ids;
    std::optional<Membership>                member; ///< whose generation was acknowledged
};

/// Fails the test where the broker has less than it promised, or something that nobody asked for. Then sends
/// some more, and notes it: duplicates of the last batches, and new ones behind them.
void check_history(const Client& client, History& history);

} // namespace riacho::scenarios
