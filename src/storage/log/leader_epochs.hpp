#pragma once

#include "base/ids.hpp"
#include "storage/log/log.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::storage {

/// Where each leader epoch of one partition starts (KIP-101), epochs and offsets both rising.
class LeaderEpochs {
public:
    struct Start {
        LeaderEpoch epoch = LeaderEpoch::none;
        Offset      offset{0};
        auto        operator<=>(const Start&) const = default;
    };

    /// A batch of `epoch` lies at `offset`; true when that starts a new epoch.
    bool assign(LeaderEpoch epoch, Offset offset);
    /// The log ends at `end` now: forgets the epochs that started there or later.
    void cut(Offset end);
    /// The log starts at `start` now: of the epochs that started before, the last one begins there.
    void trim(Offset start);

    /// The last epoch that started below `end`.
    LeaderEpoch last(Offset end) const;
    /// As Kafka answers OffsetForLeaderEpoch for a log that ends at `end`: the largest epoch that is at most
    /// `epoch` and where it ends; an epoch below all of them ends where the first one starts; none for one
    /// above.
    EpochEnd end_of(LeaderEpoch epoch, Offset end) const;

    const std::vector<Start>& starts() const { return starts_; }

    /// Kafka's leader-epoch-checkpoint: version 0, the count, "<epoch> <offset>" per line.
    std::string                        text() const;
    static std::optional<LeaderEpochs> parse(std::string_view text);

private:
    std::vector<Start> starts_;
};

} // namespace riacho::storage
