#include "console/cluster_view.hpp"

#include <utility>

namespace riacho::console {
namespace {

constexpr Time rate_span_min = std::chrono::seconds(5);
constexpr Time rate_span_max = std::chrono::seconds(30);

double per_second(std::int64_t more, Time span) {
    return static_cast<double>(std::max<std::int64_t>(more, 0)) / std::chrono::duration<double>(span).count();
}

} // namespace

ClusterView::ClusterView(ClusterSpec spec, std::unique_ptr<client::Cluster> cluster)
    : spec_(std::move(spec)), cluster_(std::move(cluster)), admin_(*cluster_), taking_(cluster_->shard()) {}

std::vector<std::string> ClusterView::bootstrap() const {
    std::vector<std::string> addresses;
    for (const io::Endpoint& at : cluster_->options().bootstrap) addresses.push_back(at.text());
    return addresses;
}

Task<OrProblem<ClusterView::Shared>> ClusterView::picture(Time age_max) {
    auto is_young = [&] { return last_ && !is_stale_ && cluster_->shard().now() - last_->taken <= age_max; };
    if (is_young()) co_return last_;
    auto turn = co_await taking_.lock();
    if (is_young()) co_return last_; // by the one before
    is_stale_ = false;
    is_looked_at_ = true;
    auto taken = co_await take_picture(admin_);
    is_looked_at_ = false;
    if (!taken) {
        trouble_ = problem_of(taken.error());
        co_return std::unexpected(*trouble_);
    }
    trouble_.reset();
    Shared now = std::make_shared<const Picture>(*std::move(taken));
    bool   is_first = !before_ && last_;
    bool   is_next = before_ && last_ && last_->taken - before_->taken >= rate_span_max - rate_span_min;
    if (is_first || is_next) before_ = last_;
    last_ = std::move(now);
    co_return last_;
}

std::optional<double> ClusterView::messages_in_rate(std::string_view topic) const {
    if (!before_ || last_->taken - before_->taken < rate_span_min) return std::nullopt;
    auto now = last_->topics.find(topic);
    auto then = before_->topics.find(topic);
    if (now == last_->topics.end() || then == before_->topics.end()) return std::nullopt;
    if (now->second.id != then->second.id) return std::nullopt;
    auto end = now->second.ends(), begin = then->second.ends();
    if (!end || !begin) return std::nullopt;
    return per_second(*end - *begin, last_->taken - before_->taken);
}

std::optional<double> ClusterView::messages_in_rate() const {
    std::optional<double> sum;
    if (!last_) return sum;
    for (const auto& [name, topic] : last_->topics)
        if (auto rate = messages_in_rate(name); rate && !topic.is_internal) sum = sum.value_or(0) + *rate;
    return sum;
}

Task<> ClusterView::close() { return cluster_->close(); }

} // namespace riacho::console
