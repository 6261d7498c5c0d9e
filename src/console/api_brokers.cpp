#include "console/api.hpp"
#include "console/listing.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <tuple>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using kafka::ErrorCode;

struct ListedBroker {
    BrokerPicture               broker;
    bool                        is_online = true;
    std::size_t                 partitions = 0;
    std::size_t                 leaders = 0;
    std::optional<std::int64_t> bytes;
};

std::optional<std::int64_t> bytes_of(const Picture& picture, std::int32_t broker) {
    for (const auto& of : picture.log_folders) {
        if (of.broker != broker || !of.reply) continue;
        std::int64_t sum = 0;
        for (const auto& folder : of.reply->results)
            for (const auto& topic : folder.topics)
                for (const auto& partition : topic.partitions) sum += partition.partition_size;
        return sum;
    }
    return std::nullopt;
}

/// Those that the cluster lists, and those that partitions name.
std::vector<ListedBroker> brokers_in(const Picture& picture) {
    std::map<std::int32_t, ListedBroker> brokers;
    for (const BrokerPicture& broker : picture.brokers)
        brokers[broker.id] = {broker, true, 0, 0, bytes_of(picture, broker.id)};
    for (const auto& [name, topic] : picture.topics)
        for (const PartitionPicture& partition : topic.partitions) {
            for (std::int32_t replica : partition.replicas) {
                auto [at, is_new] = brokers.try_emplace(replica);
                if (is_new) at->second = {{replica, "", 0, std::nullopt}, false, 0, 0, std::nullopt};
                ++at->second.partitions;
            }
            if (partition.leader >= 0) ++brokers[partition.leader].leaders;
        }
    std::vector<ListedBroker> found;
    for (auto& [id, broker] : brokers) found.push_back(std::move(broker));
    return found;
}

Before<ListedBroker> order_of_brokers(const std::string& sort) {
    if (sort == "partitions") return by<ListedBroker>([](const ListedBroker& one) { return one.partitions; });
    if (sort == "leaders") return by<ListedBroker>([](const ListedBroker& one) { return one.leaders; });
    if (sort == "size") return by<ListedBroker>([](const ListedBroker& one) { return one.bytes; });
    return by<ListedBroker>([](const ListedBroker& one) { return one.broker.id; });
}

Json broker_json(const Picture& picture, const ListedBroker& listed) {
    return Json::Object{{"id", listed.broker.id},
                        {"host", listed.broker.host},
                        {"port", listed.broker.port},
                        {"rack", or_null(listed.broker.rack)},
                        {"state", listed.is_online ? "online" : "offline"},
                        {"controller", listed.broker.id == picture.controller},
                        {"partitions", listed.partitions},
                        {"leaders", listed.leaders},
                        {"size", int64_json(listed.bytes)}};
}

std::unexpected<Problem> no_such_broker(const std::string& id) {
    return std::unexpected(
        problem_of(ErrorCode::broker_not_available, fmt::format("there is no broker {}", id)));
}

Json folder_json(const kafka::DescribeLogDirsResponse::Result& folder) {
    struct Lying {
        const std::string* topic;
        std::int32_t       partition;
        std::int64_t       bytes, lag;
        bool               is_future;
    };
    std::vector<Lying> lying;
    std::int64_t       bytes = 0;
    for (const auto& topic : folder.topics)
        for (const auto& one : topic.partitions) {
            lying.push_back(
                {&topic.name, one.partition_index, one.partition_size, one.offset_lag, one.is_future_key});
            bytes += one.partition_size;
        }
    std::ranges::sort(lying, [](const Lying& a, const Lying& b) {
        return std::tie(b.bytes, *a.topic, a.partition) < std::tie(a.bytes, *b.topic, b.partition);
    });
    Json::Array partitions;
    for (const Lying& one : lying)
        partitions.push_back(Json::Object{{"topic", *one.topic},
                                          {"partition", one.partition},
                                          {"size", int64_json(one.bytes)},
                                          {"offset_lag", int64_json(one.lag)},
                                          {"future", one.is_future}});
    auto known = [](std::int64_t number) { return number < 0 ? Json(nullptr) : int64_json(number); };
    bool has_failed = folder.error_code != ErrorCode::none;
    return Json::Object{{"path", folder.log_dir},
                        {"error", has_failed ? Json(kafka::name_of(folder.error_code)) : Json(nullptr)},
                        {"total", known(folder.total_bytes)},
                        {"usable", known(folder.usable_bytes)},
                        {"size", int64_json(bytes)},
                        {"partitions", std::move(partitions)}};
}

} // namespace

Task<OrProblem<Answer>> list_brokers(Asked asked) {
    CO_TRY(Paging paging, paging_in(asked.target(), {"id", "partitions", "leaders", "size"}));
    CO_TRY(auto picture, co_await asked.cluster().picture());
    std::vector<ListedBroker> found = brokers_in(*picture);
    std::erase_if(found, [&](const ListedBroker& one) {
        return !paging.finds(fmt::format("{} {}:{}", one.broker.id, one.broker.host, one.broker.port));
    });
    co_return Answer{listing(found, paging, order_of_brokers(paging.sort),
                             [&](const ListedBroker& one) { return broker_json(*picture, one); })};
}

Task<OrProblem<Answer>> get_broker(Asked asked) {
    CO_TRY(auto picture, co_await asked.cluster().picture());
    const std::string& id = asked.exchange.parameter("broker");
    for (const ListedBroker& one : brokers_in(*picture))
        if (std::to_string(one.broker.id) == id) co_return Answer{broker_json(*picture, one)};
    co_return no_such_broker(id);
}

Task<OrProblem<Answer>> get_log_folders(Asked asked) {
    CO_TRY(auto picture, co_await asked.cluster().picture());
    const std::string& id = asked.exchange.parameter("broker");
    for (const auto& of : picture->log_folders) {
        if (std::to_string(of.broker) != id) continue;
        if (!of.reply) co_return std::unexpected(problem_of(of.reply.error()));
        Json::Array items;
        for (const auto& folder : of.reply->results) items.push_back(folder_json(folder));
        co_return Answer{Json::Object{{"items", std::move(items)}}};
    }
    co_return no_such_broker(id);
}

} // namespace riacho::console
