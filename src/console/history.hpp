#pragma once

#include "base/clock.hpp"

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::console {

/// As openapi.yaml names them, in its order.
enum class Metric : std::uint8_t {
    messages_in,
    messages_out,
    bytes_in,
    bytes_out,
    lag,
    size,
    produce_p99,
    fetch_p99,
    rebalancing ///< of a group, 1 or 0; not given out
};

/// What a series is of: of the cluster where nothing else is said.
struct SeriesKey {
    Metric       metric = Metric::messages_in;
    std::string  topic = {};
    std::string  group = {};
    std::int32_t partition = -1; ///< of the group in the topic
    std::int32_t broker = -1;
    auto         operator<=>(const SeriesKey&) const = default;
};

struct HistoryLimits {
    std::size_t series_max = 4096; ///< each costs 4.3 KB and its names: some 18 MB in all
};

/// The samples of one cluster, in memory of a fixed size: an hour of values ten seconds apart and a day of
/// values two minutes apart, for so many series. Values lie on a grid of slots that begins with the world's
/// time. A slot without a sample, and a value that was not known, is nothing and never 0.
class History {
public:
    static constexpr Time step = std::chrono::seconds(10);

    explicit History(HistoryLimits limits = {}) : limits_(limits) {}

    /// A sample as of `at`; what is put next belongs to it. A sample speaks for the slots since the one
    /// before it as well, where that came late and not because nobody answered.
    void begin(Time at);
    /// Nothing to keep where it is not known. Once half of the series are taken, a new one needs a value
    /// that is not zero; once all are, those that have ended an hour ago make room.
    void put(SeriesKey key, std::optional<double> value);
    /// Nobody answered: the next sample speaks for its own slot alone.
    void note_gap() { has_gap_ = true; }

    /// How values are given out: every so many slots of one level of the ring together.
    struct Grid {
        std::size_t  level = 0;
        std::int64_t slots_each = 1;
        std::int64_t first = 0; ///< the number of the first value
        std::size_t  count = 0;
        Time         from{0}; ///< the time of the first value
        Time         step{0};
    };
    /// From `from` (at the earliest as far back as the ring goes) to the last sample.
    Grid                               grid(Time from, Time step_asked) const;
    std::vector<std::optional<double>> values(const SeriesKey& key, const Grid& grid) const;
    /// The newest value that is known and at most `age_max` old, counted from the last sample.
    std::optional<double> value_before(const SeriesKey& key, Time age_max) const;

    /// The beginning of the last sample's slot.
    Time        end() const { return step * last_; }
    bool        has(const SeriesKey& key) const { return series_.contains(key); }
    std::size_t series() const { return series_.size(); }

private:
    struct Level {
        std::int64_t slots_each; ///< of the finest level
        std::int64_t slots;
    };
    static constexpr std::array<Level, 2> levels{Level{1, 366}, Level{12, 720}};

    /// The values of one series: those of the levels, one level behind the other.
    struct Series {
        std::int64_t             last = -1; ///< slot of the finest level
        std::unique_ptr<float[]> values;
    };
    static float value_at(const Series& series, std::size_t level, std::int64_t slot);
    static void  put_at(Series& series, Metric metric, std::int64_t slot, float value);

    HistoryLimits               limits_;
    std::map<SeriesKey, Series> series_;
    std::int64_t                begun_ = -1; ///< the first slot of all
    std::int64_t                first_ = 0;  ///< the slots of the sample that is put
    std::int64_t                last_ = -1;
    bool                        has_gap_ = true;
};

} // namespace riacho::console
