#include "console/samples.hpp"

#include <algorithm>
#include <utility>

namespace riacho::console {
namespace {

std::optional<double> as_value(std::optional<std::int64_t> number) {
    return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

void record_groups(History& history, const Picture& picture, const Changes& changes) {
    Changes::ByName<double> lag_in_topic; // of the group that is furthest behind
    std::optional<double>   lag_in_all;
    if (picture.are_groups_known && picture.groups.empty()) lag_in_all = 0;
    for (const auto& [id, group] : picture.groups) {
        Changes::ByName<double> lags;
        for (const client::GroupOffset& offset : group.offsets) {
            auto lag = picture.lag_of(offset);
            if (!lag) continue;
            auto value = static_cast<double>(*lag);
            lags[offset.topic] += value;
            history.put({Metric::lag, offset.topic, id, offset.partition}, value);
        }
        std::optional<double> lag_of_group;
        for (const auto& [topic, lag] : lags) {
            lag_of_group = lag_of_group.value_or(0) + lag;
            auto& most = lag_in_topic[topic];
            most = std::max(most, lag);
            history.put({Metric::lag, topic, id}, lag);
        }
        if (lag_of_group) lag_in_all = lag_in_all.value_or(0) + *lag_of_group;
        history.put({Metric::lag, {}, id}, lag_of_group);
        history.put({Metric::messages_out, {}, id}, Changes::of(changes.out_group, id));
        SeriesKey rebalancing{Metric::rebalancing, {}, id};
        if (group.is_rebalancing() || history.has(rebalancing))
            history.put(std::move(rebalancing), group.is_rebalancing() ? 1 : 0);
    }
    for (const auto& [id, by_topic] : changes.out_group_topic)
        for (const auto& [topic, rate] : by_topic) history.put({Metric::messages_out, topic, id}, rate);
    for (const auto& [topic, lag] : lag_in_topic) history.put({Metric::lag, topic}, lag);
    history.put({Metric::lag}, lag_in_all);
}

void put_times(History& history, SeriesKey key, const Exposed::ByName<Meters::Request>& requests) {
    constexpr std::size_t                         p99 = 2;
    constexpr std::pair<Metric, std::string_view> apis[] = {{Metric::produce_p99, "Produce"},
                                                            {Metric::fetch_p99, "Fetch"}};
    static_assert(Exposed::parts[p99] == 0.99);
    for (const auto& [metric, api] : apis) {
        auto found = requests.find(api);
        if (found == requests.end() && metric == Metric::fetch_p99) found = requests.find("FetchConsumer");
        key.metric = metric;
        if (found != requests.end()) history.put(key, found->second.ms[p99]);
    }
}

} // namespace

void record(History& history, const Picture& picture, const Changes& changes) {
    history.put({Metric::messages_in}, changes.in);
    history.put({Metric::messages_out}, changes.out);
    std::optional<double> bytes = 0;
    for (const auto& [name, topic] : picture.topics) {
        auto of_topic = as_value(topic.bytes());
        bytes = bytes && of_topic ? std::optional(*bytes + *of_topic) : std::nullopt;
        history.put({Metric::size, name}, of_topic);
        history.put({Metric::messages_in, name}, Changes::of(changes.in_topic, name));
        history.put({Metric::messages_out, name}, Changes::of(changes.out_topic, name));
    }
    history.put({Metric::size}, bytes);
    record_groups(history, picture, changes);
}

void record(History& history, const Picture& picture, const Meters& meters) {
    if (meters.meters().empty()) return;
    auto put = [&](const SeriesKey& of, const Meters::Bytes& bytes) {
        SeriesKey key = of;
        key.metric = Metric::bytes_in;
        history.put(key, bytes.in);
        key.metric = Metric::bytes_out;
        history.put(std::move(key), bytes.out);
    };
    put({}, meters.all());
    put_times(history, {}, meters.requests());
    for (const auto& [name, topic] : picture.topics) put({.topic = name}, meters.topic(name));
    for (const BrokerPicture& broker : picture.brokers) {
        const Meters::Meter* meter = meters.of_broker(broker.host, picture.brokers.size());
        if (!meter || meter->trouble) continue;
        put({.broker = broker.id}, meter->all);
        put_times(history, {.broker = broker.id}, meter->requests);
    }
}

} // namespace riacho::console
