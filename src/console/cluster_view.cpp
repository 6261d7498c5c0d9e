#include "console/cluster_view.hpp"

#include "console/samples.hpp"
#include "io/gather.hpp"

#include <algorithm>
#include <utility>

namespace riacho::console {
ClusterView::ClusterView(const io::World& world, ClusterSpec spec, std::unique_ptr<client::Cluster> cluster)
    : spec_(std::move(spec)), cluster_(std::move(cluster)), admin_(*cluster_), taking_(cluster_->shard()),
      meters_(cluster_->shard(), world.network, spec_.metrics) {}

std::vector<std::string> ClusterView::bootstrap() const {
    std::vector<std::string> addresses;
    for (const io::Endpoint& at : cluster_->options().bootstrap) addresses.push_back(at.text());
    return addresses;
}

std::optional<OrProblem<ClusterView::Shared>> ClusterView::known(Time age_max) const {
    Time now = cluster_->shard().now();
    if (trouble_ && (is_looked_at_ || now - tried_ <= age_max)) return std::unexpected(*trouble_);
    if (!trouble_ && last_ && !is_stale_ && now - last_->taken <= age_max) return last_;
    return std::nullopt;
}

Task<OrProblem<ClusterView::Shared>> ClusterView::picture(Time age_max) {
    if (auto answer = known(age_max)) co_return *std::move(answer);
    auto turn = co_await taking_.lock();
    if (auto answer = known(age_max)) co_return *std::move(answer); // by the one before
    is_stale_ = false;
    is_looked_at_ = true;
    auto taken = co_await take_picture(admin_, last_);
    is_looked_at_ = false;
    tried_ = cluster_->shard().now();
    if (!taken) {
        trouble_ = problem_of(taken.error());
        co_return std::unexpected(*trouble_);
    }
    trouble_.reset();
    Shared now = std::make_shared<const Picture>(*std::move(taken));
    last_ = std::move(now);
    co_return last_;
}

Task<Time> ClusterView::sample_picture() {
    Time begun = cluster_->shard().now();
    auto taken = co_await picture();
    if (!taken) {
        sampled_ = nullptr;
        changes_ = {};
    } else if (sampled_ != *taken) {
        changes_ = sampled_ ? changes_between(*sampled_, **taken) : Changes{};
        sampled_ = *taken;
    }
    co_return cluster_->shard().now() - begun;
}

Task<Time> ClusterView::sample_meters() {
    Time begun = cluster_->shard().now();
    co_await meters_.sample();
    co_return cluster_->shard().now() - begun;
}

Task<Time> ClusterView::sample() {
    Time                    at = cluster_->shard().now();
    std::vector<Task<Time>> both;
    both.push_back(sample_picture());
    both.push_back(sample_meters());
    auto spans = co_await io::gather(cluster_->shard(), std::move(both));
    if (sampled_) {
        history_.begin(std::max(at, sampled_->taken)); // another's picture may be older
        record(history_, *sampled_, changes_);
        record(history_, *sampled_, meters_);
    } else {
        history_.note_gap();
    }
    co_return spans.front();
}

Task<> ClusterView::close() {
    meters_.close();
    return cluster_->close();
}

} // namespace riacho::console
