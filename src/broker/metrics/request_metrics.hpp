#pragma once

#include "base/time_histogram.hpp"
#include "kafka/error_code.hpp"
#include "kafka/wire/api.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

namespace riacho::broker {

/// When a request came to which point of its way; each is at or behind the one before.
struct RequestTimes {
    Time received{0}; ///< whole
    Time started{0};  ///< its turn and its memory were there
    Time waited{0};   ///< how long the handler waited for others: the disk, records, members of a group
    Time done{0};
    Time writing{0}; ///< the answers before it were written
    Time written{0};
};

/// How many requests of each API came, and how long their stages took: Kafka's RequestMetrics. Of one shard.
class RequestMetrics {
public:
    enum class Stage { queue, local, remote, response_queue, response_send, total };
    static constexpr std::size_t stages = 6;

    struct OfApi {
        std::map<kafka::Version, std::uint64_t>   by_version;
        std::map<kafka::ErrorCode, std::uint64_t> errors; ///< in the answers, `none` too
        std::array<TimeHistogram, stages>         took;

        const TimeHistogram& stage(Stage which) const { return took[static_cast<std::size_t>(which)]; }
    };

    void add(kafka::ApiKey api, kafka::Version version, const RequestTimes& times);
    /// Every code that an answer carries, of the whole or of a part.
    void add(kafka::ApiKey api, kafka::ErrorCode error) { ++apis_[api].errors[error]; }
    void add(const RequestMetrics& other, Time now);

    const std::map<kafka::ApiKey, OfApi>& apis() const { return apis_; }

private:
    std::map<kafka::ApiKey, OfApi> apis_;
};

} // namespace riacho::broker
