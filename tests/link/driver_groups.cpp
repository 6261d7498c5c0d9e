#include "client/link/membership.hpp"
#include "driver.hpp"

#include <memory>
#include <optional>
#include <set>

namespace riacho::link_driver {
namespace {

using client::Membership;
using Change = client::MemberState::Change;

/// Gives each member a letter.
Membership::Assignments letters(const std::string&, const Membership::Members& members) {
    Membership::Assignments assignments;
    for (const auto& member : members)
        assignments[member.member_id] =
            Bytes::copy_of(std::string(1, static_cast<char>('a' + assignments.size())));
    return assignments;
}

std::unique_ptr<Membership> member_of(Cluster& cluster, std::string group,
                                      std::optional<std::string> instance) {
    client::MembershipOptions options{.group = std::move(group), .protocol_type = "letters"};
    options.instance_id = std::move(instance);
    options.session_timeout = std::chrono::seconds(10);
    options.rebalance_timeout = std::chrono::seconds(10);
    options.heartbeat_interval = std::chrono::milliseconds(300);
    options.protocols = {{.name = "v1", .metadata = Bytes::copy_of("hello")}};
    return std::make_unique<Membership>(cluster, std::move(options), letters);
}

/// The letter that the member has next.
Task<std::string> next_letter(Membership& member) {
    for (;;) {
        auto event = co_await member.next();
        if (event.what == Change::failed) throw StepFailed("a membership: " + event.problem);
        if (event.what == Change::assigned) co_return std::string(as_text(event.assignment.view()));
    }
}

/// Until the group has two members, its first one is told of every change.
Task<> share(Cluster& cluster, std::string group) {
    auto        first = member_of(cluster, group, {});
    std::string problem;
    try {
        require(co_await next_letter(*first) == "a", "a member alone has everything");
        auto        second = member_of(cluster, group, {});
        std::string one = co_await next_letter(*first);
        std::string two = co_await next_letter(*second);
        co_await second->stop();
        require(std::set{one, two}.size() == 2, "two members share: " + one + two);
        require(co_await next_letter(*first) == "a", "the one that stays takes over");
    } catch (const StepFailed& failure) { problem = failure.what(); }
    co_await first->stop();
    require(problem.empty(), problem);
}

Task<> come_back(Cluster& cluster, std::string group) {
    auto        before = member_of(cluster, group, "one");
    std::string had;
    std::string has;
    std::string problem;
    try {
        had = co_await next_letter(*before);
        co_await before->stop(); // and does not leave
        auto after = member_of(cluster, group, "one");
        has = co_await next_letter(*after);
        co_await after->stop();
    } catch (const StepFailed& failure) { problem = failure.what(); }
    require(problem.empty() && had == has, problem + ": a static member comes back to what it had");
}

} // namespace

Task<> share_groups(Cluster& cluster, std::string group) {
    co_await share(cluster, group);
    co_await come_back(cluster, group + "-static");
}

} // namespace riacho::link_driver
