#include "scenario.hpp"

#include <set>

namespace riacho::scenarios {
namespace {

class Idempotence : public Scenario {
protected:
    void SetUp() override {
        Scenario::SetUp();
        client_.emplace(cluster_.connect());
        create_topic(*client_, "orders");
        id_ = new_producer_id(*client_);
    }
    kafka::ProduceRequest batch(std::int32_t sequence, Values values, std::int16_t epoch = 0) {
        return produce_request("orders", 0, batch_of(values, cluster_.wall(), {id_, epoch, sequence}));
    }
    ProduceAnswer send(kafka::ProduceRequest request) { return answer_in(client_->ask(std::move(request))); }
    /// A new life, with the same producer.
    void live_again(LifeEnd how) {
        client_.reset();
        cluster_.restart(how);
        client_.emplace(cluster_.connect());
    }
    std::vector<Got> all() { return read_all(*client_, "orders", 0); }

    std::optional<Client> client_;
    std::int64_t          id_ = -1;
};

TEST_P(Idempotence, a_duplicate_is_answered_as_its_original_and_written_once) {
    EXPECT_EQ(send(batch(0, {"a", "b"})).base_offset, 0);
    EXPECT_EQ(send(batch(2, {"c"})).base_offset, 2);
    for (int i = 0; i < 3; ++i) {
        auto again = send(batch(0, {"a", "b"}));
        EXPECT_EQ(again.error_code, ErrorCode::none);
        EXPECT_EQ(again.base_offset, 0);
    }
    EXPECT_EQ(send(batch(2, {"c"})).base_offset, 2);
    EXPECT_EQ(all(), (std::vector<Got>{{0, "a"}, {1, "b"}, {2, "c"}}));
}

TEST_P(Idempotence, a_duplicate_of_what_is_under_way_waits_for_it) {
    auto other = cluster_.connect();
    auto first = client_->start(batch(0, {"a"}));
    auto again = other.start(batch(0, {"a"}));
    auto one = answer_in(Client::answer_of(first.get())), two = answer_in(Client::answer_of(again.get()));
    EXPECT_EQ(one.error_code, ErrorCode::none);
    EXPECT_EQ(two.error_code, ErrorCode::none);
    EXPECT_EQ(one.base_offset, 0);
    EXPECT_EQ(two.base_offset, 0);
    EXPECT_EQ(all().size(), 1u);
}

TEST_P(Idempotence, five_batches_in_flight_are_remembered) {
    std::vector<Pending<Client::Answer<kafka::ProduceRequest>>> under_way;
    for (int i = 0; i < 5; ++i) under_way.push_back(client_->start(batch(i, {std::to_string(i)})));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(answer_in(Client::answer_of(under_way[static_cast<std::size_t>(i)].get())).base_offset, i);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(send(batch(i, {std::to_string(i)})).base_offset, i);
    EXPECT_EQ(all().size(), 5u);
}

TEST_P(Idempotence, a_gap_in_the_sequence_is_refused_and_writes_nothing) {
    EXPECT_EQ(send(batch(0, {"a"})).error_code, ErrorCode::none);
    EXPECT_EQ(send(batch(2, {"c"})).error_code, ErrorCode::out_of_order_sequence_number);
    EXPECT_EQ(send(batch(1, {"b"})).base_offset, 1);
    EXPECT_EQ(send(batch(2, {"c"})).base_offset, 2);
    EXPECT_EQ(all().size(), 3u);
}

TEST_P(Idempotence, a_new_epoch_begins_its_sequence_anew_and_fences_the_old_one) {
    EXPECT_EQ(send(batch(0, {"a"})).error_code, ErrorCode::none);
    EXPECT_EQ(send(batch(1, {"b"}, 1)).error_code, ErrorCode::out_of_order_sequence_number);
    EXPECT_EQ(send(batch(0, {"b"}, 1)).base_offset, 1);
    EXPECT_EQ(send(batch(1, {"c"}, 0)).error_code, ErrorCode::invalid_producer_epoch);
    EXPECT_EQ(send(batch(1, {"c"}, 1)).base_offset, 2);
    EXPECT_EQ(all().size(), 3u);
}

TEST_P(Idempotence, sequences_outlive_every_end_of_the_broker) {
    std::int32_t next = 0;
    for (LifeEnd how : {LifeEnd::kill, LifeEnd::power_cut, LifeEnd::clean, LifeEnd::power_cut}) {
        auto sequence = next++;
        auto value = std::to_string(sequence);
        EXPECT_EQ(send(batch(sequence, {value})).base_offset, sequence);
        live_again(how);
        auto again = send(batch(sequence, {value}));
        EXPECT_EQ(again.error_code, ErrorCode::none);
        EXPECT_EQ(again.base_offset, sequence);
        EXPECT_EQ(send(batch(sequence + 5, {"gap"})).error_code, ErrorCode::out_of_order_sequence_number);
    }
    EXPECT_EQ(all().size(), 4u);
}

TEST_P(Idempotence, a_producer_id_is_given_once_over_all_starts) {
    std::set<std::int64_t> given{id_};
    for (LifeEnd how : {LifeEnd::clean, LifeEnd::kill, LifeEnd::power_cut, LifeEnd::power_cut}) {
        for (int i = 0; i < 5; ++i) EXPECT_TRUE(given.insert(new_producer_id(*client_)).second);
        live_again(how);
    }
    EXPECT_TRUE(given.insert(new_producer_id(*client_)).second);
}

TEST_P(Idempotence, more_ids_than_one_block_holds_are_all_different) {
    std::set<std::int64_t> given{id_};
    for (int i = 0; i < 1'100; ++i) EXPECT_TRUE(given.insert(new_producer_id(*client_)).second);
}

TEST_P(Idempotence, an_idle_producer_is_forgotten_after_its_time) {
    send(batch(0, {"a"}));
    live_again(LifeEnd::clean);
    cluster_.run_for(9min);
    EXPECT_EQ(send(batch(5, {"b"})).error_code, ErrorCode::out_of_order_sequence_number);
    cluster_.run_for(25h);
    client_.emplace(cluster_.connect());
    EXPECT_EQ(send(batch(5, {"b"})).error_code, ErrorCode::none) << "Kafka takes any sequence of an unknown";
}

} // namespace
RIACHO_SCENARIOS(Idempotence);
} // namespace riacho::scenarios
