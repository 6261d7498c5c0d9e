#include "client/link/ready.hpp"

#include "kafka/messages/find_coordinator.hpp"
#include "kafka/messages/metadata.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace riacho::client {
namespace {

/// How long one server may take to answer all, before the next one is tried.
constexpr Time attempt_max = std::chrono::seconds(5);
constexpr Time pause_between_attempts = std::chrono::milliseconds(100);

std::unexpected<Failure<NotReady>> step_failed(std::string_view step, const Failure<LinkError>& error) {
    return fail(may_pass(error.code) ? NotReady::not_yet : NotReady::never,
                fmt::format("{}: {}", step, error.detail));
}

std::unexpected<Failure<NotReady>> step_refused(std::string_view step, kafka::ErrorCode code) {
    return fail(NotReady::not_yet, fmt::format("{}: the broker answers {}", step, kafka::name_of(code)));
}

Task<Outcome<void, NotReady>> ask_for_ready(Link& link, Time deadline) {
    // An empty list of topics, not null: which brokers there are, and no topic.
    auto metadata = co_await link.ask(kafka::MetadataRequest{.topics = {{}}}, deadline);
    if (!metadata) co_return step_failed("Metadata", metadata.error());
    if (metadata->brokers.empty()) co_return fail(NotReady::not_yet, "Metadata: the cluster has no brokers");

    kafka::FindCoordinatorRequest find{.key = "riacho-ready", .coordinator_keys = {"riacho-ready"}};
    auto                          found = co_await link.ask(std::move(find), deadline);
    if (!found) co_return step_failed("FindCoordinator", found.error());
    if (found->error_code != kafka::ErrorCode::none)
        co_return step_refused("FindCoordinator", found->error_code);
    for (const auto& coordinator : found->coordinators) {
        if (coordinator.error_code != kafka::ErrorCode::none)
            co_return step_refused("FindCoordinator", coordinator.error_code);
    }
    co_return Outcome<void, NotReady>();
}

} // namespace

Task<Outcome<void, NotReady>> check_ready(io::Shard& shard, io::Network& network, LinkOptions options,
                                          Time deadline) {
    auto link = co_await Link::connect(shard, network, std::move(options), deadline);
    if (!link) {
        bool connected = link.error().code != LinkError::unreachable;
        co_return step_failed(connected ? "ApiVersions" : "connect", link.error());
    }
    auto ready = co_await ask_for_ready(**link, deadline);
    co_await (*link)->close();
    co_return ready;
}

Task<Outcome<void, NotReady>> wait_until_ready(io::Shard& shard, io::Network& network,
                                               std::vector<io::Endpoint> servers, Time deadline) {
    for (;;) {
        Failure<NotReady> last{NotReady::not_yet, "no server is named"};
        for (const io::Endpoint& server : servers) {
            auto until = std::min(deadline, shard.now() + attempt_max);
            auto ready = co_await check_ready(shard, network, {.broker = server}, until);
            if (ready || ready.error().code == NotReady::never) co_return ready;
            last = ready.error();
        }
        if (shard.now() + pause_between_attempts >= deadline) co_return std::unexpected(last);
        co_await shard.sleep_for(pause_between_attempts);
    }
}

} // namespace riacho::client
