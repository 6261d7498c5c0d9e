#include "console/history.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

using namespace std::chrono_literals;
using Values = std::vector<std::optional<double>>;

constexpr std::nullopt_t none = std::nullopt;

void put(History& history, Time at, Metric metric, std::optional<double> value) {
    history.begin(at);
    history.put({metric}, value);
}

Values read(const History& history, Metric metric, Time from, Time step = 10s) {
    return history.values({metric}, history.grid(from, step));
}

TEST(HistoryTest, is_empty_before_the_first_sample) {
    History history;
    EXPECT_EQ(read(history, Metric::lag, 0s), Values{});
}

TEST(HistoryTest, gives_what_was_put_and_nothing_where_nothing_was_known) {
    History history;
    put(history, 12s, Metric::lag, 5);
    put(history, 20s, Metric::lag, none);
    put(history, 30s, Metric::lag, 7);
    History::Grid grid = history.grid(0s, 1s);
    EXPECT_EQ(grid.from, 10s) << "before the first sample there is nothing";
    EXPECT_EQ(grid.step, 10s);
    EXPECT_EQ(history.values({Metric::lag}, grid), (Values{5, none, 7}));
    EXPECT_EQ(history.values({Metric::size}, grid), (Values{none, none, none}));
    EXPECT_EQ(read(history, Metric::lag, 25s), (Values{none, 7}));
}

TEST(HistoryTest, lets_a_late_sample_speak_for_what_it_is_late_for_but_not_for_a_gap) {
    History history;
    put(history, 10s, Metric::messages_in, 1);
    put(history, 40s, Metric::messages_in, 2);
    history.note_gap();
    put(history, 70s, Metric::messages_in, 3);
    EXPECT_EQ(read(history, Metric::messages_in, 10s), (Values{1, 2, 2, 2, none, none, 3}));
    put(history, 70s + 31 * 10s, Metric::messages_in, 4);
    EXPECT_EQ(read(history, Metric::messages_in, 370s), (Values{none, 4})) << "that is too late";
}

TEST(HistoryTest, joins_steps_to_the_mean_of_rates_and_the_highest_of_levels) {
    History history;
    for (int i = 0; i < 6; ++i) {
        history.begin(i * 10s);
        history.put({Metric::messages_in}, i == 1 ? std::optional<double>() : i);
        history.put({Metric::lag}, 10 - i);
    }
    History::Grid grid = history.grid(0s, 30s);
    EXPECT_EQ(grid.step, 30s);
    EXPECT_EQ(history.values({Metric::messages_in}, grid), (Values{1, 4})) << "0, nothing, 2; 3, 4, 5";
    EXPECT_EQ(history.values({Metric::lag}, grid), (Values{10, 7}));
}

TEST(HistoryTest, keeps_an_hour_finely_and_a_day_coarsely_and_no_more) {
    History   history;
    const int all = 3 * 24 * 360;
    for (int i = 0; i < all; ++i) put(history, i * 10s, Metric::lag, i);
    Time end = (all - 1) * 10s;

    History::Grid hour = history.grid(end - 1h, 10s);
    EXPECT_EQ(hour.step, 10s);
    Values fine = history.values({Metric::lag}, hour);
    ASSERT_EQ(fine.size(), 361);
    EXPECT_EQ(fine.front(), all - 361);
    EXPECT_EQ(fine.back(), all - 1);

    History::Grid day = history.grid(0s, 10s);
    EXPECT_EQ(day.step, 120s);
    Values coarse = history.values({Metric::lag}, day);
    ASSERT_EQ(coarse.size(), 720);
    EXPECT_EQ(day.from, end - 24h + 10s);
    EXPECT_EQ(coarse.front(), all - 720 * 12 + 11) << "the highest of its twelve";
    EXPECT_EQ(coarse.back(), all - 1);

    History::Grid wide = history.grid(end - 6h, 1h);
    EXPECT_EQ(wide.step, 1h);
    EXPECT_EQ(history.values({Metric::lag}, wide).back(), all - 1);
}

TEST(HistoryTest, forgets_what_a_series_was_when_it_comes_back_after_a_turn_of_the_ring) {
    History history;
    put(history, 0s, Metric::lag, 5);
    history.note_gap();
    for (Time at : {366 * 10s, 2 * 366 * 10s + 10s}) {
        history.note_gap();
        put(history, at, Metric::lag, 6);
        Values values = read(history, Metric::lag, at - 300s);
        EXPECT_EQ(std::ranges::count(values, std::optional<double>()), 30);
        EXPECT_EQ(values.back(), 6);
    }
}

TEST(HistoryTest, has_room_for_so_many_series_and_then_for_those_that_replace_ended_ones) {
    History history({.series_max = 4});
    auto    lag = [](std::string topic) { return SeriesKey{Metric::lag, std::move(topic)}; };
    history.begin(0s);
    for (std::string topic : {"a", "b"}) history.put(lag(topic), 0);
    history.put(lag("idle"), 0);
    EXPECT_EQ(history.series(), 2) << "half is kept for what is not zero";
    for (std::string topic : {"c", "d", "e"}) history.put(lag(topic), 1);
    EXPECT_EQ(history.series(), 4);
    EXPECT_EQ(history.value_before(lag("d"), 0s), 1);
    EXPECT_EQ(history.value_before(lag("e"), 0s), none);
    for (int i = 1; i < 400; ++i) {
        history.begin(i * 10s);
        for (std::string topic : {"a", "b", "c"}) history.put(lag(topic), i);
        history.put(lag("e"), 9);
    }
    EXPECT_EQ(history.value_before(lag("e"), 0s), 9) << "d ended an hour ago";
    EXPECT_EQ(history.value_before(lag("d"), 2h), none);
    EXPECT_EQ(history.series(), 4);
}

TEST(HistoryTest, tells_the_newest_value_that_is_young_enough) {
    History history;
    put(history, 0s, Metric::lag, 5);
    put(history, 10s, Metric::lag, none);
    put(history, 20s, Metric::lag, none);
    EXPECT_EQ(history.value_before({Metric::lag}, 20s), 5);
    EXPECT_EQ(history.value_before({Metric::lag}, 10s), none);
}

} // namespace
} // namespace riacho::console
