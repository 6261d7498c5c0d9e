#include "broker/server/connection_gate.hpp"

#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

using enum ConnectionGate::Answer;
using namespace std::chrono_literals;

TEST(ConnectionGate, admits_up_to_its_limit_and_again_when_somebody_has_left) {
    ConnectionGate gate({.connections_max = 2});
    EXPECT_EQ(gate.enter("a"), admitted);
    EXPECT_EQ(gate.enter("b"), admitted);
    EXPECT_EQ(gate.enter("c"), full);
    gate.leave("a");
    EXPECT_EQ(gate.enter("c"), admitted);
    EXPECT_EQ(gate.enter("a"), full);
}

TEST(ConnectionGate, counts_each_address_for_itself) {
    ConnectionGate gate({.per_address_max = 1});
    EXPECT_EQ(gate.enter("a"), admitted);
    EXPECT_EQ(gate.enter("a"), too_many_of_address);
    EXPECT_EQ(gate.enter("b"), admitted);
    gate.leave("a");
    EXPECT_EQ(gate.enter("a"), admitted);
    EXPECT_EQ(gate.enter("b"), too_many_of_address);
}

TEST(ConnectionGate, knows_addresses_with_a_limit_of_their_own) {
    ConnectionGate gate({.per_address_max = 1, .per_address = {{"a", 2}, {"b", 0}}});
    EXPECT_EQ(gate.enter("a"), admitted);
    EXPECT_EQ(gate.enter("a"), admitted);
    EXPECT_EQ(gate.enter("a"), too_many_of_address);
    EXPECT_EQ(gate.enter("b"), too_many_of_address);
    EXPECT_EQ(gate.enter("c"), admitted);
}

TEST(ConnectionGate, takes_no_place_when_it_refuses) {
    ConnectionGate gate({.connections_max = 1, .per_address_max = 1});
    EXPECT_EQ(gate.enter("a"), admitted);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(gate.enter("b"), full);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(gate.enter("a"), too_many_of_address);
    gate.leave("a");
    EXPECT_EQ(gate.connections(), 0);
    EXPECT_EQ(gate.enter("b"), admitted);
}

TEST(ConnectionGate, lets_nobody_in_with_a_limit_of_zero) {
    EXPECT_EQ(ConnectionGate({.connections_max = 0}).enter("a"), full);
    EXPECT_EQ(ConnectionGate({.per_address_max = 0}).enter("a"), too_many_of_address);
}

TEST(ConnectionGate, spreads_what_is_over_the_rate_of_one_second) {
    ConnectionGate gate({.per_second_max = 10});
    Time           now = 100s;
    for (int i = 0; i < 11; ++i) EXPECT_LE(gate.next_start(now), now) << i;
    EXPECT_EQ(gate.next_start(now), now + 100ms);
    EXPECT_EQ(gate.next_start(now), now + 200ms);
    EXPECT_LE(gate.next_start(now + 10s), now + 10s);
}

} // namespace
} // namespace riacho::broker
