#include "kafka/batch/control.hpp"
#include "kafka/batch/patch.hpp"
#include "storage/log/producer_state.hpp"
#include "storage/log/testing.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace riacho::storage {
namespace {

constexpr std::int32_t sequence_max = std::numeric_limits<std::int32_t>::max();

ProducerMark data_mark(std::int16_t epoch, std::int32_t first, std::int32_t count, std::int64_t base) {
    std::int64_t last = std::int64_t{first} + count - 1;
    if (last > sequence_max) last -= std::int64_t{sequence_max} + 1;
    return {.id = ProducerId{4},
            .epoch = epoch,
            .first_sequence = first,
            .last_sequence = static_cast<std::int32_t>(last),
            .base = {base},
            .last = {base + count - 1},
            .timestamp = {1'000 + base}};
}

enum class Verdict { taken, duplicate, out_of_order, invalid_epoch };

Verdict verdict_of(const ProducerStates& states, const ProducerMark& mark) {
    auto checked = states.check(mark);
    if (checked) return *checked ? Verdict::duplicate : Verdict::taken;
    return checked.error().code == AppendError::out_of_order_sequence ? Verdict::out_of_order
                                                                      : Verdict::invalid_epoch;
}

TEST(ProducerStates, FollowKafkasRulesOfSequences) {
    struct Case {
        const char*               name;
        std::vector<ProducerMark> before;
        ProducerMark              next;
        Verdict                   verdict;
    };
    std::vector<ProducerMark> seven;
    for (int i = 0; i < 7; ++i) seven.push_back(data_mark(1, i * 10, 10, i * 10));
    const std::vector<Case> cases{
        {"an unknown producer may begin anywhere", {}, data_mark(3, 17, 1, 0), Verdict::taken},
        {"the next sequence", {data_mark(0, 0, 5, 0)}, data_mark(0, 5, 1, 5), Verdict::taken},
        {"a gap", {data_mark(0, 0, 5, 0)}, data_mark(0, 6, 1, 5), Verdict::out_of_order},
        {"the same batch again", {data_mark(0, 0, 5, 0)}, data_mark(0, 0, 5, 5), Verdict::duplicate},
        {"a part of a batch again", {data_mark(0, 0, 5, 0)}, data_mark(0, 0, 4, 5), Verdict::out_of_order},
        {"the fifth last", seven, data_mark(1, 20, 10, 70), Verdict::duplicate},
        {"the sixth last", seven, data_mark(1, 10, 10, 70), Verdict::out_of_order},
        {"the last one", seven, data_mark(1, 60, 10, 70), Verdict::duplicate},
        {"a new epoch begins at 0", seven, data_mark(2, 0, 1, 70), Verdict::taken},
        {"a new epoch elsewhere", seven, data_mark(2, 70, 1, 70), Verdict::out_of_order},
        {"a lower epoch", seven, data_mark(0, 70, 1, 70), Verdict::invalid_epoch},
        {"behind the largest comes 0",
         {data_mark(0, sequence_max, 1, 0)},
         data_mark(0, 0, 1, 1),
         Verdict::taken},
        {"a batch over the largest, then on",
         {data_mark(0, sequence_max - 1, 4, 0)},
         data_mark(0, 2, 1, 4),
         Verdict::taken},
        {"a batch over the largest again",
         {data_mark(0, sequence_max - 1, 4, 0)},
         data_mark(0, sequence_max - 1, 4, 4),
         Verdict::duplicate},
    };
    for (const Case& at : cases) {
        ProducerStates states;
        for (const ProducerMark& mark : at.before) states.apply(mark, {});
        EXPECT_EQ(verdict_of(states, at.next), at.verdict) << at.name;
    }
}

TEST(ProducerStates, AnswerADuplicateWithItsFirstPlace) {
    ProducerStates states;
    states.apply(data_mark(0, 0, 5, 100), {});
    states.apply(data_mark(0, 5, 5, 105), {});
    auto duplicate = states.check(data_mark(0, 0, 5, 110));
    ASSERT_TRUE(duplicate && *duplicate);
    EXPECT_EQ((*duplicate)->base.value, 100);
    EXPECT_EQ((*duplicate)->last.value, 104);
}

TEST(ProducerStates, ForgetProducersThatAreOldInRecordsAndInUse) {
    using std::chrono::milliseconds;
    ProducerStates states;
    states.apply(data_mark(0, 0, 1, 0), {5'000});
    states.expire({5'500}, milliseconds(1'000));
    EXPECT_EQ(states.size(), 1u);
    states.expire({6'000}, milliseconds(1'000));
    EXPECT_TRUE(states.is_empty());

    ProducerMark open = data_mark(0, 0, 1, 0);
    open.kind = ProducerMark::Kind::transactional_data;
    states.apply(open, {5'000});
    states.expire({100'000}, milliseconds(1'000));
    EXPECT_EQ(states.size(), 1u) << "an open transaction keeps its producer";
}

TEST(ProducerStates, KnowTheOpenTransactionUntilItsEnd) {
    ProducerStates states;
    ProducerMark   mark = data_mark(0, 0, 2, 10);
    mark.kind = ProducerMark::Kind::transactional_data;
    states.apply(mark, {});
    EXPECT_EQ(states.find(ProducerId{4})->transaction_first, Offset{10});

    Bytes end = kafka::build_marker({.type = kafka::ControlType::commit,
                                     .producer_id = ProducerId{4},
                                     .producer_epoch = 1,
                                     .coordinator_epoch = 12,
                                     .timestamp = {7}});
    kafka::set_base_offset(end.writable(), Offset{12});
    auto end_mark = producer_mark(*kafka::BatchView::first(end.view()));
    ASSERT_TRUE(end_mark);
    EXPECT_EQ(verdict_of(states, *end_mark), Verdict::taken);
    states.apply(*end_mark, {});
    const ProducerState& state = *states.find(ProducerId{4});
    EXPECT_FALSE(state.transaction_first);
    EXPECT_EQ(state.coordinator_epoch, 12);
    EXPECT_EQ(state.epoch, 1);
    EXPECT_EQ(verdict_of(states, data_mark(1, 0, 1, 13)), Verdict::taken) << "a raised epoch begins at 0";
}

TEST(ProducerStates, ComeBackFromASnapshot) {
    ProducerStates states;
    for (int i = 0; i < 7; ++i) states.apply(data_mark(1, i * 10, 10, i * 10), {});
    ProducerMark other = data_mark(0, sequence_max, 1, 80);
    other.id = ProducerId{9};
    other.kind = ProducerMark::Kind::transactional_data;
    states.apply(other, {});

    for (auto detail : {ProducerStates::Detail::last_batch, ProducerStates::Detail::all_batches}) {
        Bytes snapshot = states.snapshot(detail);
        auto  again = ProducerStates::from_snapshot(snapshot, {});
        ASSERT_TRUE(again);
        EXPECT_EQ(again->snapshot(detail), snapshot);
        EXPECT_EQ(verdict_of(*again, data_mark(1, 60, 10, 90)), Verdict::duplicate);
        EXPECT_EQ(verdict_of(*again, data_mark(1, 70, 10, 90)), Verdict::taken);
        bool is_all = detail == ProducerStates::Detail::all_batches;
        EXPECT_EQ(verdict_of(*again, data_mark(1, 20, 10, 90)),
                  is_all ? Verdict::duplicate : Verdict::out_of_order);
        EXPECT_EQ(again->find(ProducerId{9})->transaction_first, Offset{80});
    }
}

TEST(ProducerStates, RefuseADamagedSnapshot) {
    ProducerStates states;
    states.apply(data_mark(1, 0, 10, 0), {});
    Bytes snapshot = states.snapshot(ProducerStates::Detail::last_batch);
    EXPECT_EQ(snapshot.size(), 10u + 46u);
    for (std::size_t size = 0; size < snapshot.size(); ++size)
        EXPECT_FALSE(ProducerStates::from_snapshot(Bytes::copy_of(snapshot.view().first(size)), {}));
    snapshot.writable()[20] ^= std::byte{1};
    EXPECT_FALSE(ProducerStates::from_snapshot(snapshot, {}));
}

} // namespace
} // namespace riacho::storage
