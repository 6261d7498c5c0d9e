#pragma once

#include "client/link/admin.hpp"
#include "console/changes.hpp"
#include "console/history.hpp"
#include "console/meters.hpp"
#include "console/picture.hpp"
#include "console/problem.hpp"
#include "io/event.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::console {

/// What this console calls a cluster, and how it is reached.
struct ClusterSpec {
    std::string            name;
    client::Properties     properties;   ///< by the names of Kafka's clients; bootstrap.servers among them
    std::vector<http::Url> metrics = {}; ///< where its brokers' metrics are told, over HTTP
};

/// One cluster of the console: the connection to it, and pictures of it that all who ask share. Of one shard.
class ClusterView {
public:
    ClusterView(const io::World& world, ClusterSpec spec, std::unique_ptr<client::Cluster> cluster);

    const std::string&       name() const { return spec_.name; }
    std::vector<std::string> bootstrap() const;
    client::Admin&           admin() { return admin_; }

    using Shared = std::shared_ptr<const Picture>;
    /// Not older than `age_max`: a new one where the last is, taken once for all who wait for it. Where it is
    /// known that the cluster does not answer, nobody waits until that is found out again.
    Task<OrProblem<Shared>> picture(Time age_max = std::chrono::seconds(2));
    /// The last one that was taken, however old; null before the first.
    Shared last() const { return last_; }
    /// One is being taken.
    bool is_looked_at() const { return is_looked_at_; }
    /// Why there was none at the last attempt.
    const std::optional<Problem>& trouble() const { return trouble_; }
    /// Something was changed through this console: whoever looks next sees it.
    void forget() { is_stale_ = true; }

    /// Takes a picture for the history, or notes that there is a gap, and asks the metrics addresses. Gives
    /// how long the cluster took.
    Task<Time>     sample();
    const History& history() const { return history_; }
    /// Between the last two samples, unless there is a gap.
    const Changes& changes() const { return changes_; }
    const Meters&  meters() const { return meters_; }

    Task<> close();

private:
    std::optional<OrProblem<Shared>> known(Time age_max) const;
    Task<Time>                       sample_picture();
    Task<Time>                       sample_meters();

    ClusterSpec                      spec_;
    std::unique_ptr<client::Cluster> cluster_;
    client::Admin                    admin_;
    io::Mutex                        taking_;
    Shared                           last_;
    Shared                           sampled_; ///< null after a gap
    History                          history_;
    Changes                          changes_;
    Meters                           meters_;
    bool                             is_stale_ = false;
    bool                             is_looked_at_ = false;
    std::optional<Problem>           trouble_;
    Time                             tried_{}; ///< when the last attempt ended
};

} // namespace riacho::console
