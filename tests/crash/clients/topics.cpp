#include "clients.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "kafka/messages/produce.hpp"

namespace riacho::crash {
namespace {

using kafka::ErrorCode;

constexpr Time          pause_between_changes = std::chrono::milliseconds(5);
constexpr std::uint64_t names = 6;

/// A topic that comes and goes; `life` tells one of that name from the next.
struct Changing {
    std::string  name;
    std::int64_t life = 0;
    bool         is_there = false;
};

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
    std::string                value = std::to_string(1'000'000'000 + changing.life);
    request.topics.at(0).configs.push_back({.name = "retention.bytes", .value = value});
    peer.journal().line("making {} {}", changing.name, changing.life);
    co_await create(peer, std::move(request));
    peer.journal().line("made {} {} {}", changing.name, changing.life, value);
    changing.is_there = true;
}

/// One record, which is gone with this life of the topic.
Task<> fill(Peer& peer, const Changing& changing) {
    std::string         value = fmt::format("{}/{}", changing.name, changing.life);
    kafka::BatchBuilder builder({});
    builder.add({.timestamp = peer.place().clock.wall(), .value = as_bytes(value)});
    kafka::ProduceRequest request{.acks = -1, .timeout_ms = 10'000};
    auto&                 in = request.topic_data.emplace_back();
    in.name = changing.name;
    in.partition_data.push_back({.index = 0, .records = builder.build()});
    auto answer = co_await peer.ask(std::move(request));
    if (!answer) co_return;
    const auto& one = answer->responses.at(0).partition_responses.at(0);
    if (one.error_code == ErrorCode::none)
        peer.journal().line("records {} 0 {} {} {} 1", changing.name, one.base_offset, changing.name,
                            changing.life);
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
        Changing& one = all.at(peer.place().chance.between(0, names - 1));
        if (one.is_there && peer.place().chance.between(0, 1) == 0)
            co_await remove(peer, one);
        else if (one.is_there)
            co_await fill(peer, one);
        else
            co_await make(peer, one);
        co_await peer.pause(pause_between_changes);
    }
}

} // namespace riacho::crash
