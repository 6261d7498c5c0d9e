// Peers that stall, flood and lie: what they cost is bounded, and others are served meanwhile.
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "logged.hpp"
#include "raw_peer.hpp"
#include "scenario.hpp"

#include <algorithm>
#include <malloc.h>
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
    auto        deaf = peers(50);
    std::size_t before = held_bytes();
    for (auto& peer : deaf)
        for (int i = 0; i < 4; ++i) peer->send(fetch_by_name, fetch_request("orders", 0, {}));
    cluster_.run_for(500ms);
    EXPECT_LE(held_bytes(), before + (4u << 20) + 50 * 2'000u);
    expect_service(10s);
    cluster_.run_for(20s);
    EXPECT_LE(held_bytes(), 4u << 20);
    expect_service(100ms);
}

/// Who waits for large answers: more than there is memory for, and none of them reads.
class DeafReaders : public Hostile {
protected:
    static constexpr std::size_t large = 900'000;

    void SetUp() override {
        Hostile::SetUp();
        create_topic(*good_, "bulk");
        for (int i = 0; i < 8; ++i) produce(*good_, "bulk", 0, {std::string(large, 'b')});
        produce(*good_, "orders", 0, {"small"});
        cluster_.run(cluster_.broker().store().checkpoint());
    }
    /// Many times what there is memory for.
    void begin(int count) {
        deaf_ = peers(count);
        before_ = held_bytes();
        heap_before_ = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
        for (auto& peer : deaf_)
            for (int i = 0; i < 4; ++i)
                peer->send(fetch_by_name, fetch_request("bulk", 0, {.partition_max_bytes = 50 << 20}));
        cluster_.run_for(500ms);
    }
    std::size_t grown() { return held_bytes() - std::min(held_bytes(), before_); }
    /// What the allocator has given out since, the bytes that the simulated network carries included.
    std::size_t heap_grown() {
        std::size_t now = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
        return now - std::min(now, heap_before_);
    }

    std::vector<std::unique_ptr<RawPeer>> deaf_;
    std::size_t                           before_ = 0;
    std::size_t                           heap_before_ = 0;
};

TEST_P(DeafReaders, take_no_more_memory_than_the_limit_and_small_answers_do_not_wait_for_them) {
    begin(100);
    constexpr std::size_t network = 100 * (64u << 10); // what a peer that reads nothing lets through
    for (int i = 0; i < 20; ++i) {
        EXPECT_LE(grown(), (4u << 20) + 100 * 2'000u);
        EXPECT_LE(heap_grown(), (4u << 20) + network + (6u << 20));
        Time began = cluster_.now();
        auto got = fetch(*good_, "orders", 0, {});
        EXPECT_EQ(values_in(*got.records), (Values{"small"}));
        EXPECT_LE(cluster_.now() - began, 100ms);
        cluster_.run_for(100ms);
    }
}

TEST_P(DeafReaders, are_let_go_so_that_large_answers_come_too) {
    begin(20);
    Time began = cluster_.now();
    while (fetch(*good_, "bulk", 0, {}).records->empty()) ASSERT_LE(cluster_.now() - began, 60s);
    cluster_.run_for(30s);
    EXPECT_LE(grown(), 3u << 20); // it is short no longer
}

TEST_P(DeafReaders, leave_a_stop_its_time) {
    begin(20);
    auto waiting = good_->start_in(fetch_by_name, fetch_request("bulk", 0, {}));
    cluster_.run_for(100ms);
    EXPECT_FALSE(waiting.is_done());
    Time began = cluster_.now();
    cluster_.run(cluster_.broker().stop(began + 2s));
    EXPECT_LT(cluster_.now() - began, 2s);
    EXPECT_TRUE(answer_in(Client::answer_of(waiting.get())).records->empty());
}

/// Each batch alone is larger than all the memory for answers.
class OversizeBatches : public DeafReaders {
protected:
    void prepare(broker::BrokerOptions& options) override {
        Hostile::prepare(options);
        options.queued_max_response_bytes = 256 << 10;
    }
};

TEST_P(OversizeBatches, go_past_the_limit_one_at_a_time_and_reach_everybody_who_reads) {
    std::vector<Client>                                       clients;
    std::vector<Pending<Client::Answer<kafka::FetchRequest>>> fetches;
    begin(5);
    for (int i = 0; i < 5; ++i)
        fetches.push_back(
            clients.emplace_back(cluster_.connect()).start_in(fetch_by_name, fetch_request("bulk", 0, {})));
    std::size_t most = 0;
    for (int i = 0; i < 300; ++i) {
        cluster_.run_for(100ms);
        most = std::max(most, grown());
    }
    EXPECT_LE(most, (256u << 10) + large + 20'000);
    for (auto& one : fetches) {
        auto answer = one.take_if_done();
        ASSERT_TRUE(answer && *answer);
        std::size_t got = answer_in(**answer).records->size();
        if (got == 0) got = fetch(*good_, "bulk", 0, {}).records->size(); // its turn did not come in time
        EXPECT_GE(got, large);
    }
}

TEST_P(Hostile, a_poll_that_waits_for_more_than_there_is_holds_nothing_meanwhile) {
    for (int i = 0; i < 2; ++i) expect_service(1s);
    auto        waiting = peers(8);
    std::size_t before = held_bytes();
    FetchWish   wish{.max_wait_ms = 100'000, .min_bytes = 300'000, .partition_max_bytes = 400'000};
    for (auto& peer : waiting) peer->send(fetch_by_name, fetch_request("orders", 0, wish));
    cluster_.run_for(5s);
    EXPECT_LE(held_bytes(), before + 8 * 4'000u);
    for (auto& peer : waiting) EXPECT_FALSE(peer->answer(1ms));
    expect_service(1s);
    for (auto& peer : waiting) EXPECT_TRUE(peer->answer());
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
RIACHO_SCENARIOS(DeafReaders);
RIACHO_SCENARIOS(OversizeBatches);
} // namespace riacho::scenarios
