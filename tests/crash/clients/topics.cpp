#include "clients.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/create_partitions.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "kafka/messages/incremental_alter_configs.hpp"
#include "kafka/messages/produce.hpp"

#include <array>
#include <map>
#include <string_view>

namespace riacho::crash {
namespace {

using kafka::ErrorCode;

constexpr Time          pause_between_changes = std::chrono::milliseconds(5);
constexpr std::uint64_t names = 6;
constexpr std::int32_t  partitions_max = 4; ///< of a topic that comes and goes
constexpr std::int8_t   topic_resource = 2, set_operation = 0, delete_operation = 1;

/// A topic that comes and goes; `life` tells one of that name from the next.
struct Changing {
    std::string  name;
    std::int64_t life = 0;
    bool         is_there = false;
    std::int32_t count = 1;   ///< of partitions
    std::int64_t changes = 0; ///< no value is ever asked for twice, but for policies
};

using Configs = std::map<std::string, std::string>; // "-": taken away

std::string text_of(const Configs& configs) {
    std::string text;
    for (const auto& [name, value] : configs) text += fmt::format(" {}={}", name, value);
    return text;
}

/// An answer that says "not now".
bool is_worth_another_try(ErrorCode code) {
    return code == ErrorCode::request_timed_out || code == ErrorCode::kafka_storage_error;
}

kafka::CreateTopicsRequest creation(const std::string& name, std::int32_t count) {
    kafka::CreateTopicsRequest request;
    auto&                      made = request.topics.emplace_back();
    made.name = name;
    made.num_partitions = count;
    made.replication_factor = 1;
    return request;
}

/// Whether it was made, by this request or by an earlier one whose answer was lost.
Task<> create(Peer& peer, kafka::CreateTopicsRequest request) {
    for (;;) {
        auto      answer = co_await peer.ask(request);
        ErrorCode code = answer ? answer->topics.at(0).error_code : ErrorCode::request_timed_out;
        if (code == ErrorCode::none || code == ErrorCode::topic_already_exists) co_return;
        co_await peer.pause(pause_between_changes);
    }
}

Task<> make(Peer& peer, Changing& changing) {
    ++changing.life;
    kafka::CreateTopicsRequest request = creation(changing.name, 1);
    Configs                    configs{{"retention.bytes", std::to_string(1'000'000'000 + changing.life)}};
    for (const auto& [name, value] : configs)
        request.topics.at(0).configs.push_back({.name = name, .value = value});
    peer.journal().line("making {} {}{}", changing.name, changing.life, text_of(configs));
    co_await create(peer, std::move(request));
    peer.journal().line("made {} {}", changing.name, changing.life);
    changing.is_there = true;
    changing.count = 1;
}

std::string some_value(Random& chance, std::string_view name, std::int64_t number) {
    constexpr std::array policies{"compact", "delete", "compact,delete"};
    if (chance.between(0, 3) == 0) return "-";
    if (name == "cleanup.policy") return policies.at(chance.between(0, policies.size() - 1));
    if (name == "segment.bytes") return std::to_string(500 + number % 1000); // a batch or a few
    return std::to_string(1'000'000'000'000 + number); // nothing is ever old or too much
}

/// One configuration, or two at once: then both are altered or neither.
Task<> alter(Peer& peer, Changing& changing) {
    constexpr std::array all{"cleanup.policy", "retention.bytes", "retention.ms", "segment.bytes"};
    Random&              chance = peer.place().chance;
    Configs              wanted;
    ++changing.changes;
    for (std::uint64_t i = chance.between(1, 2); i > 0; --i) {
        std::string name = all.at(chance.between(0, all.size() - 1));
        wanted[name] = some_value(chance, name, changing.changes);
    }
    kafka::IncrementalAlterConfigsRequest request;
    auto&                                 resource = request.resources.emplace_back();
    resource.resource_type = topic_resource;
    resource.resource_name = changing.name;
    for (const auto& [name, value] : wanted) {
        if (value == "-")
            resource.configs.push_back({.name = name, .config_operation = delete_operation});
        else
            resource.configs.push_back({.name = name, .config_operation = set_operation, .value = value});
    }
    peer.journal().line("altering {} {}{}", changing.name, changing.life, text_of(wanted));
    for (ErrorCode code = ErrorCode::request_timed_out; code != ErrorCode::none;) {
        auto answer = co_await peer.ask(request);
        code = answer ? answer->responses.at(0).error_code : ErrorCode::request_timed_out;
        if (code == ErrorCode::none) peer.journal().line("altered {} {}", changing.name, changing.life);
        if (code != ErrorCode::none && !is_worth_another_try(code))
            peer.journal().line("wrong {} altering:{}", peer.name(), kafka::name_of(code));
        co_await peer.pause(pause_between_changes);
    }
}

/// One partition more.
Task<> grow(Peer& peer, Changing& changing) {
    kafka::CreatePartitionsRequest request{.timeout_ms = 10'000};
    auto&                          wanted = request.topics.emplace_back();
    wanted.name = changing.name;
    wanted.count = changing.count + 1;
    peer.journal().line("growing {} {} {}", changing.name, changing.life, wanted.count);
    for (ErrorCode code = ErrorCode::request_timed_out; code != ErrorCode::none;) {
        auto answer = co_await peer.ask(request);
        code = answer ? answer->results.at(0).error_code : ErrorCode::request_timed_out;
        if (code == ErrorCode::invalid_partitions) code = ErrorCode::none; // it was, and the answer was lost
        if (code != ErrorCode::none && !is_worth_another_try(code))
            peer.journal().line("wrong {} growing:{}", peer.name(), kafka::name_of(code));
        co_await peer.pause(pause_between_changes);
    }
    ++changing.count;
    peer.journal().line("grown {} {} {}", changing.name, changing.life, changing.count);
}

/// One record, which is gone with this life of the topic.
Task<> fill(Peer& peer, Changing& changing) {
    std::string  value = fmt::format("{}/{}", changing.name, changing.life);
    std::string  key = std::to_string(++changing.changes); // so that compaction keeps it
    std::int32_t partition =
        static_cast<std::int32_t>(peer.place().chance.bits() % static_cast<std::uint64_t>(changing.count));
    kafka::BatchBuilder builder({});
    builder.add({.timestamp = peer.place().clock.wall(), .key = as_bytes(key), .value = as_bytes(value)});
    kafka::ProduceRequest request{.acks = -1, .timeout_ms = 10'000};
    auto&                 in = request.topic_data.emplace_back();
    in.name = changing.name;
    in.partition_data.push_back({.index = partition, .records = builder.build()});
    auto answer = co_await peer.ask(std::move(request));
    if (!answer) co_return;
    const auto& one = answer->responses.at(0).partition_responses.at(0);
    if (one.error_code == ErrorCode::none)
        peer.journal().line("records {} {} {} {} {} 1", changing.name, partition, one.base_offset,
                            changing.name, changing.life);
}

Task<> remove(Peer& peer, Changing& changing) {
    peer.journal().line("deleting {} {}", changing.name, changing.life); // from here on it may be gone
    for (;;) {
        kafka::DeleteTopicsRequest request{.timeout_ms = 10'000};
        request.topics.emplace_back().name = changing.name;
        auto      answer = co_await peer.ask(std::move(request));
        ErrorCode code = answer ? answer->responses.at(0).error_code : ErrorCode::request_timed_out;
        if (code == ErrorCode::none || code == ErrorCode::unknown_topic_or_partition) break;
        co_await peer.pause(pause_between_changes);
    }
    peer.journal().line("deleted {} {}", changing.name, changing.life);
    changing.is_there = false;
}

} // namespace

Task<> make_topic(Peer& peer) { return create(peer, creation(topic, partitions)); }

Task<> change_topics(Peer peer) {
    std::vector<Changing> all;
    for (std::uint64_t i = 0; i < names; ++i) all.push_back({fmt::format("{}-{}", peer.name(), i)});
    for (;;) {
        Random&   chance = peer.place().chance;
        Changing& one = all.at(chance.between(0, names - 1));
        auto      what = chance.between(0, 6);
        if (!one.is_there)
            co_await make(peer, one);
        else if (what == 0)
            co_await remove(peer, one);
        else if (what <= 3)
            co_await alter(peer, one);
        else if (what == 4 && one.count < partitions_max)
            co_await grow(peer, one);
        else
            co_await fill(peer, one);
        co_await peer.pause(pause_between_changes);
    }
}

} // namespace riacho::crash
