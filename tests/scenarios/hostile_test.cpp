// Peers that stall, flood and lie: what they cost is bounded, and others are served meanwhile.
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "logged.hpp"
#include "raw_peer.hpp"
#include "scenario.hpp"

#include <memory>

namespace riacho::scenarios {
namespace {

std::string frame_head(std::int32_t bytes) {
    std::string head(4, '\0');
    store_big(reinterpret_cast<std::byte*>(head.data()), bytes);
    return head;
}

class Hostile : public Scenario {
protected:
    void prepare(broker::BrokerOptions& options) override {
        options.queued_max_request_bytes = 4 << 20;
        options.queued_max_response_bytes = 4 << 20;
    }
    void SetUp() override {
        Scenario::SetUp();
        good_.emplace(cluster_.connect());
        create_topic(*good_, "orders");
    }
    std::vector<std::unique_ptr<RawPeer>> peers(int count) {
        std::vector<std::unique_ptr<RawPeer>> all;
        for (int i = 0; i < count; ++i) all.push_back(std::make_unique<RawPeer>(cluster_));
        return all;
    }
    std::size_t held_bytes() { return cluster_.world().memory().held_bytes(); }
    /// The good client is served, within `limit`.
    void expect_service(Time limit) {
        Time began = cluster_.now();
        produce(*good_, "orders", 0, {std::string(100'000, 'g')});
        auto got = fetch(*good_, "orders", 0, {.offset = produced_++});
        EXPECT_EQ(got.error_code, ErrorCode::none);
        EXPECT_FALSE(got.records->empty());
        EXPECT_LE(cluster_.now() - began, limit);
    }

    std::optional<Client> good_;
    std::int64_t          produced_ = 0;
};

TEST_P(Hostile, a_giant_frame_that_has_only_begun_holds_what_has_arrived) {
    auto        half = peers(100);
    std::size_t before = held_bytes();
    for (auto& peer : half) peer->send(frame_head(3'000'000) + std::string(1000, 'x'));
    cluster_.run_for(1s);
    EXPECT_LE(held_bytes() - before, 100 * 4096u);
    expect_service(1s);
    cluster_.run_for(11min); // idle
    for (auto& peer : half) EXPECT_TRUE(peer->is_closed_by_broker());
    EXPECT_LE(held_bytes(), before + 200'000);
}

TEST_P(Hostile, half_requests_that_use_up_the_memory_are_let_go) {
    auto half = peers(20);
    for (auto& peer : half) peer->send(frame_head(3'000'000) + std::string(300'000, 'x'));
    cluster_.run_for(500ms);
    EXPECT_LE(held_bytes(), 5u << 20);
    expect_service(15s);
    cluster_.run_for(10s);
    EXPECT_LE(held_bytes(), 4u << 20);
    expect_service(100ms);
    int closed = 0;
    for (auto& peer : half) closed += peer->is_closed_by_broker() ? 1 : 0;
    EXPECT_GE(closed, 5);
}

TEST_P(Hostile, answers_that_nobody_reads_are_bounded_and_their_readers_let_go) {
    for (int i = 0; i < 20; ++i) expect_service(1s);
    auto deaf = peers(50);
    for (auto& peer : deaf)
        for (int i = 0; i < 4; ++i) peer->send(fetch_by_name, fetch_request("orders", 0, {}));
    cluster_.run_for(500ms);
    // The limit, and beyond it a batch for each; the readers of segments count theirs once more.
    EXPECT_LE(held_bytes(), 2 * ((4u << 20) + 50 * 100'000u) + (3u << 20));
    expect_service(10s);
    cluster_.run_for(20s);
    EXPECT_LE(held_bytes(), 4u << 20);
    expect_service(100ms);
}

TEST_P(Hostile, small_elements_do_not_grow_into_large_memory) {
    Logged                     logged;
    RawPeer                    peer(cluster_);
    kafka::DeleteTopicsRequest request;
    request.topic_names.resize(1'000'000);
    peer.send(4, request);
    EXPECT_TRUE(peer.is_closed_by_broker());
    EXPECT_EQ(logged.with("DeleteTopics request, version 4, that cannot be decoded"), 1u);
    EXPECT_LE(held_bytes(), 100'000u);
    expect_service(100ms);
}

TEST_P(Hostile, a_batch_that_grows_a_thousand_times_is_taken_in_its_turn) {
    auto bomb_of = [this](std::size_t bytes, Compression kind) {
        kafka::BatchBuilder builder({.compression = kind});
        std::string         zeros(bytes, '\0');
        builder.add({.timestamp = cluster_.wall(), .value = as_bytes(zeros)});
        return builder.build();
    };
    for (Compression kind : {Compression::gzip, Compression::zstd}) {
        auto large = good_->start(produce_request("orders", 0, bomb_of(20 << 20, kind)));
        auto small = good_->start(produce_request("orders", 0, batch_of({"after it"}, cluster_.wall())));
        auto first = answer_in(Client::answer_of(large.get()));
        EXPECT_EQ(first.error_code, ErrorCode::none);
        EXPECT_EQ(first.base_offset, produced_);
        EXPECT_EQ(answer_in(Client::answer_of(small.get())).base_offset, produced_ + 1);
        produced_ += 2;
    }
    auto too_large = produce_batch(*good_, "orders", 0, bomb_of(101 << 20, Compression::zstd));
    EXPECT_EQ(too_large.error_code, ErrorCode::message_too_large);
    EXPECT_LE(held_bytes(), 1u << 20);
}

TEST_P(Hostile, tls_on_a_plain_port_is_named_and_a_flood_of_it_does_not_flood_the_log) {
    Logged            logged;
    const std::string client_hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
    RawPeer           peer(cluster_);
    peer.send(client_hello);
    EXPECT_TRUE(peer.is_closed_by_broker());
    EXPECT_EQ(logged.with("it speaks TLS"), 1u);
    cluster_.run_for(2s);
    auto flood = peers(200);
    Time began = cluster_.now();
    for (auto& one : flood) one->send(client_hello);
    cluster_.run_for(100ms);
    auto seconds = static_cast<std::size_t>((cluster_.now() - began) / 1s) + 1;
    EXPECT_LE(logged.with("it speaks TLS"), 1 + 10 * (seconds + 1) * GetParam());
    expect_service(100ms);
}

TEST_P(Hostile, a_request_without_end_leaves_the_others_their_turn) {
    auto flood = peers(20);
    for (auto& peer : flood)
        for (int i = 0; i < 200; ++i) peer->send(fetch_by_name, fetch_request("nothing", 0, {}));
    expect_service(1s);
    for (auto& peer : flood) EXPECT_TRUE(peer->answer());
}

} // namespace
RIACHO_SCENARIOS(Hostile);
} // namespace riacho::scenarios
