#pragma once

#include "data/exposition.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::console {

/// What a page of metrics says of the brokers that it is of; counters since they started. Read are the names
/// of this program (docs/metrics.md), which are those of the usual rules of the JMX exporter, the same in the
/// spellings of other rules and of none, and what Redpanda calls its bytes.
struct Exposed {
    using Counter = std::optional<double>;
    template <class T> using ByName = std::map<std::string, T, std::less<>>;

    struct Bytes {
        Counter in, out;
    };
    struct Request {
        Counter                              count, errors;
        std::array<std::optional<double>, 4> ms; ///< that these parts of requests stay under
    };
    static constexpr std::array<double, 4> parts = {0.5, 0.95, 0.99, 0.999};
    static constexpr std::size_t           topics_max = 20'000; ///< more are not looked at
    static constexpr std::size_t           requests_max = 200;

    Bytes           all;
    ByName<Bytes>   topics;
    ByName<Request> requests; ///< by Kafka's name of the API
    /// What the names of the metrics tell of the broker: `riacho`, `redpanda`; empty where that is nothing.
    std::string_view kind;

    void take(const data::ExpositionSample& sample);
    /// After the last sample: what is only told for each topic is added up.
    void finish();
};

} // namespace riacho::console
